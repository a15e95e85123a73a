"""Request bodies: JSON bytes to one object, strictly; what is returned is all that is ever scanned and sent (law 7).

Of two equal keys the last wins, as everywhere behind us. What other readers might see differently is refused: integers
beyond 64 bits (which this parser would round), NaN and infinities, nesting beyond `MAX_DEPTH`, bytes not UTF-8.
"""

from __future__ import annotations

import json
import math
import re

import orjson

from gateway.domain import JSON, Tree
from gateway.errors import InvalidRequest

MAX_DEPTH = 96
_SUSPICIOUS_NUMBER = re.compile(rb"[0-9]{19}|[0-9.][eE]\+?[0-9]{3}")


def read_object(body: bytes) -> Tree:
    """The object in `body`.

    Raises:
        InvalidRequest: it is not JSON, not an object, or one that two readers could understand differently.
    """
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidRequest("The body is not valid JSON.") from None
    if not isinstance(tree, dict):
        raise InvalidRequest("The body must be a JSON object.")
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _too_deep(tree):
        raise InvalidRequest(f"The body is nested deeper than {MAX_DEPTH} levels.")
    if _SUSPICIOUS_NUMBER.search(body):
        _check_numbers(body)
    return tree


def _too_deep(tree: JSON) -> bool:
    level: list[JSON] = [tree]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _check_numbers(body: bytes) -> None:
    """Read once more with a parser that keeps integers exact: digits in strings are no numbers."""

    def integer(digits: str) -> int:
        if len(digits) > 20 or not -(2**63) <= int(digits) < 2**64:
            raise InvalidRequest("The body holds an integer beyond 64 bits.")
        return int(digits)

    def number(digits: str) -> float:
        value = float(digits)
        if math.isinf(value):
            raise InvalidRequest("The body holds a number that is too large.")
        return value

    json.loads(body, parse_int=integer, parse_float=number)
