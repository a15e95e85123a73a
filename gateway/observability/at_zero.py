"""Makes the series that an alert must see move, though what they count may never happen; all others come when counted."""

from __future__ import annotations

from itertools import product

from gateway import events
from gateway.observability.families import Families


def start_at_zero(families: Families) -> None:
    """Make the series of a few closed sets, with nothing counted yet."""
    for action in events.ScanFailure:
        families.scan_failures(action.value)
    for phase, side in product(events.AbortPhase, events.Side):
        families.stream_aborts(phase.value, side.value)
    for failure in events.AuthFailure:
        families.auth_failures(failure.value)
    for record, result in product(events.Record, (events.LedgerResult.FAILED, events.LedgerResult.REFUSED)):
        families.audit_records(record.value, result.value)
    for exit_reason in events.ExitReason:
        families.embedded_exits(exit_reason.value)
    for reload in (events.ReloadResult.OK, events.ReloadResult.REFUSED, events.ReloadResult.WAITS):
        families.reloads(reload.value)
    for kept in ("ok", "failed"):
        families.audit_checkpoints(kept)
        for witness in events.Witnessing:
            families.audit_witnessed(witness.value, kept)
    for loss in events.LedgerLoss:
        families.ledger_lost(loss.value)
