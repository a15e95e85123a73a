"""Our errors in the Messages API's envelope; the text is the error's own, never an upstream's."""

from __future__ import annotations

from typing import Any

from gateway.errors import GatewayError

_TYPES = {
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
"""Error types by status (Anthropic's error reference); every other status is an `api_error`."""


def error_type(status: int) -> str:
    return _TYPES.get(status, "api_error")


def envelope(error: GatewayError, *, request_id: str) -> dict[str, Any]:
    """The body of an error response, and the data of an `error` event; our code stands in `details.error_code`."""
    body = {"type": error_type(error.status), "message": error.message, "details": {"error_code": error.code}}
    return {"type": "error", "error": body, "request_id": request_id}
