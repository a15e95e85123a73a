"""A text with the escapes of JSON strings undone, and where each character of it stood: records travel inside strings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

GATE: Final = (
    r"\\+[\"'](?:resourceType|vr|[0-9A-Fa-f]{8}|PatientName|PatientID|columns)\\+[\"']|\\[nrt]+[ >]*(?:[A-Z][A-Z0-9]{1,2}[|*^#!@$]|\(00[0-9A-Fa-f]{2},)|~\\+[nr]|"
    r"<\w[^<>]*=\\+\"|\\u003[cC]|[|,;][^\n]*\\[nrt][^\n]*[|,;]|\\t[^\n]*\\n[^\n]*\\t"
)
"""What an escaped record holds: its keys between escaped quotes, its segments after escaped line ends, escaped tags."""
_ESCAPE: Final = re.compile(r"\\(?:[\"\\/'bfnrt]|u[0-9a-fA-F]{4})|\"")
_PLAIN: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Unescaped:
    """The text without escapes; `starts` and `ends` say where each of its characters stood."""

    text: str
    starts: list[int]
    ends: list[int]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where characters [start, end) stood; nothing has no place of its own."""
        if start >= end:
            return (self.starts[start], self.starts[start]) if start < len(self.starts) else (0, 0)
        return self.starts[start], self.ends[end - 1]


def undo(text: str) -> Unescaped:
    """One level of escapes undone. The quotes of the strings themselves become line breaks: what is inside stands alone."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for escape in _ESCAPE.finditer(text):
        low, high = escape.span()
        pieces.append(text[done:low])
        starts.extend(range(done, low))
        ends.extend(range(done + 1, low + 1))
        code = text[low + 1 : low + 2] if high - low > 1 else "n"
        pieces.append(chr(int(text[low + 2 : high], 16)) if code == "u" else _PLAIN.get(code, code))
        starts.append(low)
        ends.append(high)
        done = high
    pieces.append(text[done:])
    starts.extend(range(done, len(text)))
    ends.extend(range(done + 1, len(text) + 1))
    return Unescaped("".join(pieces), starts, ends)
