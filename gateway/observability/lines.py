"""Lines on their way to a stream; knows no event, and holds a line no longer than it was told."""

from __future__ import annotations

import asyncio
import threading
from typing import Final, TextIO

MAX_HELD: Final = 200
"""So many lines that were not written yet are written at once."""


class Lines:
    """Lines on their way to a stream, where they are written together: each writing gives up the interpreter's lock."""

    __slots__ = ("_held", "_lock", "_stream", "_waiting", "linger_s")

    def __init__(self, stream: TextIO) -> None:
        self.linger_s = 0.0
        self._stream = stream
        self._lock = threading.Lock()
        self._held: list[str] = []
        self._waiting = False

    def add(self, line: str, *, hurry: bool) -> None:
        """Write `line`, and what was held before it: now where it is in a `hurry`, within `linger_s` else."""
        with self._lock:
            self._held.append(line)
            many = len(self._held) >= MAX_HELD
        if hurry or many or not self._later():
            self.flush()

    def flush(self) -> None:
        with self._lock:
            held, self._held = self._held, []
            if held:
                self._stream.write("".join(held))
                self._stream.flush()

    def _later(self) -> bool:
        """Whether what is held will be written soon without anybody's doing; not where there is no event loop."""
        if not self.linger_s:
            return False
        if not self._waiting:
            try:
                asyncio.get_running_loop().call_later(self.linger_s, self._due)
            except RuntimeError:
                return False
            self._waiting = True
        return True

    def _due(self) -> None:
        self._waiting = False
        self.flush()
