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
        columns = _COLUMN.findall(statement[:_STATEMENT]) if isinstance(statement, str) else []
        for key, bound in held:
            if columns and len(columns) == len(bound):
                yield from (((*path, key, at), one, columns[at]) for at, one in enumerate(bound))
    if any(bare(key) in _SORTS and str(said).casefold() in _PERSONS for key, said in node.items()):
        yield from (
            ((*path, key), said, "person name")
            for key, said in node.items()
            if bare(key) in _WORDS and isinstance(said, str) and said.casefold() not in _PERSONS
        )


def in_list(items: Sequence[JSON], path: Path) -> Iterator[Named]:
    """`["last_name", "=", "Farr"]`."""
    if len(items) != _CONDITION or not isinstance(items[0], str) or _FIELD.fullmatch(items[0]) is None:
        return
    if isinstance(items[1], str) and items[1].casefold() in _COMPARING:
        yield (*path, 2), items[2], items[0]


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
