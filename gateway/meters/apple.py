"""The chip of a Mac (processor, GPU, memory, neural engine), without root; needs the extra `apple`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, cast

from gateway.events import MeterLoss
from gateway.extras import remedy
from gateway.meters.port import MeterUnreadable

_MILLI: Final = 1000


class Counted(Protocol):
    """What is used of `AppleEnergyMetrics`: millijoules, None where the chip does not count them."""

    cpu_total_mj: int | None
    gpu_mj: int | None
    gpu_sram_mj: int | None
    dram_mj: int | None
    ane_mj: int | None


class Monitor(Protocol):
    """What is used of `AppleEnergyMonitor`."""

    def get_cumulative_energy(self) -> Counted: ...


class Library(Protocol):
    """What is used of `zeus_apple_silicon`."""

    def AppleEnergyMonitor(self) -> Monitor: ...  # noqa: N802  (its name)


@dataclass(slots=True)
class Apple:
    """All parts of the chip together."""

    of: str
    _monitor: Monitor = field(repr=False)

    @classmethod
    def found(cls, load: Callable[[], Library] | None = None) -> Apple:
        """The chip of this Mac. Raises `MeterUnreadable`."""
        library = (load or _installed)()
        try:
            made = cls("the chip", library.AppleEnergyMonitor())
        except (RuntimeError, ValueError) as error:  # what its C++ throws
            raise MeterUnreadable(MeterLoss.ABSENT, f"macOS does not count energy here: {error}.") from None
        made.joules()
        return made

    def joules(self) -> float:
        try:
            now = self._monitor.get_cumulative_energy()
        except (RuntimeError, ValueError) as error:
            raise MeterUnreadable(MeterLoss.FAILED, f"macOS does not say what was used: {error}.") from None
        parts = [now.cpu_total_mj, now.gpu_mj, now.gpu_sram_mj, now.dram_mj, now.ane_mj]
        counted = [part for part in parts if part is not None]
        if not counted:
            raise MeterUnreadable(MeterLoss.ABSENT, "This chip does not count its energy.")
        return sum(counted) / _MILLI


def _installed() -> Library:
    try:
        return cast("Library", importlib.import_module("zeus_apple_silicon"))
    except ImportError:
        told = f"The extra `apple` is not installed: {remedy('apple')}, on a Mac with Apple's chip."
        raise MeterUnreadable(MeterLoss.NOT_INSTALLED, told) from None
