"""What a record says of itself when it is opened, and whether it is the one that its last checkpoint speaks of."""

from __future__ import annotations

import time

from gateway.events import Noted
from gateway.ports import EventRow, LedgerContradicted
from gateway.state.checkpoints import Checkpoints
from gateway.state.store import Store


def greet(store: Store, checkpoints: Checkpoints | None, *, name: str) -> None:
    """Hold the record against its last checkpoint; write down that it begins, and a new key of its checkpoints.

    Raises:
        LedgerContradicted: it does not continue what was signed: an older copy, or another record. What its place raises.
    """
    if checkpoints is None:
        return
    if store.tree.size == 0:
        before = checkpoints.last()
        said = (before.size, before.root) if before else (None, b"")
        store.write([EventRow(at_us=_now_us(), what=Noted.BEGUN, number=said[0], digest=said[1])])
    else:
        _hold(store, checkpoints, name)
    if store.signing_key() != checkpoints.public:
        store.write([EventRow(at_us=_now_us(), what=Noted.SIGNING_KEY, digest=checkpoints.public)])


def accept(store: Store, checkpoints: Checkpoints) -> bool:
    """Write down that this copy is to be continued although it is not what was signed last; False where it is."""
    last = checkpoints.last(store.origin)
    if last is None or store.continues_to(last.size, last.root):
        return False
    store.write([EventRow(at_us=_now_us(), what=Noted.RESTORED, number=last.size, digest=last.root)])
    checkpoints.keep(store.origin, store.tree, at_s=time.time())
    return True


def _hold(store: Store, checkpoints: Checkpoints, name: str) -> None:
    last = checkpoints.last(store.origin)
    if last is None or store.continues_to(last.size, last.root):
        return
    raise LedgerContradicted(
        f"{name} is not what its last checkpoint speaks of ({last.size} rows; {store.tree.size} are here): it is an older copy, "
        f"or rows were taken out. Put the newest copy back; if there is none, `gateway audit restored` writes that down."
    )


def _now_us() -> int:
    return time.time_ns() // 1000
