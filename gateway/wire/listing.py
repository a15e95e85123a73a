"""Rows of what is looked up and not asked of a model: lists of names, one name, and what nobody can have here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.domain import Dialect, Tree
from gateway.errors import GatewayError


@dataclass(frozen=True, slots=True)
class Listing:
    """`GET` at a path: `page` of all model names that the caller may use; below it `one` of them, by its name.

    `in_memory`: of those only whose model a server on the premises has in memory.
    """

    dialect: Dialect
    paths: tuple[str, ...]
    page: Callable[[Sequence[str]], Tree]
    one: Callable[[str], Tree] | None = None
    in_memory: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Paths that always refuse: each itself or, where `below`, everything below it."""

    dialect: Dialect
    methods: tuple[str, ...]
    paths: tuple[str, ...]
    error: Callable[[str], GatewayError]
    message: str
    below: bool = False
