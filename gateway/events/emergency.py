"""Emergency access was opened, and is over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class EmergencyEnd(StrEnum):
    """Why a window is over."""

    EXPIRED = "expired"
    CLOSED = "closed"  # by its caller
    REPLACED = "replaced"  # by another window of its caller
    WITHDRAWN = "withdrawn"  # a reload took its reason away, or so much time
    STOPPED = "stopped"  # the gateway was


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyOpened:
    """A caller opened a window for itself; `emergency` is a reason code of the configuration."""

    event: ClassVar[str] = "emergency.opened"
    caller: str
    emergency: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyEnded:
    event: ClassVar[str] = "emergency.ended"
    caller: str
    emergency: str
    how: EmergencyEnd
