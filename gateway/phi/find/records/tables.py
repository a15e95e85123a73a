"""Tables in plain text: CSV and its kin, Markdown, boxes of psql and mysql, fixed widths, and key and value side by side.

A table is one by its form and by its header; without a header, by what its columns hold. Sources: RFC 4180 for quoting,
the printed forms of pandas, psql and mysql as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.domain import INDIRECT, Kind
from gateway.phi.find import lexicon
from gateway.phi.find.records import headers
from gateway.phi.find.records.headers import Column
from gateway.phi.find.records.sheet import Sheet, is_code, is_display, is_house, is_plain, is_somebody, is_type
from gateway.phi.find.records.trees import Node

_Cell = tuple[int, int]
GATES: Final = {
    ",": r",[^\n\r]*[\n\r]{1,2}[^\n\r]*,",
    "\t": r"\t[^\n\r]*[\n\r]{1,2}[^\n\r]*\t",
    ";": r";[^\n\r]*[\n\r]{1,2}[^\n\r]*;",
    "|": r"\|[^\n\r]*[\n\r]{1,2}[^\n\r]*\|",
    "  ": r"[^ \n\r]  +[^ \n\r][^\n\r]*[\n\r]{1,2}[^\n\r]*[^ \n\r]  +[^ \n\r]",
}
"""What a text must hold for a table with each separator to be in it: two lines that have it; two spaces part fixed widths."""
_RULE: Final = re.compile(r"(?=[^-=]*[-=]{2})[-=+|: \t]+")
_WIDEST: Final = 48
"""Characters that a cell of a header has at most; a line with longer ones is prose."""
_MOST_COLUMNS: Final = 200
_JSON: Final = re.compile(r"\s*(?:[{}\[\]]|[\"'][^\"'\n]{0,60}[\"']\s*:)")
_QUOTED: Final = re.compile(r"[ \t]*\"((?:[^\"]|\"\"){0,4000})\"[ \t]*")
_SPACED: Final = re.compile(r"(?m)^[^\n\r]*\S  +\S[^\n\r]*|^[ -]+$")
_APART: Final = 2
"""Characters between the lines of one table: the ends of a line."""
_GAP: Final = re.compile(r"\S+(?: \S+)*")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row: where its cells stand, and where it ends."""

    cells: list[_Cell]
    end: int


def read(text: str, separators: Iterable[str] = tuple(GATES)) -> Sheet:
    """The sheet of every table in a text with one of these separators."""
    sheet = Sheet(text)
    if "  " in separators:
        for rows in _printed(text):
            _table(sheet, rows)
    for separator in separators:
        for rows in _aligned(sheet) if separator == "  " else _blocks(text, separator):
            _table(sheet, rows)
    return sheet


# --- where tables stand -----------------------------------------------------------------------------------------------


def _blocks(text: str, separator: str) -> Iterator[list[list[_Cell]]]:
    """Runs of rows of one width that follow each other; a rule between rows is no row, and the last may be cut off."""
    rows: list[list[_Cell]] = []
    at = 0
    while at < len(text):
        end = _line_end(text, at)
        if not rows and not _begins(text, at, end, separator):
            at = _next(text, end)
            continue
        if separator == "|" and rows and _RULE.fullmatch(text, at, end):
            at = _next(text, end)
            continue
        parted = text.find(separator, at, end) >= 0 and not _JSON.match(text, at, end)
        row = _row(text, at, separator) if parted else _Row([], end)
        cut = len(rows) > 1 and row.end >= len(text) and text[at:].strip() != "" and len(row.cells) < len(rows[0])
        if cut and (row.cells or text[at:end].strip(" `")):
            rows.append(row.cells or [(at, end)])
        elif rows and len(row.cells) != len(rows[0]):
            if len(rows) > 1:
                yield rows
            rows = []
        if not cut and row.cells and (rows or _narrow(row.cells)):
            rows.append(row.cells)
        at = _next(text, row.end)
    if len(rows) > 1:
        yield rows


def _begins(text: str, at: int, end: int, separator: str) -> bool:
    """Whether a line may be the first of a table: the next one has as many separators, unless quotes hold some."""
    count = text.count(separator, at, end)
    if count == 0 or text.startswith("@@ -", at):
        return False
    start = _next(text, end)
    after = _line_end(text, start)
    if text.count(separator, start, after) == count or text.find('"', at, after) >= 0:
        return True
    return separator == "|" and _RULE.fullmatch(text, start, after) is not None


def _next(text: str, end: int) -> int:
    """Where the line after one that ends at `end` begins."""
    return end + (2 if text.startswith("\r\n", end) else 1)


def _narrow(cells: Sequence[_Cell]) -> bool:
    """Whether a line may be a header or a first row: prose has longer pieces between its commas."""
    return 1 < len(cells) <= _MOST_COLUMNS and sum(end - start for start, end in cells) <= _WIDEST * len(cells)


def _line_end(text: str, at: int) -> int:
    newline = text.find("\n", at)
    end = newline if newline >= 0 else len(text)
    carriage = text.find("\r", at, end)
    return carriage if carriage >= 0 else end


def _row(text: str, at: int, separator: str) -> _Row:
    """The cells from `at`: one in quotes may hold separators and line breaks."""
    cells: list[_Cell] = []
    end = _line_end(text, at)
    while True:
        quoted = _QUOTED.match(text, at) if text[at : at + 2].lstrip(" ").startswith('"') else None
        if quoted is not None and text[quoted.end() : quoted.end() + 1] in {separator, "\n", "\r", ""}:
            cells.append(quoted.span(1))
            at = quoted.end()
            end = _line_end(text, at)
        else:
            cut = text.find(separator, at, end)
            cells.append((at, cut if cut >= 0 else end))
            at = cells[-1][1]
        if at >= end or text[at] != separator:
            break
        at += 1
    if separator == "|" and len(cells) > 2:
        cells = [cell for index, cell in enumerate(cells) if 0 < index < len(cells) - 1 or text[slice(*cell)].strip()]
    return _Row(cells, max(end, at))


def _aligned(sheet: Sheet) -> Iterator[list[list[_Cell]]]:
    """Runs of lines whose cells are two spaces apart and stand under those of the first, as pandas and fixed widths do."""
    text = sheet.text
    rows: list[list[_Cell]] = []
    last = -1
    for line in _SPACED.finditer(text):
        if rows and line.start() > last + _APART:
            if len(rows) > 1:
                yield rows
            rows = []
        last = line.end()
        if rows and _RULE.fullmatch(line.group()):
            continue
        cells = [cell.span() for cell in _GAP.finditer(text, *line.span())]
        if not rows:
            plain = not any(sign in line.group() for sign in "|\t;")
            rows = [cells] if plain and _narrow(cells) else []
            continue
        if len(cells) == len(rows[0]) + 1 and text[slice(*cells[0])].isdecimal():
            sheet.calm(*cells[0])
            cells = cells[1:]  # the index that pandas prints
        if len(cells) != len(rows[0]):
            if len(rows) > 1:
                yield rows
            rows = [cells] if len(cells) > 1 and _narrow(cells) else []
        else:
            rows.append(cells)
    if len(rows) > 1:
        yield rows


def _printed(text: str) -> Iterator[list[list[_Cell]]]:
    """Tables as pandas prints them: every column ends where its one-word name ends, and rows begin with a number."""
    for header in _PANDAS.finditer(text):
        names = [name.span() for name in re.finditer(r"\S+", text[header.start(1) : header.end(1)])]
        ends = [end for _, end in names]
        rows = [[(header.start(1) + start, header.start(1) + end) for start, end in names]]
        for line in re.finditer(r"[^\n\r]+", header.group(2)):
            at = header.start(2) + line.start()
            first = len(line.group()) - len(line.group().lstrip("0123456789"))
            starts = [first, *ends[:-1]]
            if any(line.group()[end : end + 1].strip() for end in ends[:-1]):
                break
            rows.append(
                [(at + start, at + min(end, len(line.group()))) for start, end in zip(starts, ends, strict=True)]
            )
        if len(rows) > 1 and len(names) > 1:
            yield rows


_PANDAS: Final = re.compile(r"(?m)^([ ]{2,}\S[^\n\r|]*)\r?\n((?:\d+ [^\n\r]*(?:\r?\n|\Z))+)")


def split(sheet: Sheet, root: Node) -> bool:
    """Reads `{"columns": […], "data": [[…], …]}`, as pandas writes a table for machines; False when it is none."""
    found = False
    stack = [root]
    while stack:
        node = stack.pop()
        names = [one for one in node.all("columns") if one.scalar]
        cells = [(one.start, one.end) for key, one in node.inside if key in {"data", "rows", "values"} and one.scalar]
        flat = all(len(one.way) <= _ROWS for _, one in node.inside)
        if names and cells and flat and len(cells) % len(names) == 0:
            rows = [cells[at : at + len(names)] for at in range(0, len(cells), len(names))]
            _table(sheet, [[(one.start, one.end) for one in names], *rows])
            found = True
        stack.extend(child for _, child in node.inside if not child.scalar)
    return found


_ROWS: Final = 2
"""Lists within one another in rows whose cells are scalars."""


# --- what their columns hold --------------------------------------------------------------------------------------------

_ENOUGH: Final = 0.6
_SOME: Final = 0.3
_NUMBER: Final = re.compile(
    r"[<>~=+-]{0,2}[$€£]?\d[\d.,]{0,14}(?:\s?[-/x–]\s?\d[\d.,]{0,6})?\s?(?:%|[A-Za-z%/*^\d.\[\]]{0,12})|[-–.]{0,3}"
)
_DAY: Final = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?|(?:19|20)\d{6}(?:\d{4,6})?|\d{1,2}[ -][A-Za-z]{3,9}\.?,?[ -]\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}"
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_LETTERED: Final = re.compile(r"(?i)^col(?:umn)?\.? [a-z\d]{1,2} ?[:=] ?")  # `Col B: Room`
_PERSON: Final = re.compile(r"(?:(?:Dr|Mr|Mrs|Ms|Prof)\.? )?[^\W\d_][\w'’.-]*(?:,? [^\W\d_][\w'’.-]*){0,4}")


def _table(sheet: Sheet, rows: list[list[_Cell]]) -> None:
    text = sheet.text
    names = [_said(text, cell) for cell in rows[0]]
    if len(names) > 2:  # what somebody asks may stand before a header on its line
        names[0] = names[0].rpartition(": ")[2]
    columns = [headers.column(name) for name in names]
    if [name.casefold() for name in names[1:]] in headers.VALUES and len(rows) > 1 and _turned(sheet, rows[1:]):
        return
    if headers.is_header(columns, names) and not _begins_turned(columns, text, rows):
        if any(column is not None and column.kind is Kind.NAME for column in columns):
            parts = [name.casefold() in headers.PARTS_OF_NAMES for name in names]
            columns = [Column(Kind.NAME) if part else one for one, part in zip(columns, parts, strict=True)]
        if any(column is not None and column.personal for column in columns):
            columns = [replace(one, doubtful=False) if one is not None else None for one in columns]
        body = rows[1:]
        for cell, column in zip(rows[0], columns, strict=True):
            if column is not None or is_plain(text[slice(*cell)]):
                sheet.calm(*cell)
        _columns(sheet, columns, body)
        return
    if _turned(sheet, rows):
        return
    guessed = [_guessed(text, [row[index] for row in rows if index < len(row)]) for index in range(len(rows[0]))]
    kinds = {column.kind for column in guessed if column is not None}
    if (
        len(rows) > 2
        and Kind.NAME in kinds
        and len(rows[0]) > 2
        and len([one for one in guessed if one is not None]) > 1
    ):
        _columns(sheet, guessed, rows)


def _said(text: str, cell: _Cell) -> str:
    return _LETTERED.sub("", text[slice(*cell)].strip(" \t\"'*`_"))


def _begins_turned(columns: Sequence[Column | None], text: str, rows: Sequence[Sequence[_Cell]]) -> bool:
    """Whether only the first cell of the first row is a name of values, and so are those under it."""
    if columns[0] is None or columns[0].kind is None or any(columns[1:]):
        return False
    below = headers.column(_said(text, rows[1][0]))
    return below is not None


def _turned(sheet: Sheet, rows: list[list[_Cell]]) -> bool:
    """Reads a table whose first column names what stands beside it: `Surname | Okafor`."""
    text = sheet.text
    columns = [headers.column(_said(text, row[0])) for row in rows]
    known = [column for column in columns if column is not None and column.kind is not None]
    if len(known) < 2 or len(known) < len(rows) * _SOME:
        return False
    for column, row in zip(columns, rows, strict=True):
        if column is not None:
            sheet.calm(*row[0])
            for cell in row[1:]:
                if headers.column(_said(text, cell)) is None:
                    note(sheet, column, cell)
    return True


def _columns(sheet: Sheet, columns: Sequence[Column | None], body: Sequence[Sequence[_Cell]]) -> None:
    for index, named in enumerate(columns):
        cells = [row[index] for row in body if index < len(row)]
        column = named
        if column is None or column.doubtful:
            guess = _guessed(sheet.text, cells, hint=column)
            column = guess if guess is not None else None if column is not None and column.doubtful else column
        for cell in cells:
            note(sheet, column, cell)


def note(sheet: Sheet, column: Column | None, cell: _Cell) -> None:
    """Notes one cell of a column."""
    value = _said(sheet.text, cell)
    if not value:
        sheet.calm(*cell)
    elif column is None:
        if _NUMBER.fullmatch(value) or is_plain(value):
            sheet.hushed.append(cell)
    elif column.kind is None:
        if _NUMBER.fullmatch(value) or is_code(value) or (is_display(value) and not is_somebody(value)):
            sheet.calm(*cell)
    elif column.kind is Kind.AGE:
        if value[:3].isdecimal() and int(value[:3]) >= _OLD:
            sheet.mark(Kind.AGE, *cell)
        else:
            sheet.calm(*cell)
    else:
        _value(sheet, column, column.kind, cell, value)


def _value(sheet: Sheet, column: Column, kind: Kind, cell: _Cell, value: str) -> None:
    """A cell under a header of `kind`: a number may stand where a name would, and a name where a number would."""
    if is_type(value):
        return
    if kind is Kind.NAME and is_house(value):
        sheet.mark(Kind.FACILITY, *cell, weak=True)
        return
    if kind is Kind.NAME and not any(map(str.isalpha, value)):
        kind = Kind.MRN
    elif kind is Kind.MRN and column.person and not any(map(str.isdigit, value)):
        kind = Kind.NAME
    if kind is Kind.DATE and _CALLED.search(value):
        return
    if kind is Kind.OTHER_ID and value.isdigit() and len(value) < _SHORTEST:
        return
    if kind not in _NUMBERED or any(map(str.isdigit, value)):
        sheet.mark(kind, *cell, weak=column.weak or (kind in INDIRECT and not column.birth))


_CALLED: Final = re.compile(r"\w\(")
"""A function in a query whose lines look like rows: `MONTH(day)`."""
_OLD: Final = 90
_SHORTEST: Final = 3
"""Digits of a number that is somebody's; the second visit and the twelfth sample have fewer."""
_NUMBERED: Final = frozenset(
    {Kind.LICENCE, Kind.ACCOUNT, Kind.OTHER_ID, Kind.DEVICE, Kind.PLATE, Kind.NPI, Kind.VEHICLE}
)
"""Kinds whose values have a digit: `license` may also be MIT."""


def _guessed(text: str, cells: Sequence[_Cell], hint: Column | None = None) -> Column | None:
    """What a column holds, by its cells: days, or people."""
    values = [value for cell in cells[:_SAMPLE] if (value := _said(text, cell))]
    if not values:
        return None
    if sum(_DAY.fullmatch(value) is not None for value in values) >= _ENOUGH * len(values):
        return Column(Kind.DATE, weak=True)
    people = [value for value in values if _PERSON.fullmatch(value) and len(value) < _WIDEST]
    if len(people) < _ENOUGH * len(values):
        return None
    if sum(_CAMEL.search(value) is not None for value in people) > _SOME * len(people):
        return None
    known = sum(map(_is_person, people))
    things = sum(map(_is_thing, people))
    if known >= _ENOUGH * len(values) or (
        hint is not None
        and hint.kind is Kind.NAME
        and things <= _SOME * len(values)
        and len(people) >= 0.8 * len(values)
    ):
        return Column(Kind.NAME)
    return None


_CAMEL: Final = re.compile(r"\b(?!Mc|Mac|De|Di|Du|La|Le|Van|O')[A-Z][a-z]+[A-Z][a-z]")
"""`PatientName`: how programs write what they name."""
_SAMPLE: Final = 60


def _is_person(value: str) -> bool:
    marks = [lexicon.marks(word.casefold()) for word in _WORD.findall(value) if len(word) > 1]
    if not marks:
        return False
    if len(marks) == 1:
        return bool(marks[0] & lexicon.PEOPLE) and not marks[0] & lexicon.ELSE
    return any(mark & lexicon.PEOPLE for mark in marks) and not any(
        mark & lexicon.ELSE and not mark & lexicon.PEOPLE for mark in marks
    )


def _is_thing(value: str) -> bool:
    marks = [lexicon.marks(word.casefold()) for word in _WORD.findall(value) if len(word) > 1]
    if len(marks) == 1:
        return bool(marks[0] & lexicon.ELSE)
    return not marks or any(mark & lexicon.ELSE and not mark & lexicon.PEOPLE for mark in marks)
