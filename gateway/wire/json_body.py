"""Request bodies: JSON bytes to one object, strictly; what is returned is all that is ever scanned and sent (law 7).

Of two equal keys the last wins, as everywhere behind us. What other readers might see differently is refused: integers
beyond 64 bits (which this parser would round), NaN and infinities, nesting beyond `MAX_DEPTH`, bytes not UTF-8. A byte order
mark before the object says nothing and is passed over, as RFC 8259 (section 8.1) lets a parser do.
"""

from __future__ import annotations

import json
import math

import orjson

from gateway.domain import JSON, Tree
from gateway.errors import InvalidRequest, PayloadTooLarge

MAX_DEPTH = 96
MAX_VALUES = 400_000
"""More than the 300,000 tokens that OpenAI takes in one request for embeddings, the largest honest list of values."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_STEP = 2**20
"""How much is searched at once: a search of all of a large body would hold the interpreter's lock for too long."""
_LONGEST_SUSPICION = 32
_FORMS = bytes(
    ord("0")
    if chr(byte) in "0123456789"
    else byte
    if chr(byte) in ".+"
    else ord("e")
    if chr(byte) in "eE"
    else ord(" ")
    for byte in range(256)
)
_SUSPICIOUS_FORMS = (b"0" * 19, b"0e000", b"0e+000", b".e000", b".e+000")
"""What a number beyond 64 bits or an infinite one holds when each digit is a 0; an expression takes five times as long."""


def values_in(body: bytes | bytearray) -> int:
    """How many values the tree of `body` has at most: each but the first follows a comma or opens a list or an object.

    Raises:
        PayloadTooLarge: more than `MAX_VALUES`, which would be a tree many times as large as its text.
    """
    steps = range(0, len(body), _STEP)
    count = sum(body.count(mark, at, at + _STEP) for at in steps for mark in b",{[") + 1
    if count > MAX_VALUES:  # they may stand in texts
        count = _marks_beside_strings(body) + 1
    if count > MAX_VALUES:
        raise PayloadTooLarge(f"The body holds more than {MAX_VALUES:,} values, the limit of this gateway.")
    return count


def _marks_beside_strings(body: bytes | bytearray) -> int:
    """Commas and opening brackets that are not in strings; no piece of the body ends within an escape."""
    count, at, within = 0, 0, 0
    while at < len(body):
        end = at + _STEP // 4
        while body[end - 1 : end] == b"\\":
            end += 1
        pieces = body[at:end].replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        beside = b"".join(pieces[within::2])
        count += sum(beside.count(mark) for mark in b",{[")
        within ^= (len(pieces) - 1) & 1
        at = end
    return count


def _is_suspicious(body: bytes | bytearray) -> bool:
    ends = range(_STEP, len(body) + _STEP, _STEP)
    for end in ends:
        forms = body[max(0, end - _STEP - _LONGEST_SUSPICION) : end].translate(_FORMS)
        if any(form in forms for form in _SUSPICIOUS_FORMS):
            return True
    return False


def read_object(body: bytes | bytearray) -> Tree:
    """The object in `body`.

    Raises:
        InvalidRequest: it is not JSON, not an object, or one that two readers could understand differently.
    """
    marked = body.startswith(_BYTE_ORDER_MARK)
    body = body[len(_BYTE_ORDER_MARK) :] if marked else body  # a large body is copied only where it has to be
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise InvalidRequest("The body is not valid JSON.") from None
    if not isinstance(tree, dict):
        raise InvalidRequest("The body must be a JSON object.")
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _too_deep(tree):
        raise InvalidRequest(f"The body is nested deeper than {MAX_DEPTH} levels.")
    if _is_suspicious(body):
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


def _check_numbers(body: bytes | bytearray) -> None:
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
