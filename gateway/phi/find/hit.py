"""The word that everything which finds shares: a hit, and the evidence for it."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from gateway.domain import Kind


class Evidence(IntEnum):
    """How we know. Stronger evidence wins where findings overlap."""

    DOUBT = -1  # a model hesitates: a reason to look again, and nothing by itself
    CONTEXT = 0  # a model's opinion
    SHAPE = 1  # it looks like one
    CHECKED = 2  # it looks like one and its check digits agree
    CUE = 3  # the text says that it is one
    FIELD = 4  # the field of a record is for nothing else


class Hit(NamedTuple):
    """Something found in characters [start, end) of a normalised text; `patient` when its cue speaks of a patient."""

    kind: Kind
    start: int
    end: int
    confidence: float
    evidence: Evidence = Evidence.SHAPE
    patient: bool = False
