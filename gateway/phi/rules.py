"""What a rule is and how a table of rules is run over a text: RE2 set first, then only the patterns that fire.

RE2 keeps every pattern linear; nothing here knows what any rule looks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple, Protocol

import re2

from gateway.domain import Kind


class Evidence(IntEnum):
    """How we know. Stronger evidence wins where findings overlap."""

    CONTEXT = 0  # a model's opinion
    SHAPE = 1  # it looks like one
    CHECKED = 2  # it looks like one and its check digits agree
    CUE = 3  # the text says that it is one


class Hit(NamedTuple):
    """Something found in characters [start, end) of a normalised text; `patient` when its cue speaks of a patient."""

    kind: Kind
    start: int
    end: int
    confidence: float
    evidence: Evidence = Evidence.SHAPE
    patient: bool = False


Judge = Callable[[str, str, str], float]
"""From the value and what stands before and after it: confidence in [0, 1], 0 when it is something else."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern whose first group is the value. `judge` may lower, raise or reject; without one `confidence` stands."""

    kind: Kind
    pattern: str
    confidence: float = 0.9
    evidence: Evidence = Evidence.SHAPE
    judge: Judge | None = None
    patient: bool = False


LOOK_BACK: Final = 48
LOOK_AHEAD: Final = 16
_DOUBT: Final = 0.5
"""A cue believed less than this says nothing of a patient."""
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

    def matches(self, name: str, shape: bytes) -> Iterator[Match]:
        """Matches of one pattern."""
        found: Iterator[Match] = self._patterns[name].finditer(shape)
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


class RuleSet:
    """Rules compiled together. Offsets are those of the ASCII `shape`, hence of the normalised text."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules: Final = tuple(rules)
        self._named = {str(index): rule for index, rule in enumerate(self.rules)}
        self._gate = Gate({name: rule.pattern for name, rule in self._named.items()})

    def find(self, shape: bytes) -> Iterator[Hit]:
        """Every value in `shape` that a rule accepts, in no order, overlaps included."""
        fired = self._gate.open(shape)
        text = shape.decode("ascii") if fired else ""
        for name in fired:
            rule = self._named[name]
            judge, cued = rule.judge, rule.evidence is Evidence.CUE
            for match in self._gate.matches(name, shape):
                start, end = match.span(1)
                if cued:
                    if _goes_on(text, start):
                        continue  # the cue is the beginning of a word: "sinemet" holds no SIN, "MRNA1234567" an MRN
                    start, end = _extent(match.start(0), start, end, shape)
                confidence = rule.confidence
                if judge is not None:
                    before = text[start - LOOK_BACK if start > LOOK_BACK else 0 : start]
                    confidence = judge(text[start:end], before, text[end : end + LOOK_AHEAD])
                if confidence > 0:
                    yield Hit(rule.kind, start, end, confidence, rule.evidence, rule.patient and confidence > _DOUBT)


_WORD: Final = re.compile(r"[A-Za-z]+(?![A-Za-z0-9])")


def _goes_on(text: str, start: int) -> bool:
    """Whether a word without digits runs over `start`."""
    return text[start - 1 : start].isalpha() and _WORD.match(text, start) is not None


def _extent(first: int, start: int, end: int, shape: bytes) -> tuple[int, int]:
    """The value of a cue: with the cue itself where both are one word ("MRN-8675309"), without a date's first digits."""
    last = shape.rfind(b" ", start, end)
    if last > start and shape[end : end + 1] in b"-/." and shape[end + 1 : end + 2].isdigit():
        end = last
    glue = shape[first:start]
    if glue and glue.replace(b"-", b"").replace(b"_", b"").isalnum():
        start = first
    return start, end
