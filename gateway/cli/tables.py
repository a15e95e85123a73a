"""Tables as people and programs want them: text, Markdown, CSV, and a picture of bars; knows nothing of what is in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape

Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""A title, the head, the rows."""
Bar = tuple[str, float, str]
"""What it is, how much, and how that is written."""
_LEFT, _WIDTH, _BAR, _GAP = 190, 560, 22, 8
_COLOURS: Final = ("#3b6ea5", "#4f9d69", "#c2803a", "#8a5a9e", "#b0484f")


def text(tables: Iterable[Table]) -> str:
    """For a terminal."""
    lines: list[str] = []
    for title, head, rows in tables:
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
        lines += [title, *("  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in (head, *rows)), ""]
    return "\n".join(lines).rstrip()


def markdown(tables: Iterable[Table]) -> str:
    """For a document."""
    lines: list[str] = []
    for title, head, rows in tables:
        lines += [f"### {title}", "", _row(head), _row(["---"] * len(head)), *map(_row, rows), ""]
    return "\n".join(lines).rstrip()


def as_csv(tables: Iterable[Table]) -> str:
    """For a spreadsheet: each row after the title of its table. A cell that a spreadsheet would reckon is quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for title, head, rows in tables:
        writer.writerow(["table", *head])
        writer.writerows([title, *map(_plain, row)] for row in rows)
    return out.getvalue().rstrip("\n")


def bars(title: str, groups: Iterable[tuple[str, Sequence[Bar]]]) -> str:
    """An SVG of bars, all on one scale; groups stand below each other."""
    groups = list(groups)
    most = max((value for _, listed in groups for _, value, _ in listed), default=0.0) or 1.0
    parts: list[str] = []
    top = 10
    for name, listed in groups:
        parts.append(f'<text x="10" y="{top + 14}" font-weight="bold">{escape(name)}</text>')
        top += _BAR + _GAP
        for number, (label, value, shown) in enumerate(listed):
            width, colour = max(value / most * _WIDTH, 1.0), _COLOURS[number % len(_COLOURS)]
            parts += [
                f'<text x="10" y="{top + 16}">{escape(label)}</text>',
                f'<rect x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR}" fill="{colour}" rx="3"/>',
                f'<text x="{_LEFT + width + 4:.1f}" y="{top + 16}">{escape(shown)}</text>',
            ]
            top += _BAR + _GAP
        top += _GAP
    return picture(title, parts, width=_LEFT + _WIDTH + 110, height=top)


def picture(title: str, parts: Iterable[str], *, width: int, height: int) -> str:
    """An SVG of parts, on white."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="13"><title>{escape(title)}</title>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in "=+-@" and cell != "-" else cell


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
