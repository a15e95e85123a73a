"""What an upstream's failure means for us: status and body in, `AttemptFailed` out; its words stay behind.

A provider's own text is handed on only for a target whose administrator said `relay_errors: true`, and then to the
caller alone, never to a log (law 9).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import orjson

from gateway.domain import JSON, Target
from gateway.errors import (
    ContextLengthExceeded,
    InsufficientQuota,
    InvalidRequest,
    ModelLoading,
    PayloadTooLarge,
    QueueFull,
    UpstreamFailed,
    UpstreamLimited,
    UpstreamOverloaded,
    UpstreamRejected,
    UpstreamTimeout,
)
from gateway.events import AttemptResult, Cause
from gateway.kinds import OVERFLOW, STILL_LOADING, UNABLE
from gateway.upstream.port import AttemptFailed, Unheard
from gateway.wire.operations import KNOWN_FIELDS

MAX_RELAYED = 500
MAX_RETRY_AFTER_S: Final = 60
"""A caller is told to wait no longer than this: SDKs sleep for as long as they are told up to here, and give up beyond."""
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_FIELD: Final = re.compile(r"[A-Za-z_]+")
"""The field of a request that a path such as `messages[0].content` begins with."""
_NUMBER: Final = re.compile(r"\d{1,9}(?:\.\d{0,9})?")
_USED_UP: Final = (b"insufficient_quota", b"credit balance is too low", b"insufficient balance", b"billing_not_active")
"""How OpenAI, Anthropic and DeepSeek say that an account is used up, under 429, 400 and 402."""


def refused(  # noqa: C901  one line for each sort of answer
    status: int, body: bytes, *, target: Target, headers: Mapping[str, str] = _NOTHING
) -> AttemptFailed:
    """The failure that an HTTP answer with an error status stands for.

    `headers` are those of the answer: what they say of a wait is handed on, within bounds.
    """
    provider = target.provider.name
    said = _relayed(body) if target.relay_errors or target.provider.relay_errors else ""
    if status in {400, 413, 422, 500} and any(sign in body.lower() for sign in OVERFLOW):
        return too_long(target, said, status=status)
    if status in {400, 404, 415, 422, 500, 501} and any(sign in body.lower() for sign in UNABLE):
        return unable(target, said, status=status)
    if status == 402 or (status in {400, 403, 429} and any(sign in body.lower() for sign in _USED_UP)):
        used_up = InsufficientQuota(
            said or f"The account at provider {provider} is used up. Somebody has to pay there."
        )
        return AttemptFailed(used_up, result=AttemptResult.MISCONFIGURED, status=status, cause=Cause.NO_CREDIT)
    match status:
        case 503 if any(sign in body.lower() for sign in STILL_LOADING):
            return loading(target, status=status)
        case 429 | 503 | 529:
            return _busy(status, said, target, headers)
        case 401 | 403 | 404:
            return _misconfigured(status, said, target)
        case 408:
            timeout = UpstreamTimeout(f"Provider {provider} took too long.")
            return AttemptFailed(timeout, result=AttemptResult.TIMEOUT, status=status)
        case 413:
            large = PayloadTooLarge(said or f"Provider {provider} says that the request is too large.")
            return AttemptFailed(
                large, result=AttemptResult.REJECTED, status=status, fallback=False, cause=Cause.TOO_LONG
            )
        case _ if 400 <= status < 500:
            param = _param(body)
            what = f"`{param}` of the request" if param else "the request"
            text = said or f"Provider {provider} says that {what} is invalid for this model."
            error = InvalidRequest(text, param=param)
            return AttemptFailed(error, result=AttemptResult.REJECTED, status=status, fallback=False)
        case _ if status >= 500:
            return _failed(
                said or f"Provider {provider} failed: it answered {status}.", AttemptResult.SERVER_ERROR, status
            )
        case _:
            return bad_reply(target, status=status)


def _param(body: bytes) -> str:
    """The field that its error names (`{"error": {"param": …}}`), if our tables know one of that name; else ""."""
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    error = tree.get("error") if isinstance(tree, dict) else None
    named = error.get("param") if isinstance(error, dict) else None
    name = _FIELD.match(named) if isinstance(named, str) else None
    return name[0] if name is not None and name[0] in KNOWN_FIELDS else ""


def told(error: JSON, *, target: Target) -> AttemptFailed:
    """An error that came in the place of an answer, under status 200 (LM Studio, Ollama)."""
    body = orjson.dumps(error)
    if any(sign in body.lower() for sign in OVERFLOW):
        return too_long(target, status=200)
    return unable(target, status=200) if any(sign in body.lower() for sign in UNABLE) else bad_reply(target, status=200)


def too_long(target: Target, said: str = "", *, status: int | None) -> AttemptFailed:
    """The request is longer than the context of the target; that of another one may be larger."""
    error = ContextLengthExceeded(
        said or f"The request is longer than the context of target {target.name}. Shorten it."
    )
    return AttemptFailed(error, result=AttemptResult.REJECTED, status=status, cause=Cause.TOO_LONG)


def surely_too_long(target: Target, *, tokens: int, window: int) -> AttemptFailed:
    """The same found before anything was sent: an estimate that is low, against what the server or configuration says."""
    error = ContextLengthExceeded(
        f"The request has {tokens} tokens at least, by an estimate, and target {target.name} holds {window}. Shorten it."
    )
    return AttemptFailed(error, result=AttemptResult.REFUSED, reached=False, cause=Cause.TOO_LONG)


def unable(target: Target, said: str = "", *, status: int | None) -> AttemptFailed:
    """The model cannot do what is asked; another one may."""
    text = f"The model of target {target.name} cannot do what the request asks: pictures, tools, thinking, or a form."
    return AttemptFailed(InvalidRequest(said or text), result=AttemptResult.REJECTED, status=status, cause=Cause.UNABLE)


def not_carried(target: Target, fields: tuple[str, ...]) -> AttemptFailed:
    """What the request shows the model cannot be said to this one; nothing was sent, and another one may be told."""
    text = f"Target {target.name} cannot be sent {', '.join(fields)}. Leave it out, or ask for another route."
    param = fields[0].partition(".")[0]
    return AttemptFailed(InvalidRequest(text, param=param), result=AttemptResult.REFUSED, reached=False)


def unread_picture(target: Target, formats: Iterable[str]) -> AttemptFailed:
    """Its server reads no pictures of this format, and would say so in words of its own, or not at all."""
    names = " and ".join(sorted(name.upper() for name in formats))
    error = InvalidRequest(f"The server of target {target.name} reads no {names}. Send the picture as PNG or JPEG.")
    return AttemptFailed(error, result=AttemptResult.REFUSED, reached=False)


def unheard(target: Target, fields: tuple[str, ...]) -> Unheard:
    """The server would ignore these fields, and another target may follow them."""
    text = f"The server of target {target.name} ignores {', '.join(fields)}."
    return Unheard(InvalidRequest(text, param=fields[0]), result=AttemptResult.REFUSED, reached=False)


def another_model(target: Target) -> AttemptFailed:
    """The server let another model answer than it was asked for."""
    text = (
        f"Provider {target.provider.name} answered with another model than that of target {target.name}. Load that one."
    )
    return AttemptFailed(
        UpstreamRejected(text), result=AttemptResult.MISCONFIGURED, status=200, cause=Cause.WRONG_MODEL
    )


def bad_reply(target: Target, *, status: int | None = None) -> AttemptFailed:
    """An answer that is none: a redirect, HTML, half of something, nothing at all."""
    text = f"Provider {target.provider.name} answered with something that is no reply. Check its `base_url`."
    return AttemptFailed(UpstreamFailed(text), result=AttemptResult.BAD_REPLY, status=status)


def endless(target: Target) -> AttemptFailed:
    """An answer that is read on a caller's behalf, and longer than anybody holds."""
    text = f"The answer of target {target.name} has no end: it is longer than this gateway holds. Set `max_tokens`."
    return AttemptFailed(UpstreamFailed(text), result=AttemptResult.BAD_REPLY, status=200, fallback=False)


def unreachable(target: Target, *, reached: bool = False, cause: Cause | None = None) -> AttemptFailed:
    """No connection, or one that broke; `reached`: it broke when the request may have been on its way. `cause` of which."""
    if reached:
        text = f"Provider {target.provider.name} took the request and broke off before it answered."
        return AttemptFailed(UpstreamFailed(text), result=AttemptResult.BAD_REPLY, cause=cause or Cause.BROKEN)
    text = f"Provider {target.provider.name} cannot be reached."
    return AttemptFailed(UpstreamFailed(text), result=AttemptResult.CONNECT, reached=False, cause=cause)


def unattested(target: Target) -> AttemptFailed:
    """The server did not say where it runs the model, so that nothing was sent (law 10)."""
    text = f"Provider {target.provider.name} did not say where it runs the model of target {target.name}."
    return AttemptFailed(UpstreamFailed(text), result=AttemptResult.BAD_REPLY, reached=False, cause=Cause.NOT_ATTESTED)


def late(target: Target) -> AttemptFailed:
    """No first content within the route's limit, or no sign of life at all."""
    text = f"Target {target.name} did not answer in time. `first_token_s` and `total_s` of its route say how long it may take."
    return AttemptFailed(UpstreamTimeout(text), result=AttemptResult.TIMEOUT)


def no_turn(target: Target) -> AttemptFailed:
    """Others were served until the route's limit was over; it waited in our queue, and nothing was sent."""
    text = (
        f"Target {target.name} was busy with others for as long as `first_token_s` of the route allows: this request waited "
        "for its turn and was not sent."
    )
    return AttemptFailed(QueueFull(text), result=AttemptResult.WAITED_TOO_LONG, reached=False)


def left_alone(target: Target, *, limited: bool, wait_s: float) -> AttemptFailed:
    """It failed too often of late, or said itself for how long to leave it alone; nothing was sent."""
    error: UpstreamLimited | UpstreamOverloaded
    if limited:
        error = UpstreamLimited(f"Provider {target.provider.name} is at its limit.")
    else:
        text = f"Target {target.name} failed too often of late, and is left alone for a moment."
        error = UpstreamOverloaded(text)
    error.retry_after_s = min(max(math.ceil(wait_s), 1), MAX_RETRY_AFTER_S)
    return AttemptFailed(error, result=AttemptResult.PASSED_OVER, reached=False)


def loading(target: Target, *, status: int | None = None) -> AttemptFailed:
    """Its model is being loaded: nothing is wrong, and later it goes."""
    error = ModelLoading(f"The model of target {target.name} is still being loaded. Ask again shortly.")
    return AttemptFailed(error, result=AttemptResult.NOT_LOADED, status=status, cause=Cause.LOADING)


def overdue(target: Target) -> AttemptFailed:
    """The request has taken all the time that its route grants, in whatever phase."""
    text = (
        f"Target {target.name} took longer than this request may take altogether. `total_s` of its route says how long."
    )
    return AttemptFailed(UpstreamTimeout(text), result=AttemptResult.TIMEOUT, cause=Cause.TOTAL_TIMEOUT)


def silent(target: Target) -> AttemptFailed:
    """It began, and then said nothing for longer than `idle_s`."""
    text = f"Target {target.name} fell silent in the middle of its answer. `idle_s` says how long it may."
    return AttemptFailed(UpstreamTimeout(text), result=AttemptResult.TIMEOUT, status=200, cause=Cause.IDLE_TIMEOUT)


def _failed(text: str, result: AttemptResult, status: int) -> AttemptFailed:
    return AttemptFailed(UpstreamFailed(text), result=result, status=status)


def _misconfigured(status: int, said: str, target: Target) -> AttemptFailed:
    """Our key or our model: somebody has to change the configuration, and another target may do meanwhile."""
    provider = target.provider.name
    if status == 404:
        text = f"Provider {provider} does not have the model of target {target.name}. Load or pull it, or name another."
    elif status == 403:
        text = (
            f"Provider {provider} knows our key, or who we are, and forbids this: see what that account may use there."
        )
    else:
        text = f"Provider {provider} refused our key. Check its `api_key`, or give target {target.name} another."
    return AttemptFailed(UpstreamRejected(said or text), result=AttemptResult.MISCONFIGURED, status=status)


def _busy(status: int, said: str, target: Target, headers: Mapping[str, str]) -> AttemptFailed:
    """Later it may go, and nothing is wrong with anybody."""
    provider = target.provider.name
    error: UpstreamLimited | UpstreamOverloaded
    if status == 429:
        error, result = UpstreamLimited(said or f"Provider {provider} is at its limit."), AttemptResult.RATE_LIMITED
    else:
        error = UpstreamOverloaded(said or f"Provider {provider} has too much to do.")
        result = AttemptResult.SERVER_ERROR
    wait_s = _wait_s(headers)
    if wait_s is not None:
        wait_s = min(wait_s, MAX_RETRY_AFTER_S)
        error.retry_after_s = max(math.ceil(wait_s), 1)
    return AttemptFailed(error, result=result, status=status, retry_after_s=wait_s)


def _wait_s(headers: Mapping[str, str]) -> float | None:
    """What `Retry-After` (RFC 9110, 10.2.3) or the finer `retry-after-ms` of SDKs says; a date is told as the longest.

    Who names a date means minutes or more, and its clock may not be ours.
    """
    told = {name.lower(): value.strip() for name, value in headers.items() if name.lower().startswith("retry-after")}
    for name, per_s in (("retry-after-ms", 1000), ("retry-after", 1)):
        value = told.get(name, "")
        if _NUMBER.fullmatch(value):
            return float(value) / per_s
    return MAX_RETRY_AFTER_S if told.get("retry-after") else None


def _relayed(body: bytes) -> str:
    """The provider's own message out of the shapes in use: `{"error": {"message"}}`, `{"error": "text"}`."""
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    error = tree.get("error") if isinstance(tree, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    return message[:MAX_RELAYED] if isinstance(message, str) else ""
