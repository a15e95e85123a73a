"""What a row cost at earlier commits, in multiples of nginx, kept in `ratios.json`: says what got slower, and since when."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

KEPT = Path(__file__).with_name("ratios.json")
SLOWER = 1.15
"""From here on something got slower: below stands what the same commit varies by from run to run."""


@dataclass(frozen=True)
class Entry:
    """The ratios of one commit, measured on a day on a machine."""

    commit: str
    day: str
    machine: str
    ratios: Mapping[str, float]


def kept(path: Path = KEPT) -> list[Entry]:
    return [Entry(**one) for one in json.loads(path.read_text())] if path.exists() else []


def keep(entry: Entry, path: Path = KEPT) -> None:
    """Add an entry; of one commit and machine only the last stays."""
    others = [one for one in kept(path) if (one.commit, one.machine) != (entry.commit, entry.machine)]
    path.write_text(json.dumps([asdict(one) for one in [*others, entry]], indent=1) + "\n")


def slower(now: Entry, before: Sequence[Entry]) -> list[str]:
    """A line for each row that costs more than it did, with the commits between which that happened.

    A row is held against the last entry that measured it, and against the best: what creeps by a tenth each time is
    seen too. Another machine has other ratios, so entries of this one are asked where there are any.
    """
    here = [one for one in before if one.machine == now.machine] or before
    lines: list[str] = []
    for row, ratio in now.ratios.items():
        known = [one for one in here if row in one.ratios]
        if not known:
            continue
        best = min(known, key=lambda one: one.ratios[row])
        for name, one in (("last", known[-1]), ("best", best)):
            if ratio > SLOWER * one.ratios[row]:
                lines.append(
                    f"{row}: {ratio:.1f} x nginx, {ratio / one.ratios[row] - 1:.0%} more than the {name} entry "
                    f"({one.ratios[row]:.1f} on {one.day}); git log {one.commit}..{now.commit}"
                )
                break
    return lines
