"""Errors in the caller's dialect: one tree in, one envelope per dialect out; never a word of a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.domain import Dialect, Tree
from gateway.errors import GatewayError, InvalidRequest, MethodNotAllowed, NoWebSocket

UNTOLD = Dialect.OPENAI
"""The dialect of errors for callers whose own cannot be told: the hub's."""
_OPENAI_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
}
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """An error ready for the wire: HTTP status, extra headers, JSON body."""

    status: int
    headers: dict[str, str]
    body: Tree


def render(error: GatewayError, dialect: Dialect, *, request_id: str) -> Rendered:
    """The error as `dialect` writes it.

    Shapes: OpenAI API reference "Error codes"; Anthropic API "Errors" (`type: error`); Ollama `{"error"}`.
    """
    return Rendered(error.status, _headers(error), envelope(error, dialect, request_id=request_id))


def envelope(error: GatewayError, dialect: Dialect, *, request_id: str) -> Tree:
    """The JSON body alone: also the payload of an error event in a stream that had already begun."""
    match dialect:
        case Dialect.ANTHROPIC:
            kind = _ANTHROPIC_TYPES.get(error.status, "api_error")
            told: dict[str, Any] = {"type": kind, "message": error.message}
            if isinstance(error, InvalidRequest) and error.details is not None:
                told["details"] = dict(error.details)
            return {"type": "error", "error": told, "request_id": request_id}
        case Dialect.OLLAMA:
            return {"error": error.message}
        case Dialect.OPENAI:
            kind = _OPENAI_TYPES.get(error.status, "server_error")
            return {
                "error": {"message": error.message, "type": kind, "param": error.param or None, "code": error.code},
            }


def _headers(error: GatewayError) -> dict[str, str]:
    headers = dict(error.headers)
    if error.retry_after_s is not None:
        headers["retry-after"] = str(error.retry_after_s)
    if isinstance(error, NoWebSocket):
        headers["upgrade"] = "HTTP/1.1"
    if isinstance(error, MethodNotAllowed):
        headers["allow"] = ", ".join(error.allow)
    if error.decision:
        headers["x-gateway-decision"] = error.decision
    if error.should_retry is not None:
        headers["x-should-retry"] = "true" if error.should_retry else "false"
    return headers
