"""Many patterns asked of a text at once, so that only those that occur are run; RE2 keeps every one of them linear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

import re2

_MEMORY: Final = 24 << 20
"""Bytes one set of patterns may use for its automaton; it is filled as needed."""
SET_SIZE: Final = 16
"""Patterns of one set: measured with 8 to 194; smaller sets gain little more and cost a search each."""


class Match(Protocol):
    """What RE2 says of one occurrence."""

    def start(self, group: int = 0) -> int: ...
    def span(self, group: int = 0) -> tuple[int, int]: ...


class Gate:
    """Named patterns of which a text says at once which occur; a name is passed on when the automaton cannot say.

    The patterns are searched in sets of `SET_SIZE` neighbours. One set of all of them fills the memory of its automaton
    with every new text, throws it away and builds it again: 3.7 ms/KB for ever, against 0.3 in small sets.
    """

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._names: Final = tuple(patterns)
        self._sets: Final = tuple(_Set(self._names[first : first + SET_SIZE], patterns) for first in _firsts(patterns))
        self._patterns = {name: re2.compile(pattern.encode("ascii"), _options()) for name, pattern in patterns.items()}

    def open(self, shape: bytes) -> frozenset[str]:
        """Names of the patterns that occur in `shape`."""
        fired = [name for one in self._sets for name in one.open(shape)]
        return frozenset(fired) if fired else _NOTHING

    def matches(self, name: str, shape: bytes, start: int = 0, end: int | None = None) -> Iterator[Match]:
        """Matches of one pattern within bytes [start, end) of `shape`."""
        found: Iterator[Match] = self._patterns[name].finditer(shape, start, len(shape) if end is None else end)
        return found

    def spans(self, name: str, shape: bytes) -> Iterator[tuple[int, int]]:
        """Where the first group of a pattern stands."""
        for match in self.matches(name, shape):
            yield match.span(1)


class _Set:
    """Neighbours in a table, which share cues and so most of an automaton."""

    def __init__(self, names: Sequence[str], patterns: Mapping[str, str]) -> None:
        self._names: Final = tuple(names)
        self._set = re2.Set.SearchSet(_options())
        for name in names:
            self._set.Add(patterns[name].encode("ascii"))
        self._set.Add(b"")  # always fires, or the automaton ran out of memory
        self._set.Compile()

    def open(self, shape: bytes) -> Sequence[str]:
        """Names that occur in `shape`: all of them when the set cannot say, for a miss would be a leak."""
        fired = self._set.Match(shape)
        if not fired:
            return self._names
        every = len(self._names)
        return [self._names[index] for index in fired if index != every] if len(fired) > 1 else ()


def _firsts(patterns: Mapping[str, str]) -> range:
    return range(0, len(patterns), SET_SIZE)


_NOTHING: Final = frozenset[str]()


def _options() -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    options.log_errors = False
    return options
