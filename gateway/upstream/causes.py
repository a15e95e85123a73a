"""Why a try failed, as one word of ours: read off how it ended, never off anybody's text; pure."""

from __future__ import annotations

from typing import Final

from gateway.errors import BudgetSpent, EgressDenied, ErrandDenied, GatewayError, RateLimitExceeded
from gateway.events import AttemptResult, Cause

_RESULTS: Final = {
    AttemptResult.CONNECT: Cause.UNREACHABLE,
    AttemptResult.TIMEOUT: Cause.FIRST_TOKEN_TIMEOUT,
    AttemptResult.RATE_LIMITED: Cause.RATE_LIMITED,
    AttemptResult.SERVER_ERROR: Cause.SERVER_ERROR,
    AttemptResult.REJECTED: Cause.REJECTED,
    AttemptResult.MISCONFIGURED: Cause.MISCONFIGURED,
    AttemptResult.BAD_REPLY: Cause.BAD_REPLY,
    AttemptResult.REFUSED: Cause.UNABLE,
    AttemptResult.QUEUE_FULL: Cause.QUEUE_FULL,
    AttemptResult.WAITED_TOO_LONG: Cause.WAITED_TOO_LONG,
    AttemptResult.NOT_LOADED: Cause.NOT_LOADED,
    AttemptResult.PASSED_OVER: Cause.LEFT_ALONE,
    AttemptResult.UNRECORDED: Cause.NOT_RECORDED,
}
_STATUSES: Final = {
    (AttemptResult.MISCONFIGURED, 401): Cause.KEY_REFUSED,
    (AttemptResult.MISCONFIGURED, 403): Cause.FORBIDDEN,
    (AttemptResult.MISCONFIGURED, 404): Cause.NOT_FOUND,
    (AttemptResult.SERVER_ERROR, 503): Cause.OVERLOADED,
    (AttemptResult.SERVER_ERROR, 529): Cause.OVERLOADED,
}


def ended(result: AttemptResult, status: int | None, error: GatewayError | None = None) -> Cause | None:
    """The cause that a result and a status stand for, and the class of what the caller is told; None where nothing failed."""
    if result in {AttemptResult.OK, AttemptResult.CANCELLED}:
        return None
    if result is AttemptResult.REFUSED:
        if isinstance(error, EgressDenied | ErrandDenied):
            return Cause.POLICY
        if isinstance(error, BudgetSpent | RateLimitExceeded):
            return Cause.QUOTA
    return _STATUSES.get((result, status or 0)) or _RESULTS[result]
