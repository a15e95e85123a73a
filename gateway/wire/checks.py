"""Reads a value of a request as the type its dialect demands, or names the wrong field; never quotes a value."""

from __future__ import annotations

import binascii
from collections.abc import Collection
from typing import Any

from gateway.errors import InvalidRequest


def invalid(at: str, claim: str) -> InvalidRequest:
    """The refusal of the field at `at`: `at` is made of known field names and indices only (law 9)."""
    return InvalidRequest(f"{at}: {claim}.", param=at)


def present(tree: dict[str, Any], key: str, at: str) -> Any:
    """The value under `key`; raises InvalidRequest when it is absent."""
    if key not in tree:
        raise invalid(f"{at}.{key}" if at else key, "field required")
    return tree[key]


def mapping(value: Any, at: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(at, "must be an object")
    return value


def array(value: Any, at: str) -> list[Any]:
    if not isinstance(value, list):
        raise invalid(at, "must be a list")
    return value


def string(value: Any, at: str) -> str:
    if not isinstance(value, str):
        raise invalid(at, "must be a string")
    return value


def filled(value: Any, at: str) -> str:
    if not string(value, at):
        raise invalid(at, "must not be empty")
    return str(value)


def strings(value: Any, at: str) -> list[str]:
    return [string(item, f"{at}.{i}") for i, item in enumerate(array(value, at))]


def base64(value: Any, at: str) -> str:
    """Text that really is base64, as the servers that will decode it demand."""
    text = filled(value, at)
    try:
        binascii.a2b_base64(text, strict_mode=True)
    except ValueError:  # binascii.Error, and characters outside ASCII
        raise invalid(at, "must be base64") from None
    return text


def boolean(value: Any, at: str) -> bool:
    if not isinstance(value, bool):
        raise invalid(at, "must be true or false")
    return value


def integer(value: Any, at: str, *, low: int | None = None) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(at, "must be an integer")
    if low is not None and value < low:
        raise invalid(at, f"must be at least {low}")
    return value


def number(value: Any, at: str, *, low: float | None = None, high: float | None = None) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise invalid(at, "must be a number")
    if (low is not None and value < low) or (high is not None and value > high):
        raise invalid(at, f"must lie between {low:g} and {high:g}" if high is not None else f"must be at least {low:g}")
    return float(value)


def one_of(value: Any, at: str, choices: Collection[str]) -> str:
    """A member of a closed set; the refusal lists the set, never the value."""
    if not isinstance(value, str) or value not in choices:
        raise invalid(at, "must be one of " + ", ".join(sorted(choices)))
    return value
