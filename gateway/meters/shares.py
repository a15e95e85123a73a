"""Whose the energy of a machine was, when several answers were made at once; pure: it reads no meter and no clock.

Time is cut into intervals, each from one reading of the meters to the next, with a reading whenever an answer begins or ends,
so that in an interval the same answers are made throughout. What an interval took above idle is shared between them by
the tokens that each made in it. Tokens are counted as pieces of the answer that came, since nobody knows better before its
end, and what was shared is not shared again. An answer that made none in the interval counts as one token: its prompt is
being read, or it comes in one piece. What a machine took while nobody's answer was made is nobody's.
"""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass, field
from typing import Final

IDLE_READINGS: Final = 60
"""So many of the latest intervals without an answer say what the machine takes at rest."""
ENOUGH_READINGS: Final = 3


@dataclass(slots=True, eq=False)
class Share:
    """What one answer has of the machine so far: joules above idle, and seconds of its work. `known` False: an interval of it
    was not measured, or it is not known yet what the machine takes at rest.
    """

    joules: float = 0.0
    seconds: float = 0.0
    known: bool = True
    fresh: int = 0

    def made(self, tokens: int = 1) -> None:
        """So many tokens of the answer came."""
        self.fresh += tokens


@dataclass(slots=True)
class Idle:
    """What the machine takes at rest: what was said, else the median of what it took in the latest intervals at rest."""

    said_w: float | None = None
    _seen_w: deque[float] = field(default_factory=lambda: deque(maxlen=IDLE_READINGS))

    @property
    def watts(self) -> float | None:
        """None until enough was seen."""
        if self.said_w is not None:
            return self.said_w
        return statistics.median(self._seen_w) if len(self._seen_w) >= ENOUGH_READINGS else None

    def seen(self, joules: float, seconds: float) -> None:
        """An interval at rest."""
        self._seen_w.append(joules / seconds)


@dataclass(slots=True)
class Shares:
    """The answers that are being made on the machine. `unshared_j` is what it took above idle while there was none."""

    idle: Idle = field(default_factory=Idle)
    unshared_j: float = 0.0
    _open: set[Share] = field(default_factory=set)

    @property
    def busy(self) -> bool:
        return bool(self._open)

    def begin(self) -> Share:
        """An answer begins, with the next interval."""
        share = Share()
        self._open.add(share)
        return share

    def end(self, share: Share) -> None:
        """The answer is over, and so is the last interval that it has a share of."""
        self._open.discard(share)

    def passed(self, seconds: float, joules: float | None) -> None:
        """An interval is over in which the machine took so much; None: nobody knows."""
        rest_w = self.idle.watts
        known = joules is not None and rest_w is not None
        above = max((joules or 0.0) - (rest_w or 0.0) * seconds, 0.0) if known else 0.0
        if not self._open:
            self.unshared_j += above
            return
        whole = sum(max(share.fresh, 1) for share in self._open)
        for share in self._open:
            part = max(share.fresh, 1) / whole
            share.joules += above * part
            share.seconds += seconds * part
            share.known = share.known and known
            share.fresh = 0
