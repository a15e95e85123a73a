"""Says when what the record comes to is signed again, and has it kept elsewhere; holds no row."""

from __future__ import annotations

import math
import time

from gateway.events import EventSink, LedgerCheckpointed
from gateway.state.checkpoints import Checkpoints
from gateway.state.store import Store


class Witness:
    """Signs every `every_s` seconds where something was added, into `checkpoints`; without any it does nothing.

    A checkpoint that cannot be kept is told, and tried again with the next one: the record itself goes on.
    """

    def __init__(self, checkpoints: Checkpoints | None, *, every_s: float, sink: EventSink) -> None:
        self.checkpoints = checkpoints
        self._every_s = every_s
        self._sink = sink
        self._at = 0.0
        self._size = -1

    def due_s(self, store: Store) -> float:
        """When it signs next, on the monotonic clock; never where nothing was added."""
        return self._at if self.checkpoints and store.tree.size != self._size else math.inf

    def sign(self, store: Store, *, final: bool = False) -> None:
        """Sign where it is due; `final`: wherever something was added."""
        due_s = self.due_s(store)
        if self.checkpoints is None or due_s == math.inf or not (final or time.monotonic() >= due_s):
            return
        self._at = time.monotonic() + self._every_s
        tree, at_s, kept = store.tree, time.time(), True
        try:
            self.checkpoints.keep(store.origin, tree, at_s=at_s)
        except OSError:
            kept = False
        else:
            self._size = tree.size
        self._sink.emit(LedgerCheckpointed(size=tree.size, root=tree.root.hex(), at_s=at_s, ok=kept))
