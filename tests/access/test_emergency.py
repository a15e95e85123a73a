"""Windows of emergency access: whose they are, how they end, and that the record hears of each end."""

from __future__ import annotations

import asyncio

import pytest

from gateway.access.emergency import Emergencies
from gateway.domain import Caller, Permission
from gateway.domain.emergency import EmergencyTerms
from gateway.events import EmergencyEnd, EmergencyEnded, Noted
from gateway.state.memory import MemoryLedger
from gateway.testing import RecordingSink
from tests.kit.patience import until

TERMS = EmergencyTerms({"drill": "Nothing happened."}, longest_minutes=10)


def caller(name="ward", *, may=True):
    return Caller(name, frozenset({"*"}), frozenset({"*"}), frozenset({Permission.EMERGENCY} if may else ()))


@pytest.fixture
def made():
    ledger, sink = MemoryLedger(words=["ward", "ann", "drill"]), RecordingSink()
    return Emergencies(events=sink, ledger=ledger), ledger, sink


async def test_it_is_of_its_caller_and_of_nobody_else(made):
    emergencies, *_ = made
    assert emergencies.reason(caller()) == ""
    window = emergencies.open(caller(), "drill", TERMS)
    assert window.until_us - window.opened_us == 600_000_000
    assert [emergencies.reason(one) for one in (caller(), caller("ann"))] == ["drill", ""]
    emergencies.stop()


async def test_a_caller_that_may_no_more_is_in_none(made):
    emergencies, *_ = made
    emergencies.open(caller(), "drill", TERMS)
    assert emergencies.reason(caller(may=False)) == ""
    emergencies.stop()


async def test_it_ends_by_itself_and_the_record_hears_of_it(made, monkeypatch):
    emergencies, ledger, sink = made
    monkeypatch.setattr("gateway.access.emergency._MINUTE_S", 0.02)
    emergencies.open(caller(), "drill", TERMS, minutes=1)
    await until(lambda: not emergencies.listed())
    await until(lambda: len(ledger.rows) == 2)
    assert emergencies.reason(caller()) == ""
    assert [(row.what, row.subject, row.reason) for row in ledger.rows] == [
        (Noted.EMERGENCY_OPENED, "ward", "drill"),
        (Noted.EMERGENCY_EXPIRED, "ward", "drill"),
    ]
    assert sink.events[-1] == EmergencyEnded(caller="ward", emergency="drill", how=EmergencyEnd.EXPIRED)


async def test_a_second_one_takes_the_place_of_the_first_and_the_end_of_the_gateway_ends_it(made):
    emergencies, ledger, sink = made
    emergencies.open(caller(), "drill", TERMS)
    emergencies.open(caller(), "drill", TERMS, minutes=1)
    assert len(emergencies.listed()) == 1
    emergencies.stop()
    assert not emergencies.close(caller())
    assert [row.what for row in ledger.rows] == [Noted.EMERGENCY_OPENED, Noted.EMERGENCY_CLOSED] * 2
    ended = [event.how for event in sink.events if isinstance(event, EmergencyEnded)]
    assert ended == [EmergencyEnd.REPLACED, EmergencyEnd.STOPPED]
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("terms", "stays"),
    [
        (TERMS, True),
        (EmergencyTerms({"drill": "As before.", "fire": "More."}, longest_minutes=60), True),
        (EmergencyTerms({"drill": "Nothing happened."}, longest_minutes=8), True),
        (EmergencyTerms({"drill": "Nothing happened."}, longest_minutes=7), False),
        (EmergencyTerms({"fire": "Another reason."}, longest_minutes=10), False),
        (EmergencyTerms(), False),
    ],
)
async def test_new_terms_end_a_window_that_they_do_not_allow(made, terms, stays):
    emergencies, ledger, sink = made
    emergencies.open(caller(), "drill", TERMS, minutes=8)
    emergencies.keep_to(terms)
    assert emergencies.reason(caller()) == ("drill" if stays else "")
    assert len(emergencies.listed()) == stays
    if not stays:
        assert sink.events[-1] == EmergencyEnded(caller="ward", emergency="drill", how=EmergencyEnd.WITHDRAWN)
        assert ledger.rows[-1].what is Noted.EMERGENCY_CLOSED
    emergencies.stop()
