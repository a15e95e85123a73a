"""Whether a target is worth asking, by how its last attempts ended; pure, with the time as an argument.

Closed: it is asked. Open: it is passed over until a time, which grows each time that it opens again, or until the time
that it named itself (`Retry-After`). Half open: one request goes there, and everybody else waits for what becomes of it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

CONSECUTIVE: Final = 5
"""So many failures in a row open it."""
WINDOW_S: Final = 30.0
LEAST: Final = 10
RATE: Final = 0.5
"""So large a share of failures among at least `LEAST` attempts of the last `WINDOW_S` opens it too."""
KEPT: Final = 200
"""Attempts that are remembered."""
FIRST_OPEN_S: Final = 2.0
LONGEST_OPEN_S: Final = 30.0
PROBE_S: Final = 120.0
"""After so long without a word of it a probe counts as lost, and the next request is one."""


class Ended(StrEnum):
    """How an attempt ended, as far as it says anything about its target."""

    WELL = "well"
    BADLY = "badly"
    UNSAID = "unsaid"  # the caller left, or nothing was sent


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """What is known of one target. `past` are the attempts of late, as (when, whether it went well), the oldest first.

    `until_s` None: it is closed. `opened` counts how often it opened since it last worked; `named`: until a time that the
    target named. `probe_s` is when the one request went there that tries it.
    """

    in_a_row: int = 0
    past: tuple[tuple[float, bool], ...] = ()
    until_s: float | None = None
    opened: int = 0
    named: bool = False
    probe_s: float | None = None

    def state(self, now_s: float) -> State:
        """What it is at `now_s`."""
        if self.until_s is None:
            return State.CLOSED
        return State.OPEN if now_s < self.until_s else State.HALF_OPEN

    def admits(self, now_s: float) -> bool:
        """Whether a request may go there now."""
        match self.state(now_s):
            case State.CLOSED:
                return True
            case State.OPEN:
                return False
            case State.HALF_OPEN:
                return self.probe_s is None or now_s - self.probe_s >= PROBE_S

    def wait_s(self, now_s: float) -> float:
        """How long until somebody may try; 0 where one may now, or does."""
        return 0.0 if self.until_s is None else max(self.until_s - now_s, 0.0)


NEW: Final = Breaker()


def entered(breaker: Breaker, now_s: float) -> Breaker:
    """A request goes there, as `admits` said it may: while it is half open, as its probe."""
    return replace(breaker, probe_s=now_s) if breaker.state(now_s) is State.HALF_OPEN else breaker


def left(
    breaker: Breaker, how: Ended, now_s: float, *, probe: bool = False, retry_after_s: float | None = None
) -> Breaker:
    """An attempt is over; `probe`: it was the one that tried a half open target. `retry_after_s` is what the target named.

    What an attempt says that began before it opened is counted, and opens or closes nothing.
    """
    if how is Ended.UNSAID:
        return replace(breaker, probe_s=None) if probe else breaker
    well = how is Ended.WELL
    old = bisect_right(breaker.past, (now_s - WINDOW_S, True))
    past = (*breaker.past[max(old, len(breaker.past) - KEPT + 1) :], (now_s, well))
    if well and breaker.until_s is None:
        return Breaker(past=() if probe else past)
    counted = replace(breaker, past=past, in_a_row=0 if well else breaker.in_a_row + 1)
    if breaker.until_s is not None and not probe:
        return replace(_until(counted, now_s + retry_after_s), probe_s=breaker.probe_s) if retry_after_s else counted
    if well:
        return Breaker(past=() if probe else counted.past)
    if retry_after_s is not None:
        return _until(counted, now_s + retry_after_s)
    if probe or counted.in_a_row >= CONSECUTIVE or _mostly_failed(counted):
        open_s = min(FIRST_OPEN_S * 2**counted.opened, LONGEST_OPEN_S)
        return replace(_until(counted, now_s + open_s), named=False, opened=counted.opened + 1)
    return counted


def _until(breaker: Breaker, end_s: float) -> Breaker:
    """Open until `end_s`, or for longer where it was to be so already."""
    return replace(breaker, until_s=max(end_s, breaker.until_s or 0.0), named=True, probe_s=None)


def _mostly_failed(breaker: Breaker) -> bool:
    failed = sum(not well for _, well in breaker.past)
    return len(breaker.past) >= LEAST and failed >= RATE * len(breaker.past)
