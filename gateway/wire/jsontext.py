"""Finds every key, string and number of JSON written inside a string, by offset; changes nothing and never raises."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

import orjson

from gateway.domain import Path

MAX_LITERALS = 50_000
MAX_MARKS = 4 * MAX_LITERALS
"""Commas and opening brackets, those in strings too: a text with more is not even parsed to be counted."""
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|true|false|[{}\[\],:]')


class LiteralKind(StrEnum):
    KEY = "key"
    STRING = "string"
    NUMBER = "number"  # booleans too: what stands bare


class Literal(NamedTuple):
    """One scalar or key: characters [start, end) of the outer string, quotes included, and what it says."""

    start: int
    end: int
    value: str
    kind: LiteralKind
    path: Path


def literals(text: str) -> list[Literal] | None:
    """All literals of `text` in order, both of two equal keys; None if it is no JSON object or list, or too large."""
    if text.lstrip()[:1] not in {"{", "["} or sum(map(text.count, ",{[")) > MAX_MARKS:
        return None
    try:
        orjson.loads(text)
    except ValueError:  # no JSON, or a lone surrogate
        return None
    found: list[Literal] = []
    path: list[str | int] = []
    key_next = False
    for match in _TOKEN.finditer(text):
        literal = match[0]
        if literal in "{[":
            key_next = literal == "{"
            path.append("" if key_next else 0)
        elif literal in "}]":
            path.pop()
        elif literal == ",":
            last = path[-1]
            key_next = isinstance(last, str)
            path[-1] = last if isinstance(last, str) else last + 1
        elif literal != ":":
            start, end = match.span()
            value = _value(literal)
            if key_next:
                path[-1], key_next, kind = value, False, LiteralKind.KEY
            else:
                kind = LiteralKind.STRING if literal[0] == '"' else LiteralKind.NUMBER
            found.append(Literal(start, end, value, kind, tuple(path)))
            if len(found) > MAX_LITERALS:
                return None
    return found


def _value(literal: str) -> str:
    if literal[0] != '"':
        return literal
    return str(orjson.loads(literal)) if "\\" in literal else literal[1:-1]
