"""One line of the benchmark's table: a figure, the floor under which it may not fall, and what it aims at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `ours` must not fall under `floor`, or exceed it where `low` is better."""

    name: str
    ours: float
    floor: float
    target: float
    low: bool = False
    form: str = "{:.3f}"
    presidio: str = ""
    comprehend: str = ""

    @property
    def fails(self) -> bool:
        return self.ours > self.floor if self.low else self.ours < self.floor

    @property
    def reaches(self) -> bool:
        return self.ours <= self.target if self.low else self.ours >= self.target
