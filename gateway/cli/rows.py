"""Rows of the record as lines of a table, for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from gateway.state.sqlite.reader import CONFIG, EVENT, Entry

_HEADER: Final = ("seq", "time (UTC)", "phase", "request", "who", "where", "what", "result")

_SENTENCES: Final = 3
"""Shown of what a configuration opens: a table is no page."""


def table(entries: Sequence[Entry], *, header: bool = True) -> list[str]:
    """Rows as aligned lines."""
    rows = [_row(entry) for entry in entries]
    if header:
        rows.insert(0, _HEADER)
    widths = [max(map(len, column), default=0) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(entry: Entry) -> tuple[str, ...]:
    columns, details = entry.columns, entry.details
    if entry.phase == CONFIG:
        return (*_when(entry), "-", "-", "-", _change(entry), str(columns.get("result", "-")))
    if entry.phase == EVENT:
        number = f" {columns['number']}" if "number" in columns else ""
        return (*_when(entry), "-", str(columns.get("subject", "-")), "-", f"{columns.get('what', '-')}{number}", "-")
    who = "/".join(str(columns[name]) for name in ("caller", "agent") if name in columns)
    found = [f"found {','.join(details['found'])}"] if "found" in details else []
    redacted = [f"without {','.join(details['redacted'])}"] if "redacted" in details else []
    what = " ".join([str(columns.get("sensitivity", "")), *found, *redacted]).strip()
    result = " ".join(str(columns[name]) for name in ("result", "status", "error_code", "reason") if name in columns)
    where = " ".join(str(columns[name]) for name in ("target", "destination") if name in columns)
    return (
        *_when(entry),
        str(columns.get("request_id", "-")),
        who or "-",
        where or "-",
        what or "-",
        result or "-",
    )


def _when(entry: Entry) -> tuple[str, str, str]:
    number = str(entry.seq) if entry.table == "entry" else f"{entry.table}:{entry.seq}"
    return number, _moment(entry.at_us), entry.phase


def _moment(at_us: int) -> str:
    try:
        return datetime.fromtimestamp(at_us / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError):  # of a row that was altered
        return "no time"


def _change(entry: Entry) -> str:
    """What is in force, and what was before where that is another one, by the first digits of the hashes."""
    told = []
    for what in ("config", "policy"):
        before, after = (str(entry.columns.get(f"{what}_{when}") or "")[:8] for when in ("before", "after"))
        told.append(f"{what} {before} -> {after}" if before and before != after else f"{what} {after}")
    shown = entry.opens[:_SENTENCES]
    more = [f"and {len(entry.opens) - _SENTENCES} more (--json)"] if len(entry.opens) > _SENTENCES else []
    return ", ".join(told) + (f"; OPENS: {'; '.join([*shown, *more])}" if shown else "")
