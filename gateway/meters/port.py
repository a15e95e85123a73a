"""What a meter of energy is; it measures nothing itself."""

from __future__ import annotations

from typing import Protocol

from gateway.events import MeterLoss


class MeterUnreadable(Exception):
    """The meter does not measure. `loss` is the word for it; the message says why and what to do, to administrators."""

    def __init__(self, loss: MeterLoss, message: str) -> None:
        super().__init__(message)
        self.loss = loss


class PowerMeter(Protocol):
    """Counts the energy of a part of this machine. It answers at once, and nothing that it reads can hang."""

    @property
    def of(self) -> str:
        """What it measures, for people: "2 packages"."""
        ...

    def joules(self) -> float:
        """Joules since a moment that stays the same. Raises `MeterUnreadable`."""
        ...
