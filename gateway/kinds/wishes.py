"""What a request wishes for that some servers take without a word and do not follow; looks at no text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from gateway.domain import JSON, Tree


def _form(value: JSON) -> bool:
    return isinstance(value, dict) and value.get("type") not in {None, "text"}


def _choice(value: JSON) -> bool:
    return value not in {None, "auto", "none"} if isinstance(value, str | None) else True


def _said(value: JSON) -> bool:
    return bool(value)


def _several(value: JSON) -> bool:
    return isinstance(value, int) and value > 1


def _any_object(value: JSON) -> bool:
    return isinstance(value, dict) and value.get("type") == "json_object"


WISHES: Final[Mapping[str, Callable[[JSON], bool]]] = MappingProxyType(
    {
        "response_format": _form,
        "response_format.json_object": _any_object,
        "tool_choice": _choice,
        "logprobs": _said,
        "logit_bias": _said,
        "parallel_tool_calls": lambda value: value is False,
        "n": _several,
        "best_of": _several,
        "suffix": _said,
        "echo": _said,
    }
)
"""Fields of the hub, and whether a value of each asks for anything but what happens anyway; behind a dot, one wish of a
field that has others too."""


def unheard(tree: Tree, ignores: frozenset[str]) -> tuple[str, ...]:
    """The wishes of a request that a server ignores, by the names of their fields."""
    wished = {name for wish in ignores if (name := _FIELDS[wish]) in tree and _asks(wish, tree[name])}
    return tuple(sorted(wished)) if wished else ()


_FIELDS: Final = {wish: wish.partition(".")[0] for wish in WISHES}


def _asks(wish: str, value: JSON) -> bool:
    return value is not None and WISHES[wish](value)
