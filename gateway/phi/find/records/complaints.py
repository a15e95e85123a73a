"""Values that a database or a validator quotes when it complains: the column beside them says what they are; text in, hits out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.records import keys

_CONFIDENCE: Final = 0.97
_VALUES: Final = 1_000
"""Characters of a row that are looked at."""
_KEY: Final = re.compile(r"\bKey \(([^()\n]{1,200})\)=\(([^()\n]{1,400})\)")
"""PostgreSQL: `DETAIL:  Key (mrn)=(8675309) already exists.`"""
_TABLE: Final = re.compile(r"\b(?:relation|table|constraint|index|key|object)\b[^\n]{0,12}[\"'`]([\w.]{1,80})[\"'`]")
_ROW: Final = re.compile(rf"\b(?:Failing row contains|The duplicate key value is) \(([^\n]{{1,{_VALUES}}}?)\)")
"""PostgreSQL; SQL Server: `… in object 'dbo.Patient'. The duplicate key value is (8675309, Okafor).`"""
_OF_PEOPLE: Final = re.compile(
    r"(?i)(?:^|[_.])(?:patients?|persons?|people|members?|subscribers?|residents?|clients?|encounters?|admissions?|visits?|appointments?|guarantors?)(?:$|[_.])"
)
_DUPLICATE: Final = re.compile(r"\bDuplicate entry '([^'\n]{1,200})' for key '(?:[\w-]{1,60}\.)?([\w-]{1,80})'")
"""MySQL: `Duplicate entry '8675309' for key 'patient.mrn'`."""
_INPUT: Final = re.compile(
    r"(?:^|\n)[ \t]*([A-Za-z_][\w.]{0,80})[ \t]*\n[^\n]{0,200}\binput_value=(?:'([^'\n]{1,200})'|\"([^\"\n]{1,200})\"|(\d[\d.-]{0,40}))"
)
"""pydantic: the path of the field on a line of its own, the value on the next."""
_CELL: Final = re.compile(r"(?:, )?([^,\n]{1,120})")
_NUMBER: Final = re.compile(r"[A-Z]{0,4}-?\d[\d-]{4,}")
_DAY: Final = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_NAME: Final = re.compile(r"[A-Z][^\W\d_]+(?:[ '’-][A-Z]?[^\W\d_]+){0,3}")
_GATE: Final = re.compile(r"\bKey \(|Failing row contains|duplicate key value is|Duplicate entry|input_value=")


def find(text: str) -> list[Hit]:
    """Hits in what such messages quote; nothing in any other text."""
    if _GATE.search(text) is None:
        return []
    return [*_keys(text), *_duplicates(text), *_rows(text), *_inputs(text)]


def _keys(text: str) -> Iterator[Hit]:
    for found in _KEY.finditer(text):
        columns, values = found[1].split(", "), list(_CELL.finditer(text, *found.span(2)))
        if len(columns) == len(values):
            for column, value in zip(columns, values, strict=True):
                yield from _named(column, value[1], value.start(1))


def _duplicates(text: str) -> Iterator[Hit]:
    for found in _DUPLICATE.finditer(text):
        yield from _named(
            re.sub(r"(?i)_?(?:unique|uniq|key|idx|index|uk)$|^(?:uk|idx|uq)_", "", found[2]), found[1], found.start(1)
        )


def _inputs(text: str) -> Iterator[Hit]:
    for found in _INPUT.finditer(text):
        at = found.lastindex or 2
        yield from _named(found[1].replace(".", " "), found[at], found.start(at))


def _rows(text: str) -> Iterator[Hit]:
    """Rows of a table of people name no columns: numbers, days and names there are somebody's."""
    if not any(_OF_PEOPLE.search(table[1]) for table in _TABLE.finditer(text)):
        return
    for row in _ROW.finditer(text):
        for value in _CELL.finditer(text, *row.span(1)):
            for kind, pattern in ((Kind.DATE, _DAY), (Kind.MRN, _NUMBER), (Kind.NAME, _NAME)):
                if pattern.fullmatch(value[1]):
                    yield Hit(kind, value.start(1), value.end(1), _CONFIDENCE, Evidence.CUE, patient=True)
                    break


def _named(column: str, value: str, at: int) -> Iterator[Hit]:
    column = re.sub(r"^(?:lower|upper|trim|btrim)\((.*)\)$|\"|::\w+", r"\1", column)
    bare = value.strip(" '\"")
    kind = keys.told(column, bare)
    if kind is not None:
        start = at + value.index(bare)
        yield Hit(kind, start, start + len(bare), _CONFIDENCE, Evidence.CUE, patient=True)
