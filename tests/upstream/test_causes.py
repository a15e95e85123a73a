"""How a try ended is one word of ours, whatever it was."""

from __future__ import annotations

import pytest

from gateway.errors import BudgetSpent, EgressDenied, InvalidRequest
from gateway.events import AttemptResult, Cause
from gateway.upstream.causes import ended

NO_FAILURE = {AttemptResult.OK, AttemptResult.CANCELLED}


@pytest.mark.parametrize("result", AttemptResult)
@pytest.mark.parametrize("status", [None, 200, 401, 404, 503])
def test_every_failure_has_a_cause_and_nothing_else_has(result, status):
    assert (ended(result, status) is None) == (result in NO_FAILURE)


@pytest.mark.parametrize(
    ("result", "status", "error", "cause"),
    [
        (AttemptResult.MISCONFIGURED, 401, None, Cause.KEY_REFUSED),
        (AttemptResult.MISCONFIGURED, 200, None, Cause.MISCONFIGURED),
        (AttemptResult.SERVER_ERROR, 529, None, Cause.OVERLOADED),
        (AttemptResult.SERVER_ERROR, 500, None, Cause.SERVER_ERROR),
        (AttemptResult.REFUSED, None, EgressDenied("Not there."), Cause.POLICY),
        (AttemptResult.REFUSED, None, BudgetSpent("None left."), Cause.QUOTA),
        (AttemptResult.REFUSED, None, InvalidRequest("Not so."), Cause.UNABLE),
    ],
)
def test_what_is_told_makes_it_more_exact(result, status, error, cause):
    assert ended(result, status, error) is cause
