"""Gives leaves the names that stand apart from them in their JSON, and says which are words of one text; reads no value."""

from __future__ import annotations

from collections.abc import Callable

from gateway.domain import JSON, Path
from gateway.phi import grids
from gateway.phi.leaf import Form, Leaf


def together(leaves: list[Leaf], before: int, value: JSON, place: Callable[[Leaf], Path]) -> None:
    """Tell those of `leaves` from `before` on, which are those of `value`; `place` says where in it a leaf stands.

    A leaf of a health record has its way from the root as its cue, which says more than any name.
    """
    found = grids.read(value)
    if not found.names and not found.texts:
        return
    words = found.words
    for index in range(before, len(leaves)):
        leaf = leaves[index]
        if leaf.form in _KEYS:
            continue
        at = place(leaf)
        name = found.names.get(at)
        if name is not None and ":" not in leaf.cue:
            leaf = leaf._replace(cue=f"{leaf.cue}{grids.APART}{name}")
        leaves[index] = leaf._replace(word=True) if at in words else leaf


_KEYS = frozenset({Form.KEY, Form.JSON_KEY})
