"""A record that cannot be opened at the start: told at once, tried again, and complete as far as it can be."""

from __future__ import annotations

import errno

import pytest

from gateway.events import LedgerLoss, LedgerLost, LedgerRecovered, LedgerResult, LedgerWritten
from gateway.ports import EventRow, LedgerContradicted, LedgerUnavailable
from gateway.state.memory import MemoryLedger
from gateway.state.reopening import ReopeningLedger
from gateway.testing import RecordingSink
from tests.kit.patience import until
from tests.kit.rows import WORDS, make_attempt, make_config, make_intent, make_outcome


class Door:
    """Opens a record in memory, once `error` is None."""

    def __init__(self, error):
        self.error = error
        self.tries = 0
        self.ledger = MemoryLedger(words=WORDS)

    def __call__(self):
        self.tries += 1
        if self.error is not None:
            raise self.error
        return self.ledger


def full():
    return OSError(errno.ENOSPC, "No space left on device")


async def test_it_is_told_once_and_what_it_missed_is_written_when_it_opens():
    door, sink = Door(full()), RecordingSink()
    ledger = ReopeningLedger(door, sink=sink, retry_s=0.01)
    ledger.settle(make_outcome(1))
    ledger.attempt(make_attempt(1))
    ledger.configured(make_config(1))
    with pytest.raises(LedgerUnavailable):
        await ledger.intend(make_intent(1))
    await until(lambda: door.tries > 3)
    assert not ledger.available
    assert [event.loss for event in sink.events if isinstance(event, LedgerLost)] == [LedgerLoss.NO_SPACE]
    assert [event.result for event in sink.events if isinstance(event, LedgerWritten)] == [LedgerResult.REFUSED]
    door.error = None
    await until(lambda: ledger.available)
    await ledger.intend(make_intent(2))
    ledger.close()
    assert [event.lost for event in sink.events if isinstance(event, LedgerRecovered)] == [0]
    outage, *rows = door.ledger.rows
    assert isinstance(outage, EventRow)
    assert outage.number == 0
    assert rows == [make_outcome(1), make_attempt(1), make_config(1), make_intent(2)]


def test_one_that_opens_at_once_has_no_outage():
    door = Door(None)
    ledger = ReopeningLedger(door, sink=RecordingSink())
    ledger.close()
    assert (door.tries, door.ledger.rows) == (1, [])


def test_one_that_contradicts_its_signature_is_not_tried_again():
    door, sink = Door(LedgerContradicted("Put the newest copy back.")), RecordingSink()
    ledger = ReopeningLedger(door, sink=sink, retry_s=0.001)
    ledger.close()
    assert (door.tries, ledger.contradicted) == (1, "Put the newest copy back.")
    assert sink.events == [LedgerLost(loss=LedgerLoss.CONTRADICTED)]
