"""Events of a stream that differ from one another in a single text, known by their bytes alone; reads no socket.

A model says one token at a time, and a server writes the same object around each. Where the bytes before and behind the
text are those of an object that was read whole, only the text between them is new, and it alone is decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, TypeAlias

import orjson

from gateway.domain import Tree

Again: TypeAlias = Callable[[str], Tree]
"""The same event with another text."""
Mould: TypeAlias = Callable[[Tree], tuple[str, Again] | None]
"""The text of an event, and what makes one like it; None for an event that is more than text.

Of events alike, one with all their texts says what they say one after the other.
"""
PATIENCE: Final = 8
"""So many objects in a row that are not like the one before, and it is not tried any more: this server writes each anew."""

AT_ONCE: Final = 256
"""So many events are held against the pattern in one go; more would be held again for each that is not like the others."""


class Alike:
    """What the events of one stream have in common; `learn` from those that were read whole, then ask for the `texts` of
    others.
    """

    __slots__ = ("_again", "_begun", "_ends", "_mould", "_patience", "_starts")

    def __init__(self, mould: Mould) -> None:
        self._mould = mould
        self._starts = self._ends = b""
        self._again: Again | None = None
        self._patience = PATIENCE
        self._begun = False

    def texts(self, events: Sequence[bytes], at: int) -> list[str]:
        """The texts of the events from `at` on, as far as they are like the one before but for those."""
        starts, ends = self._starts, self._ends
        if not ends or at >= len(events) or not events[at].startswith(starts):
            return []
        between = _between(events[at : at + AT_ONCE], starts, ends)
        if not between:
            return []
        self._patience = PATIENCE
        return _strings(between)

    def learn(self, data: bytes, tree: Tree) -> None:
        """Take `tree`, which `data` is, for the pattern of those that follow."""
        if not self._begun:
            self._begun = True  # the first says who speaks, which the others do not
            return
        if not self._patience or (cast := self._mould(tree)) is None:
            return
        self._patience -= 1
        text, again = cast
        mark = "x" if text != "x" else "y"
        meant, literal, at = again(mark), orjson.dumps(text), -1
        while (at := data.find(literal, at + 1)) >= 0:
            starts, ends = data[: at + 1], data[at + len(literal) - 1 :]
            with suppress(orjson.JSONDecodeError):
                if orjson.loads(starts + mark.encode() + ends) == meant:  # then any other string may stand there too
                    self._starts, self._ends, self._again = starts, ends, again
                    return

    def joined(self, texts: list[str]) -> Tree:
        """One event with these texts, which `texts` gave."""
        if self._again is None:
            raise ValueError("no event was read whole yet")
        return self._again("".join(texts))


def _between(events: Sequence[bytes], starts: bytes, ends: bytes) -> list[bytes]:
    """What stands between `starts` and `ends` in the events up to the first that is not made so; the first begins so.

    They are cut in one go where one ends and the next starts: a line break stands there, and nowhere else.
    """
    lines = b"\n".join(events)
    if lines.count(b"\n") != len(events) - 1:
        several = next(
            at for at, one in enumerate(events) if b"\n" in one
        )  # an event of several lines is read by itself
        return _between(events[:several], starts, ends) if several else []
    *between, last = lines[len(starts) :].split(ends + b"\n" + starts)
    if len(between) + last.count(b"\n") != len(events) - 1:  # one that is not made so stands before others that are
        whole = next(at for at, one in enumerate(between) if b"\n" in one)
        between, last = between[:whole], between[whole]
    end = last.partition(b"\n")[0]
    return [*between, end[: -len(ends)]] if end.endswith(ends) else between


def _strings(between: Sequence[bytes]) -> list[str]:
    """What stood between quotation marks, as far as each is one JSON string."""
    marks = b'"' + b'","'.join(between) + b'"'
    texts: list[str] = []
    if b"\\" not in marks and marks.count(b'"') == 2 * len(between):  # nothing within could end one early, or go on
        with suppress(orjson.JSONDecodeError):
            texts = orjson.loads(b"[" + marks + b"]")
    if not texts:
        with suppress(orjson.JSONDecodeError):
            texts.extend(orjson.loads(b'"' + string + b'"') for string in between)  # those before one that is none stay
    return texts
