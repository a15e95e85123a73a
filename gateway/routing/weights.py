"""What counts how much for `work` and for `thought`; made by `python -m bench.complexity --fit`, not by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BASE: Final = (-7.47, -0.54)
"""Where both sums begin."""
WEIGHTS: Final[Mapping[str, tuple[float, float]]] = {
    "to be thought through": (1.44, 1.95),
    "not settled": (0.53, 2.19),
    "harder": (0.55, 1.04),
    "work": (1.53, -0.49),
    "work for sure": (0.57, 0.18),
    "begins like one for little": (-0.75, -0.05),
    "a short answer wanted": (-1.74, -0.25),
    "something to make": (0.66, -1.82),
    "things": (0.75, -0.78),
    "a frame": (0.43, -1.07),
    "length": (2.94, 0.0),
    "several things": (0.32, 0.0),
    "questions": (-0.72, 1.04),
    "one answer by a rule of the system's": (-0.78, 0.0),
    "to be thought through, as the system says": (0.0, 0.36),
    "work, as the system says": (-0.26, -0.71),
    "length of what it is about": (0.98, 0.0),
    "values": (0.5, -0.5),
    "tools": (1.19, -0.49),
    "fields of the answer": (1.25, -0.33),
}
"""Of each thing in `counted`: for more than a small model does well, and for more than known work."""
