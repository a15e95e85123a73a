"""What a rule is and how a table of rules is run over a text: RE2 set first, then only the patterns that fire.

RE2 keeps every pattern linear; nothing here knows what any rule looks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.text.gate import Gate

Judge = Callable[[str, str, str], float]
"""From the value and what stands before and after it: confidence in [0, 1], 0 when it is something else."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern whose first group is the value. `judge` may lower, raise or reject; without one `confidence` stands.

    `hits` are texts with their value in guillemets ("MRN «8675309»"), `misses` texts that only look so. They say what the
    rule is for, and a test tries each rule alone on its own.
    """

    kind: Kind
    pattern: str
    confidence: float = 0.9
    evidence: Evidence = Evidence.SHAPE
    judge: Judge | None = None
    patient: bool = False
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


LOOK_BACK: Final = 48
LOOK_AHEAD: Final = 16
_DOUBT: Final = 0.5
"""A cue believed less than this says nothing of a patient."""


class RuleSet:
    """Rules compiled together. Offsets are those of the ASCII `shape`, hence of the normalised text."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules: Final = tuple(rules)
        self._named = {str(index): rule for index, rule in enumerate(self.rules)}
        self._gate = Gate({name: rule.pattern for name, rule in self._named.items()})

    def find(self, shape: bytes) -> Iterator[Hit]:
        """Every value in `shape` that a rule accepts, in the order of the rules, overlaps included."""
        fired = self._gate.open(shape)
        text = shape.decode("ascii") if fired else ""
        for name in sorted(fired, key=int):  # where hits tie the first rule wins, in every process
            rule = self._named[name]
            judge, cued = rule.judge, rule.evidence is Evidence.CUE
            for match in self._gate.matches(name, shape):
                start, end = match.span(1)
                if cued:
                    if _goes_on(text, start):
                        continue  # the cue is the beginning of a word: "sinemet" holds no SIN, "MRNA1234567" an MRN
                    start, end = _extent(match.start(0), start, end, shape)
                    if _DIGEST.fullmatch(shape, start, end):
                        continue  # a cue that begins a digest (`cf`, `dea`) is a few of its digits
                confidence = rule.confidence
                if judge is not None:
                    before = text[start - LOOK_BACK if start > LOOK_BACK else 0 : start]
                    confidence = judge(text[start:end], before, text[end : end + LOOK_AHEAD])
                if confidence > 0:
                    yield Hit(rule.kind, start, end, confidence, rule.evidence, rule.patient and confidence > _DOUBT)


_DIGEST: Final = re.compile(rb"[a-f][0-9a-f]{31,127}|[A-F][0-9A-F]{31,127}")
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
