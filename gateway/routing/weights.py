"""What counts how much for `work` and for `thought`; made by `python -m bench.complexity --fit`, not by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BASE: Final = (-7.45, -0.67)
"""Where both sums begin."""
WEIGHTS: Final[Mapping[str, tuple[float, float]]] = {
    "to be thought through": (1.45, 1.82),
    "not settled": (0.63, 2.58),
    "harder": (0.58, 1.08),
    "work": (1.5, -0.41),
    "work for sure": (0.67, 0.27),
    "begins like one for little": (-0.86, -0.04),
    "a short answer wanted": (-1.72, -0.38),
    "something to make": (0.58, -1.73),
    "things": (0.8, -0.84),
    "a frame": (0.5, -1.1),
    "length": (2.85, 0.0),
    "several things": (0.35, 0.0),
    "questions": (-0.68, 1.15),
    "one answer by a rule of the system's": (-0.51, -0.15),
    "to be thought through, as the system says": (0.23, 0.42),
    "work, as the system says": (-0.22, -1.06),
    "length of what it is about": (0.99, 0.0),
    "values": (0.59, -0.42),
    "tools": (1.44, -0.32),
    "fields of the answer": (1.28, -0.35),
}
"""Of each thing in `counted`: for more than a small model does well, and for more than known work."""
