"""Puts environment variables into the text of a document; reads only the mapping it is given, repeats no value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gateway.document import Document, Problem
from gateway.domain import JSON, Path

_REFERENCE: Final = re.compile(r"\$(?P<escaped>\$)(?=\{)|\$\{(?P<body>[^{}]*)\}|(?P<open>\$\{)")
_BODY: Final = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<default>:-(?P<text>.*))?", re.DOTALL)


def substitute(document: Document, environ: Mapping[str, str]) -> tuple[Document, tuple[Problem, ...]]:
    """`document` with `${NAME}` and `${NAME:-default}` filled in, in values, never in keys; and what could not be.

    As in a shell, `:-` also stands in for a variable that is set to nothing. `$${` is a plain `${`.
    """
    problems: list[Problem] = []

    def fill(value: JSON, path: Path) -> JSON:
        match value:
            case str() if "${" in value:
                return _REFERENCE.sub(lambda found: text_of(found, path), value)
            case list():
                return [fill(item, (*path, index)) for index, item in enumerate(value)]
            case dict():
                return {key: fill(item, (*path, key)) for key, item in value.items()}
            case _:
                return value

    def text_of(found: re.Match[str], path: Path) -> str:
        text, problem = _replacement(found, environ)
        if problem:
            problems.append(document.problem(path, *problem))
        return text

    tree = {key: fill(value, (key,)) for key, value in document.tree.items()}
    return replace(document, tree=tree), tuple(problems)


def _replacement(found: re.Match[str], environ: Mapping[str, str]) -> tuple[str, tuple[str, str] | None]:
    """What to put in place of one reference, and a message and a remedy if nothing can be."""
    if found["escaped"]:
        return "$", None
    body = _BODY.fullmatch(found["body"] or "")
    if body is None:
        return "", (
            "`${` without a variable name and `}`.",
            "Write `${NAME}` or `${NAME:-default}`; a plain `${` is `$${`.",
        )
    name = body["name"]
    value = environ.get(name)
    if not value and body["default"] is not None:
        return body["text"], None
    if value is None:
        return "", (f"The environment variable {name} is not set.", f"Set it, or write `${{{name}:-}}`.")
    if not value.isprintable():
        return "", (f"The environment variable {name} holds characters that are no text.", "Set it anew.")
    return value, None


def variables(value: JSON) -> tuple[str, ...]:
    """Names of the environment variables that the text of a value refers to, as written in the file."""
    if not isinstance(value, str):
        return ()
    bodies = (_BODY.fullmatch(found["body"]) for found in _REFERENCE.finditer(value) if found["body"])
    return tuple(body["name"] for body in bodies if body is not None)
