"""What is told of a request that was refused before the pipeline saw it; it refuses nothing itself."""

from __future__ import annotations

from gateway.access.callers import presented
from gateway.api.exchange import Exchange
from gateway.domain import Dialect, Settlement
from gateway.errors import (
    AgentNotAllowed,
    GatewayError,
    HostNotAllowed,
    InvalidApiKey,
    KeyEnded,
    KeysUnavailable,
    OriginNotAllowed,
    PermissionDenied,
    RouteNotAllowed,
)
from gateway.events import AuthFailure
from gateway.pipeline.record import now_us
from gateway.pipeline.settlement import destination_of_refusal, micro, outcome_of
from gateway.wire.operations import operation_at


def unheard(exchange: Exchange, error: GatewayError, dialect: Dialect, *, duration_s: float) -> Settlement:
    """The account of a request that was refused before the pipeline saw it: no key, no such path, no JSON."""
    return Settlement(
        at_us=now_us(),
        request_id=exchange.request_id,
        operation=operation_at(exchange.path),
        dialect=dialect,
        outcome=outcome_of(error),
        status=error.status,
        duration_us=micro(duration_s),
        overhead_us=micro(duration_s),
        caller=exchange.caller,
        error_code=error.code,
        destination=destination_of_refusal(error.status),
        traced=exchange.traced,
    )


def auth_failure(exchange: Exchange, error: GatewayError) -> AuthFailure | None:
    """What a refusal says of keys, grants and doors; None if it says nothing of them."""
    match error:
        case KeyEnded():
            return None if exchange.caller else AuthFailure.ENDED_KEY  # it was good when the request came
        case KeysUnavailable():
            return AuthFailure.UNREADABLE
        case InvalidApiKey():
            authorization, key = exchange.header("authorization"), exchange.header("x-api-key")
            if presented(authorization, key or exchange.header("api-key")):
                return AuthFailure.UNKNOWN_KEY
            return AuthFailure.MALFORMED if authorization.strip() else AuthFailure.MISSING
        case HostNotAllowed():
            return AuthFailure.HOST
        case OriginNotAllowed():
            return AuthFailure.ORIGIN
        case PermissionDenied() | AgentNotAllowed() | RouteNotAllowed():
            return AuthFailure.FORBIDDEN
        case _:
            return None
