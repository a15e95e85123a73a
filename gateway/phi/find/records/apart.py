"""Values in JSON within a text whose names stand apart from them, and texts there that are cut into words; asks no model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gateway.phi import grids
from gateway.phi.find.records import headers, keys, tables
from gateway.phi.find.records.sheet import Sheet
from gateway.phi.find.records.trees import Tree, json_trees, plain

NAMED: Final = (
    r"(?i)[\"'][\w .#/()-]{0,40}(?:name|nom|birth|dob|born|naissance|geb|mrn|patient|ssn|social|sec|member|subscriber|insur|policy|phone|tel|mobile|"
    r"mail|address|addr|street|zip|post|acc|card|iban|licen|serial|vin|plate|npi|dea|chart|record|record_?no|rx|claim|encounter|visit|admi|discharg|death|"
    r"identifier|nhs|medicare|medicaid|passport|nino|sin|nir|uhid|emp[il]|age|mbi|id|no|number|num)[\w .#/()-]{0,24}[\"']\s*[,\]})]"
)
"""A word that names a value and stands as a value itself: in a list of columns, or as the name of a pair."""
ROWS: Final = r"[\])]\s*,\s*[\[(]|\[\s*\[|[\"'](?i:value|val|v|answer|new_?value|old_?value|value[A-Z][a-z]+|params|bindings|args|selector)[\"']\s*:|[\"']\s*,\s*[\"'](?:[=<>!]{1,2}|i?like|eq|contains|is)[\"']\s*,"
"""Rows, and pairs: what their names call a count or a measure is nobody's number."""
WRAPPED: Final = r"[\"'][\w .-]{1,60}[\"']\s*:\s*\{\s*[\"'](?:\$?[A-Za-z]{1,16}|\d{1,6})[\"']\s*:"
"""A value within an object that says how it is stored: `{"mrn": {"S": …`."""
WORDS: Final = (
    r"(?i)[\"'](?:words?|punctuated_?word|content|text|transcript|value|token|display_?text|lexical|description|utf8|char|t)[\"']\s*:\s*[\"']"
    r"|[\"'](?:words|tokens|chars|characters|letters|digits|pieces|lines|segments|text|timestamps)[\"']\s*:\s*\[\s*\[?\s*[\"']"
)
"""A word of a text that is cut into values, as far as one can tell it from any other value."""


def read(text: str, known: dict[int, Tree] | None = None) -> tuple[Sheet, list[list[tuple[int, int]]]]:
    """The sheet of what is named elsewhere, and the texts that are cut into words: where each word stands, in order.

    `known` are trees of the text that were read already, by where they begin.
    """
    sheet = Sheet(text)
    texts: list[list[tuple[int, int]]] = []
    for tree in json_trees(text, lists=True, known=known):
        value, places = plain(tree, text)
        found = grids.read(value)
        _named(sheet, found, places)
        texts.extend([[places[path] for path in words if path in places] for words in found.texts])
    return sheet, [words for words in texts if len(words) > 1]


def _named(sheet: Sheet, found: grids.Grids, places: dict[tuple[str | int, ...], tuple[int, int]]) -> None:
    """Marks what a name says, as it would be under that key; in a table of people also what only its header says."""
    named = [(places[path], name) for path, name in found.names.items() if path in places]
    columns = {name: _column(name.split(grids.APART)) for name in {name for _, name in named}}
    personal = any(column is not None and column.personal for column in columns.values())
    for (start, end), name in named:
        value = sheet.text[start:end].strip()
        if any(keys.words(value) == keys.words(one) for one in name.split(grids.APART)):
            continue  # the title of a field in a schema: `"mrn": {"title": "Mrn"}`
        kind = keys.told(name, value)
        if kind is not None and keys.kind_of(value) is None:
            sheet.mark(kind, start, end)
        elif (column := columns[name]) is not None and personal:
            tables.note(sheet, column, (start, end))
        elif counted(name, value):
            sheet.hushed.append((start, end))


def counted(name: str, value: str) -> bool:
    """Whether a number under the name of a column counts or measures: nobody's number is called so."""
    if keys.kind_of(name) is not None or _NUMBER.fullmatch(value) is None:
        return False
    last = headers.column(name.rpartition(grids.APART)[2])
    return last is None or last.kind is None


_NUMBER: Final = re.compile(r"[-+]?\d[\d.,_]*(?:[eE][-+]?\d+)?")


def _column(names: Sequence[str]) -> headers.Column | None:
    known = [column for name in names if (column := headers.column(name)) is not None and column.kind is not None]
    return known[0] if known and not known[0].doubtful else None
