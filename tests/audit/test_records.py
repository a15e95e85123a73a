"""The port of the record, and the ledger that is closed."""

from __future__ import annotations

import pytest

from gateway.audit.ledger import Ledger
from gateway.audit.records import AuditSink, ClosedLedger, LedgerUnavailable, RowRefused


async def test_a_closed_ledger_takes_no_intent_and_holds_up_nothing_else(intent, attempt, outcome):
    ledger: AuditSink = ClosedLedger()
    ledger.learn(["word"])

    ledger.attempt(attempt())
    ledger.settle(outcome())

    assert not ledger.available
    with pytest.raises(LedgerUnavailable, match="state_dir"):
        await ledger.intend(intent())
    ledger.close()


def test_a_refused_row_is_an_unavailable_record_to_whoever_asks():
    assert issubclass(RowRefused, LedgerUnavailable)


def test_the_ledger_is_an_audit_sink(open_ledger):
    ledger: AuditSink = open_ledger()

    assert isinstance(ledger, Ledger)
    assert ledger.available
