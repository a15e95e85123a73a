"""Parts of a request's time, for those who follow it: told only of requests whose trace is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Step(StrEnum):
    SCAN = "scan"
    DECIDE = "decide"
    PREPARE = "prepare"  # minimised, redacted, translated, looked at again
    RECORD = "record"  # the intent, until it is durable
    RESTORE = "restore"  # of a whole answer


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded:
    """A step of a request is over; `attempt` is the number of the attempt that it was made for, from 1, or 0."""

    event: ClassVar[str] = "step.ended"
    request_id: str
    step: Step
    duration_s: float
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorSeen:
    """The collector of traces takes what it is sent again, or no more; `lost` spans' requests were thrown away since."""

    event: ClassVar[str] = "collector.seen"
    up: bool
    lost: int = 0
