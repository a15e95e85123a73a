"""Values of rows that SQL inserts: the columns before them say what they are; text in, hits out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.records import keys

_CONFIDENCE: Final = 0.96
_INTO: Final = re.compile(
    r"(?i)\b(?:insert|replace|upsert|merge)\b[ \t\w]{0,20}\binto\s{1,4}([\w.\"`\[\]]{1,80})\s{0,8}\(([^()]{1,1200})\)\s{0,8}(?:output\b[^()\n]{0,80})?values\s{0,8}(?=\()"
)
_ROW: Final = re.compile(r"\(((?>[^()']|'(?>[^']|'')*+')*+)\)\s{0,8}(,?)\s{0,8}")
_VALUE: Final = re.compile(
    r"(?:^|,)\s{0,8}(?:(?:[NE]|(?i:date|timestamp) )(?='))?(?:'((?>[^']|'')*+)'|([^,']{0,200}))(?:::\w{1,20})?\s{0,8}(?=,|$)"
)
_OF_NOBODY: Final = re.compile(r"'0{4,}\d{0,2}'|'(?:1970|1900|2000)-01-01'")
"""The numbers and days with which developers fill rows for tests."""
_NUMBERED: Final = re.compile(r"(?i)(?:_|\b)(?:no|num|nr|number|ref)$")
_NUMBER: Final = re.compile(r"[A-Z]{0,4}[-/]?\d{4,}(?:[-/]\d+){0,3}")
"""In a row that names somebody, what a column calls a number is of them (`ref_no`)."""
_ROWS: Final = 400
"""Rows of one statement that are looked at."""


def find(text: str) -> Iterator[Hit]:
    """A hit for each value whose column says what it is."""
    for into in _INTO.finditer(text):
        table = re.sub(r"\W+", " ", into[1]).strip().rpartition(" ")[2]
        columns = [re.sub(r"[\s\"`\[\]]", "", column) for column in into[2].split(",")]
        at = into.end()
        for _ in range(_ROWS):
            row = _ROW.match(text, at)
            if row is None:
                break
            yield from _row(text, row, columns, table)
            at = row.end()
            if not row[2]:
                break


def _row(text: str, row: re.Match[str], columns: list[str], table: str) -> Iterator[Hit]:
    body, at = row[1], row.start(1)
    values = list(_VALUE.finditer(body))
    if len(values) != len(columns) or _OF_NOBODY.search(body):
        return
    kinds = [keys.kind_of(column) or keys.kind_of(f"{table} {column}") for column in columns]
    named = Kind.NAME in kinds
    for column, kind, value in zip(columns, kinds, values, strict=True):
        group = 1 if value[1] is not None else 2
        bare = value[group].strip()
        numbered = named and _NUMBERED.search(column) is not None and _NUMBER.fullmatch(bare) is not None
        told = kind or (Kind.OTHER_ID if numbered else None)
        if told is None or not keys.fits(told, bare):
            continue
        start = at + value.start(group) + value[group].index(bare)
        if text[start : start + len(bare)] == bare:
            yield Hit(told, start, start + len(bare), _CONFIDENCE, Evidence.CUE, patient=True)
