"""What requests of one sort are held against: for how long it holds, what is asked first, what is told."""

from __future__ import annotations

import pytest

from gateway.domain.quota import Allowance, Every, Measure, Per, Sort
from gateway.pipeline.concern import ENDLESS, Concern
from gateway.ports import Charge, Counted
from gateway.routing.charges import Held

AT_S = 1_790_000_000
US = 1_000_000


def held(of, amount, every):
    one = Allowance(sort=Sort.LIMIT, per=Per.CALLER, name="*", of=of, amount=amount, every=every)
    return Held(one, one.account("soma"))


ALL = (
    held(Measure.REQUESTS, 5, Every.MINUTE),
    held(Measure.REQUESTS, 50, Every.DAY),
    held(Measure.DOLLARS, 9, Every.MONTH),
    held(Measure.TOKENS, 700, Every.DAY),
)


@pytest.fixture
def concern():
    return Concern.of(ALL, AT_S * US)


def test_it_holds_for_as_long_as_no_span_begins_anew(concern):
    minute = AT_S - AT_S % 60
    assert (concern.since_us, concern.until_us) == (minute * US, (minute + 60) * US)
    assert Concern.of((), AT_S * US).until_us > 4_000_000_000 * US


def test_asked_first_is_what_a_request_takes_of_whichever_target_answers(concern):
    assert [(one.account.split("/")[-2:], one.limit, one.amount) for one in concern.probes] == [
        (["requests", "minute"], 5, 1),
        (["requests", "day"], 50, 1),
        (["tokens", "day"], 700, 1),
    ]


def test_told_is_the_tightest_of_requests_and_of_tokens(concern):
    counts = [Counted(1, 1), Counted(48, 1), Counted(9, 9), Counted(100, 0)]
    headers = concern.told(counts, AT_S * US)
    assert headers["x-ratelimit-remaining-requests"] == "1"
    assert headers["x-ratelimit-limit-requests"] == "50"
    assert headers["x-ratelimit-remaining-tokens"] == "600"
    assert 0 < int(headers["x-ratelimit-reset-tokens"].removesuffix("s")) <= 86_400


def test_in_an_emergency_the_same_accounts_have_no_end(concern):
    charges = concern.endless().charges([1, 1, 1, 1])
    assert {one.limit for one in charges} == {ENDLESS}
    assert [one.account for one in charges] == [one.account for one in ALL]
    assert isinstance(charges[0], Charge)
