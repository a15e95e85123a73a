"""What an upstream's failure means for us: status and body in, `AttemptFailed` out; its words stay behind.

A provider's own text is handed on only for a target whose administrator said `relay_errors: true`, and then to the
caller alone, never to a log (law 9).
"""

from __future__ import annotations

import orjson

from gateway.domain import Target
from gateway.errors import (
    ContextLengthExceeded,
    InvalidRequest,
    PayloadTooLarge,
    UpstreamFailed,
    UpstreamRejected,
    UpstreamTimeout,
)
from gateway.events import AttemptResult
from gateway.kinds import OVERFLOW
from gateway.upstream.port import AttemptFailed

MAX_RELAYED = 500


def refused(status: int, body: bytes, *, target: Target) -> AttemptFailed:
    """The failure that an HTTP answer with an error status stands for."""
    provider = target.provider.name
    said = _relayed(body) if target.relay_errors or target.provider.relay_errors else ""
    if status in {400, 413, 422, 500} and any(sign in body.lower() for sign in OVERFLOW):
        error: InvalidRequest | ContextLengthExceeded | PayloadTooLarge = ContextLengthExceeded(
            said or f"The request is longer than the context of target {target.name}. Shorten it."
        )
        return AttemptFailed(error, result=AttemptResult.REJECTED, status=status, fallback=False)
    match status:
        case 429:
            return _failed(said or f"Provider {provider} is at its limit.", AttemptResult.RATE_LIMITED, status)
        case 401 | 403:
            text = said or f"Provider {provider} refused our key. Check its `api_key` in the configuration."
            return _rejected(text, status)
        case 404:
            text = said or f"Provider {provider} does not have the model of target {target.name}. Load or pull it."
            return _rejected(text, status)
        case 408:
            timeout = UpstreamTimeout(f"Provider {provider} took too long.")
            return AttemptFailed(timeout, result=AttemptResult.TIMEOUT, status=status)
        case 413:
            error = PayloadTooLarge(said or f"Provider {provider} says that the request is too large.")
            return AttemptFailed(error, result=AttemptResult.REJECTED, status=status, fallback=False)
        case _ if 400 <= status < 500:
            error = InvalidRequest(said or f"Provider {provider} says that the request is invalid for this model.")
            return AttemptFailed(error, result=AttemptResult.REJECTED, status=status, fallback=False)
        case _ if status >= 500:
            return _failed(said or f"Provider {provider} failed.", AttemptResult.SERVER_ERROR, status)
        case _:
            return bad_reply(target, status=status)


def bad_reply(target: Target, *, status: int | None = None) -> AttemptFailed:
    """An answer that is none: a redirect, HTML, half of something, nothing at all."""
    text = f"Provider {target.provider.name} answered with something that is no reply. Check its `base_url`."
    return AttemptFailed(UpstreamFailed(text), result=AttemptResult.BAD_REPLY, status=status)


def unreachable(target: Target, *, reached: bool = False) -> AttemptFailed:
    """No connection, or one that broke; `reached`: it broke when the request may have been on its way."""
    text = f"Provider {target.provider.name} cannot be reached."
    return AttemptFailed(UpstreamFailed(text), result=AttemptResult.CONNECT, reached=reached)


def unattested(target: Target) -> AttemptFailed:
    """The server did not say where it runs the model, so that nothing was sent (law 10)."""
    text = f"Provider {target.provider.name} did not say where it runs the model of target {target.name}."
    return AttemptFailed(UpstreamFailed(text), result=AttemptResult.BAD_REPLY, reached=False)


def late(target: Target) -> AttemptFailed:
    """No first content within the route's limit, or no sign of life at all."""
    text = f"Target {target.name} did not answer in time."
    return AttemptFailed(UpstreamTimeout(text), result=AttemptResult.TIMEOUT)


def silent(target: Target) -> AttemptFailed:
    """It began, and then said nothing for longer than `idle_s`."""
    text = f"Target {target.name} fell silent in the middle of its answer. `idle_s` says how long it may."
    return AttemptFailed(UpstreamTimeout(text), result=AttemptResult.TIMEOUT, status=200)


def _failed(text: str, result: AttemptResult, status: int) -> AttemptFailed:
    return AttemptFailed(UpstreamFailed(text), result=result, status=status)


def _rejected(text: str, status: int) -> AttemptFailed:
    return AttemptFailed(UpstreamRejected(text), result=AttemptResult.REJECTED, status=status, fallback=False)


def _relayed(body: bytes) -> str:
    """The provider's own message out of the shapes in use: `{"error": {"message"}}`, `{"error": "text"}`."""
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    error = tree.get("error") if isinstance(tree, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    return message[:MAX_RELAYED] if isinstance(message, str) else ""
