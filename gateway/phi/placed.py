"""Where JSON names a value by another value: columns of a statement beside what is bound, conditions, tagged words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gateway.domain import JSON, Path

Named = tuple[Path, JSON, str]
"""Where a value stands, the value, and what it is called elsewhere."""


def bare(key: str) -> str:
    """A key without the signs between its words."""
    return key.replace("_", "").replace("-", "").replace("$", "").casefold()


def in_object(node: Mapping[str, JSON], path: Path) -> Iterator[Named]:
    """`{"sql": "… where lname = ?", "params": ["Farr"]}` and `{"entity_group": "PER", "word": "Joan Farr"}`."""
    held = [(key, said) for key, said in node.items() if isinstance(said, list) and bare(key) in _BOUND]
    for statement in node.values() if held else ():
        columns = bound_to(statement[:_STATEMENT]) if isinstance(statement, str) else []
        for key, bound in held if columns else ():
            if len(columns) == len(bound) and not any(isinstance(one, list) for one in bound):
                yield from (((*path, key, at), one, columns[at]) for at, one in enumerate(bound))
            for row, cells in enumerate(bound):  # many rows of one statement
                if isinstance(cells, list) and len(cells) == len(columns):
                    yield from (((*path, key, row, at), one, columns[at]) for at, one in enumerate(cells))
    if any(bare(key) in _SORTS and str(said).casefold() in _PERSONS for key, said in node.items()):
        yield from (
            ((*path, key), said, "person name")
            for key, said in node.items()
            if bare(key) in _WORDS and isinstance(said, str) and said.casefold() not in _PERSONS
        )


def in_list(items: Sequence[JSON], path: Path) -> Iterator[Named]:
    """`["last_name", "=", "Farr"]`, and a property of jCard (RFC 7095): `["fn", {}, "text", "Joan Farr"]`."""
    if (
        len(items) >= _PROPERTY
        and isinstance(items[0], str)
        and isinstance(items[1], dict)
        and isinstance(items[2], str)
    ):
        name = _CARD.get(items[0].casefold())
        if name is not None:
            yield from (((*path, at), one, name) for at, one in enumerate(items) if at >= _CONDITION)
        return
    if len(items) != _CONDITION or not isinstance(items[0], str) or _FIELD.fullmatch(items[0]) is None:
        return
    if isinstance(items[1], str) and items[1].casefold() in _COMPARING:
        yield (*path, 2), items[2], items[0]


def bound_to(statement: str) -> list[str]:
    """The columns that the values bound to a statement stand for, in order."""
    return [f"name {column}" if column.casefold() in _PARTS else column for column in _columns(statement)]


_PARTS: Final = frozenset({"given", "family", "first", "last", "middle"})
"""Columns of parts of a name, which these words are under no other key."""


def _columns(statement: str) -> list[str]:
    inserted = _INSERTED.search(statement)
    if inserted is None:
        return _COLUMN.findall(statement)
    columns = [column.strip(' "`[]\n\r\t') for column in inserted[1].split(",")]
    places = [place.strip() for place in inserted[2].split(",")]
    if len(columns) != len(places) or not all(columns):
        return []
    return [column for column, place in zip(columns, places, strict=True) if _PLACE.fullmatch(place)]


_INSERTED: Final = re.compile(
    r"(?i)\b(?:insert|replace|merge|upsert)\b[^()]{1,120}\(([^()]{1,2000})\)\s{0,8}values?\s{0,8}"
    r"\(([^()]{1,2000})\)"
)
_PLACE: Final = re.compile(r"\?\d{0,3}|\$\d{1,3}|%s|[:@]\w{1,60}|%\(\w{1,60}$")
"""Where a value is bound to."""
_PROPERTY: Final = 4
_CARD: Final = {
    "fn": "patient name", "n": "patient name", "nickname": "nickname", "bday": "dob", "deathdate": "date of death",
    "adr": "address",
    "tel": "phone", "email": "email", "uid": "patient id",
}  # fmt: skip
_BOUND: Final = frozenset(
    ["params", "parameters", "bindings", "binds", "args", "arguments", "values", "sqlparams", "queryparams", "bindvars"]
)
_COLUMN: Final = re.compile(
    r"(?i)([a-z_]\w{0,60})[\"`\]]?\s{0,4}(?:=|<>|!=|[<>]=?|\bi?like\b|\bis\b)\s{0,4}(?:lower|upper)?\(?(?:\?|\$\d{1,3}|%s|[:@]\w{1,60})"
)
"""A column of a statement, before the place that a value is bound to."""
_STATEMENT: Final = 10_000
_CONDITION: Final = 3
_FIELD: Final = re.compile(r"[^\W\d_][\w.]{0,63}")
_COMPARING: Final = frozenset(
    [
        "=",
        "==",
        "!=",
        "<>",
        "<",
        ">",
        "<=",
        ">=",
        "eq",
        "ne",
        "equals",
        "like",
        "ilike",
        "contains",
        "is",
        "startswith",
        "in",
        "matches",
    ]
)
_SORTS: Final = frozenset(
    ["entity", "entitygroup", "entitytype", "nertag", "ner", "nerlabel", "label", "type", "category", "tag"]
)
_PERSONS: Final = frozenset(
    ["per", "b-per", "i-per", "person", "b-person", "i-person", "patient", "b-patient", "i-patient", "patient_name"]
)
"""What taggers call a name, and the members in which they do."""
_WORDS: Final = frozenset(["word", "text", "span", "surface", "token", "value", "string", "mention"])
