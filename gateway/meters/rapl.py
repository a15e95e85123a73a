"""The counters of Linux for the processor's packages and its memory (RAPL); it reads files, and writes none."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gateway.events import MeterLoss
from gateway.meters.port import MeterUnreadable

POWERCAP: Final = Path("/sys/class/powercap")
_MICRO: Final = 1_000_000
_READ: Final = (
    "Only root may, since CVE-2020-8694: grant it to the gateway's group at each start (`chgrp`, `chmod g+r`)."
)


@dataclass(slots=True)
class _Zone:
    """One counter. It begins at 0 again after `range_uj`, which a busy package reaches within the hour."""

    file: Path
    range_uj: int
    last_uj: int
    turns: int = 0

    def micro(self) -> int:
        now_uj = _number(self.file)
        self.turns += now_uj < self.last_uj
        self.last_uj = now_uj
        return self.turns * self.range_uj + now_uj


@dataclass(slots=True)
class Rapl:
    """All packages together, and the memory beside them where it is counted apart.

    The other zones are left out: cores and graphics are parts of a package, `psys` holds the packages once more, and
    `intel-rapl-mmio` shows the same counters a second time.
    """

    of: str
    _zones: list[_Zone] = field(repr=False)

    @classmethod
    def found(cls, root: Path = POWERCAP) -> Rapl:
        """The counters under `root`. Raises `MeterUnreadable`."""
        names = {folder: _name(folder) for folder in sorted(root.glob("intel-rapl:*"))}
        packages = [folder for folder, name in names.items() if name.startswith("package")]
        memories = [folder for folder, name in names.items() if name == "dram"]
        if not packages:
            raise MeterUnreadable(MeterLoss.ABSENT, f"There is no counter of a processor in {root}.")
        of = ", ".join(
            _counted(len(zones), noun) for zones, noun in ((packages, "package"), (memories, "memory")) if zones
        )
        return cls(of, [_zone(folder) for folder in (*packages, *memories)])

    def joules(self) -> float:
        """The sum of the counters, which grows across their turns as long as it is asked for once in each."""
        return sum(zone.micro() for zone in self._zones) / _MICRO


def _zone(folder: Path) -> _Zone:
    file = folder / "energy_uj"
    return _Zone(file, range_uj=_number(folder / "max_energy_range_uj"), last_uj=_number(file))


def _name(folder: Path) -> str:
    try:
        return (folder / "name").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _number(file: Path) -> int:
    try:
        return int(file.read_text(encoding="ascii"))
    except PermissionError:
        raise MeterUnreadable(MeterLoss.NOT_READABLE, f"{file} cannot be read. {_READ}") from None
    except (OSError, ValueError):
        raise MeterUnreadable(MeterLoss.FAILED, f"{file} shows no number.") from None


def _counted(count: int, noun: str) -> str:
    many = noun.removesuffix("y") + "ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun if count == 1 else many}"
