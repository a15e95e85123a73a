"""NVIDIA's GPUs, by the counters of their driver (NVML); needs the extra `nvml`, and changes no setting of a GPU."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, cast

from gateway.events import MeterLoss
from gateway.extras import remedy
from gateway.meters.port import MeterUnreadable

_MILLI: Final = 1000


class Library(Protocol):
    """What is used of `pynvml`."""

    NVMLError: type[Exception]

    def nvmlInit(self) -> None: ...  # noqa: N802  (NVIDIA's names)
    def nvmlDeviceGetCount(self) -> int: ...  # noqa: N802
    def nvmlDeviceGetHandleByIndex(self, index: int) -> object: ...  # noqa: N802
    def nvmlDeviceGetTotalEnergyConsumption(self, handle: object) -> int: ...  # noqa: N802


@dataclass(slots=True)
class Nvml:
    """All GPUs of the machine together. They count since their driver was loaded (Volta and later)."""

    of: str
    _library: Library = field(repr=False)
    _gpus: Sequence[object] = field(repr=False)

    @classmethod
    def found(cls, load: Callable[[], Library] | None = None) -> Nvml:
        """The GPUs that the driver tells of. Raises `MeterUnreadable`."""
        library = (load or _installed)()
        try:
            library.nvmlInit()
            gpus = [library.nvmlDeviceGetHandleByIndex(at) for at in range(library.nvmlDeviceGetCount())]
        except library.NVMLError as error:
            raise MeterUnreadable(MeterLoss.ABSENT, f"NVIDIA's driver does not answer: {error}.") from None
        if not gpus:
            raise MeterUnreadable(MeterLoss.ABSENT, "NVIDIA's driver tells of no GPU.")
        made = cls(f"{len(gpus)} GPU{'' if len(gpus) == 1 else 's'}", library, gpus)
        made.joules()  # one that does not count says so here
        return made

    def joules(self) -> float:
        library = self._library
        try:
            return sum(library.nvmlDeviceGetTotalEnergyConsumption(gpu) for gpu in self._gpus) / _MILLI
        except library.NVMLError as error:
            raise MeterUnreadable(MeterLoss.FAILED, f"A GPU does not say what it used: {error}.") from None


def _installed() -> Library:
    try:
        return cast("Library", importlib.import_module("pynvml"))
    except ImportError:
        told = f"The extra `nvml` is not installed: {remedy('nvml')}."
        raise MeterUnreadable(MeterLoss.NOT_INSTALLED, told) from None
