"""Remembers the last requests that were settled, so that somebody can watch; shows no name that is not of the configuration."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain import Destination, Outcome, Settlement
from gateway.events import Event, LedgerCheckpointed
from gateway.observability.log_lines import settled_line
from gateway.observability.logs import AllowList
from gateway.observability.vocabulary import Vocabulary

KEPT: Final = 500
"""How many are remembered: the last seconds of a busy hospital, the last day of a quiet one."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What came after some number: the `number` of the last of them, how many `came`, and the rows of those that are shown.

    A row is what the log has of a request, and `at_us` beside it.
    """

    number: int
    came: int
    rows: tuple[dict[str, object], ...]


class Trail:
    """The sink that people watch. It keeps values, and makes rows of them only when somebody looks."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._allow = AllowList(vocabulary)
        self._last: deque[tuple[int, Settlement]] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)
        self.checkpoint: LedgerCheckpointed | None = None

    def learn(self, vocabulary: Vocabulary) -> None:
        """Take the names of a reloaded configuration."""
        self._allow.learn(vocabulary)

    def emit(self, event: Event) -> None:
        if type(event) is Settlement:
            self._last.append((next(self._numbers), event))
        elif type(event) is LedgerCheckpointed:
            self.checkpoint = event

    @property
    def number(self) -> int:
        """The number of the last request; 0 where there was none."""
        return self._last[-1][0] if self._last else 0

    def since(self, number: int, *, most: int) -> Batch:
        """What came after `number`, oldest first. Of more than `most` some are shown: those that went wrong or nowhere first."""
        last = self.number
        came = tuple(one for one in tuple(self._last) if one[0] > number)
        shown = came
        if len(came) > most:
            amiss = [one for one in came if is_amiss(one[1])]
            fine = [one for one in came if not is_amiss(one[1])]
            first = _spread(amiss, most)
            shown = tuple(sorted([*first, *_spread(fine, most - len(first))], key=lambda one: one[0]))
        return Batch(last, max(last - number, 0), tuple(self._row(event) for _, event in shown))

    def _row(self, event: Settlement) -> dict[str, object]:
        return {"at_us": event.at_us, **self._allow(settled_line(event))}


def is_amiss(event: Settlement) -> bool:
    """Whether somebody who watches should not miss it."""
    return event.destination is Destination.DENIED or event.outcome is not Outcome.OK


def _spread(items: Sequence[tuple[int, Settlement]], most: int) -> list[tuple[int, Settlement]]:
    """At most so many of them, evenly, the last one among them."""
    if most <= 0:
        return []
    step = -(-len(items) // most)
    return list(items[::-1][:: max(step, 1)])[::-1]
