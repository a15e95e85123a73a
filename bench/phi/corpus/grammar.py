"""Writes text from templates and keeps where the identifiers stand; knows no identifier itself.

A template is text with `{slot}`, `{slot.form}` and `[this|or that|]`, which nest; `\\[`, `\\]` and `\\|` stand for themselves.
A slot is answered by a `Speaker`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and what it is: a type of identifier, or "" for none."""

    text: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Document:
    """A labelled text. `family` names the template it came from, so that whole templates can be left out."""

    text: str
    spans: tuple[Span, ...]
    family: str = ""


class Speaker(Protocol):
    def say(self, slot: str, form: str) -> Iterable[Piece]: ...


_PART = re.compile(r"\{([a-z]\w*)(?:\.(\w+))?\}|\\[\[\]|]|[\[\]|]|[^\[\]{|\\]+|[{\\]")


def expand(template: str, speaker: Speaker, rng: random.Random) -> list[Piece]:
    """Pieces of one telling of `template`."""
    parts = list(_PART.finditer(template))
    pieces, end = _sequence(parts, 0, speaker, rng, inside=False)
    if end != len(parts):
        raise ValueError(f"unbalanced brackets: {template[:60]}")
    return pieces


def _sequence(
    parts: list[re.Match[str]], at: int, speaker: Speaker, rng: random.Random, *, inside: bool
) -> tuple[list[Piece], int]:
    options: list[list[tuple[str, int] | re.Match[str]]] = [[]]
    while at < len(parts):
        text = parts[at].group()
        if text == "[":
            options[-1].append((text, at))
            at = _skip(parts, at)
            continue
        if text == "]" and inside:
            at += 1
            break
        if text == "|" and inside:
            options.append([])
        else:
            options[-1].append(parts[at])
        at += 1
    pieces: list[Piece] = []
    for part in rng.choice(options):
        if isinstance(part, tuple):
            pieces += _sequence(parts, part[1] + 1, speaker, rng, inside=True)[0]
        elif part.group(1):
            pieces += speaker.say(part.group(1), part.group(2) or "")
        else:
            pieces.append(Piece(part.group().removeprefix("\\") or part.group()))
    return pieces, at


def _skip(parts: list[re.Match[str]], at: int) -> int:
    depth = 0
    for index in range(at, len(parts)):
        depth += {"[": 1, "]": -1}.get(parts[index].group(), 0)
        if depth == 0:
            return index + 1
    raise ValueError("unbalanced brackets")


def document(pieces: Iterable[Piece], family: str = "") -> Document:
    """Joins pieces; neighbouring pieces of one type with nothing between them are one span."""
    text, spans = "", []
    for piece in pieces:
        if piece.type and piece.text:
            if spans and spans[-1].end == len(text) and spans[-1].type == piece.type:
                spans[-1] = Span(spans[-1].start, len(text) + len(piece.text), piece.type)
            else:
                spans.append(Span(len(text), len(text) + len(piece.text), piece.type))
        text += piece.text
    return Document(text, tuple(spans), family)


def templates(name: str, folder: Path = HERE / "templates") -> Iterator[tuple[str, str]]:
    """(family, template) of a file: one a line, or blocks between lines of `%%`; a line that starts with `# ` is a comment."""
    text = (folder / f"{name}.txt").read_text(encoding="utf-8")
    blocks = text.split("\n%%\n") if "\n%%\n" in text else text.splitlines()
    for index, block in enumerate(blocks):
        if block.strip() and not block.startswith("# "):
            yield f"{name}-{index}", block.strip("\n")


def lists(name: str) -> list[str]:
    lines = (HERE / "lists" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
