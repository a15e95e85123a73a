"""What counts how much for `work` and for `thought`; made by `python -m bench.complexity --fit`, not by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BASE: Final = (-7.49, -0.65)
"""Where both sums begin."""
WEIGHTS: Final[Mapping[str, tuple[float, float]]] = {
    "to be thought through": (1.48, 1.92),
    "not settled": (0.56, 2.26),
    "harder": (0.56, 1.06),
    "work": (1.5, -0.27),
    "work for sure": (0.67, 0.24),
    "begins like one for little": (-0.77, -0.1),
    "a short answer wanted": (-1.75, -0.25),
    "something to make": (0.61, -1.77),
    "things": (0.73, -0.89),
    "a frame": (0.45, -1.15),
    "length": (2.91, 0.0),
    "several things": (0.31, 0.0),
    "questions": (-0.7, 1.1),
    "one answer by a rule of the system's": (-0.76, 0.0),
    "to be thought through, as the system says": (0.0, 0.3),
    "work, as the system says": (-0.26, -0.68),
    "length of what it is about": (0.99, 0.0),
    "values": (0.61, -0.42),
    "tools": (1.21, -0.49),
    "fields of the answer": (1.27, -0.31),
}
"""Of each thing in `counted`: for more than a small model does well, and for more than known work."""
