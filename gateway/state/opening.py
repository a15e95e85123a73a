"""What a record says of itself when it is opened, and whether it is the one that its last checkpoint speaks of."""

from __future__ import annotations

import time
from typing import TypeVar

from gateway.events import Noted
from gateway.ports import EventRow, LedgerContradicted
from gateway.state.checkpoints import Checkpoints
from gateway.state.store import Store

Opened = TypeVar("Opened", bound=Store)


def begun(store: Opened, checkpoints: Checkpoints | None, *, name: str) -> Opened:
    """A store that may be written: held against its last checkpoint, with what it says of itself; closed where that fails.

    Raises:
        LedgerContradicted: it does not continue what was signed: an older copy, or another record. What its place raises.
    """
    try:
        if checkpoints is not None:
            _greet(store, checkpoints, name)
    except BaseException:
        store.close()
        raise
    return store


def _greet(store: Store, checkpoints: Checkpoints, name: str) -> None:
    """Write down that it begins, and a new key of its checkpoints."""
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
