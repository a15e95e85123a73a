"""How fast a target answers of late, from what it took; pure, with the time as an argument.

Peak-EWMA, as Finagle balances by: a slower first token counts at once, a faster one little by little, and what nobody
measures for a while is forgotten, so that a target that was slow once is tried again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

DOWN: Final = 0.2
"""How much the last of faster answers counts beside those before."""
UP: Final = 0.6
"""The same for a slower one: one that is slow by chance does not count alone, two in a row nearly do."""
FORGET_S: Final = 600.0
"""After so long without an answer a target is taken for e times faster than it was."""
BUSY: Final = 0.1
"""How much longer an answer takes for each other one that is under way, where nobody says how many it answers at once."""
UNKNOWN_S: Final = 2.0
"""What is expected of a target that nobody has measured, while its first answer is under way."""
USUAL_TOKENS: Final = 300.0
"""How long an answer is taken for: those of the agents that the product was made for have 230 to 800."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What was measured: seconds to the first token, seconds for each further one, seconds in all, and requests under way.

    None: never measured.
    """

    first_s: float | None = None
    per_token_s: float | None = None
    serve_s: float | None = None
    at_s: float = 0.0
    pending: int = 0


NEW: Final = Pace()


def began(pace: Pace) -> Pace:
    """A request went there."""
    return replace(pace, pending=pace.pending + 1)


def answered(pace: Pace, first_s: float, now_s: float) -> Pace:
    """Its first token came after `first_s`."""
    return replace(pace, first_s=_peak(_faded(pace, now_s), first_s), at_s=now_s)


def ended(pace: Pace, now_s: float, *, took_s: float | None = None, tokens: int = 0, writing_s: float = 0.0) -> Pace:
    """It is over; `took_s` None: it did not come to its end, and says nothing of how long one takes."""
    pending = max(pace.pending - 1, 0)
    if took_s is None:
        return replace(pace, pending=pending)
    each_s = _peak(pace.per_token_s, writing_s / tokens) if tokens > 1 else pace.per_token_s
    serve_s = _peak(pace.serve_s, took_s)
    return Pace(first_s=pace.first_s, per_token_s=each_s, serve_s=serve_s, at_s=now_s, pending=pending)


def failed(pace: Pace, after_s: float, now_s: float) -> Pace:
    """It failed after so long: whoever waited for it waited for nothing."""
    known_s = _faded(pace, now_s)
    return replace(pace, first_s=_peak(known_s, max(after_s, 2 * (known_s or UNKNOWN_S))), at_s=now_s)


def expected_s(pace: Pace, now_s: float, *, slots: int | None = None, tokens: float = USUAL_TOKENS) -> float:
    """About how long an answer of `tokens` tokens takes from now on; 0 for one to be tried, since nobody has measured it."""
    first_s = _faded(pace, now_s)
    if first_s is None:
        return UNKNOWN_S * (1 + pace.pending) if pace.pending else 0.0
    answer_s = first_s + tokens * (pace.per_token_s or 0.0)
    if slots is None:
        return answer_s * (1 + BUSY * pace.pending)
    ahead = max(0.0, (pace.pending + 1 - slots) / slots)
    return answer_s + ahead * (pace.serve_s or answer_s)


def _faded(pace: Pace, now_s: float) -> float | None:
    if pace.first_s is None:
        return None
    return pace.first_s * math.exp(-max(now_s - pace.at_s, 0.0) / FORGET_S)


def _peak(before: float | None, last: float) -> float:
    if before is None:
        return last
    return before + (UP if last > before else DOWN) * (last - before)
