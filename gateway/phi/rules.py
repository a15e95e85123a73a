"""What a rule is and how a table of rules is run over a text: RE2 set first, then only the patterns that fire.

RE2 keeps every pattern linear; nothing here knows what any rule looks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import re2

from gateway.domain import Kind


class Evidence(IntEnum):
    """How we know. Stronger evidence wins where findings overlap."""

    CONTEXT = 0  # a model's opinion
    SHAPE = 1  # it looks like one
    CHECKED = 2  # it looks like one and its check digits agree
    CUE = 3  # the text says that it is one


@dataclass(frozen=True, slots=True)
class Hit:
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
_MEMORY: Final = 24 << 20
"""Bytes one set of patterns may use for its automaton; it is filled as needed."""


class RuleSet:
    """Rules compiled together. Offsets are those of the ASCII `shape`, hence of the normalised text."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = _MEMORY
        options.log_errors = False
        self.rules: Final = tuple(rules)
        self._set = re2.Set.SearchSet(options)
        for rule in self.rules:
            self._set.Add(rule.pattern.encode("ascii"))
        self._set.Add(b"")  # always fires, or the automaton ran out of memory
        self._set.Compile()
        self._patterns = [re2.compile(rule.pattern.encode("ascii"), options) for rule in self.rules]

    def find(self, shape: bytes) -> Iterator[Hit]:
        """Every value in `shape` that a rule accepts, in no order, overlaps included."""
        for index in self._firing(shape):
            rule = self.rules[index]
            for match in self._patterns[index].finditer(shape):
                start, end = _extent(match.start(0), *match.span(1), shape, rule.evidence)
                confidence = rule.confidence
                if rule.judge is not None:
                    before = shape[max(0, start - LOOK_BACK) : start].decode("ascii")
                    after = shape[end : end + LOOK_AHEAD].decode("ascii")
                    confidence = rule.judge(shape[start:end].decode("ascii"), before, after)
                if confidence > 0:
                    yield Hit(rule.kind, start, end, confidence, rule.evidence, rule.patient)

    def _firing(self, shape: bytes) -> list[int]:
        """Which patterns occur in `shape`: all of them when the set cannot say, for a miss would be a leak."""
        every = len(self.rules)
        fired = self._set.Match(shape)
        return sorted(set(fired) - {every}) if fired else list(range(every))


def _extent(first: int, start: int, end: int, shape: bytes, evidence: Evidence) -> tuple[int, int]:
    """The value of a cue: with the cue itself where both are one word ("MRN-8675309"), without a date's first digits."""
    if evidence is not Evidence.CUE:
        return start, end
    last = shape.rfind(b" ", start, end)
    if last > start and shape[end : end + 1] in b"-/." and shape[end + 1 : end + 2].isdigit():
        end = last
    glue = shape[first:start]
    if glue and glue.replace(b"-", b"").replace(b"_", b"").isalnum():
        start = first
    return start, end
