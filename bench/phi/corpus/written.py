"""Reads texts written out by hand, in which `[[KIND:value]]` marks each identifier; knows no identifier itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bench.phi.corpus.grammar import Document, Piece, document

HERE = Path(__file__).parent / "written"
KINDS = frozenset(
    "NAME PLACE FACILITY ADDRESS ZIP DATE AGE ID PHONE FAX EMAIL URL IP".split()
    # finer than training needs, for what is measured
    + "SSN MRN PLAN_MEMBER ACCOUNT CARD LICENCE DEA NPI VEHICLE PLATE DEVICE NATIONAL_ID BIOMETRIC PHOTO OTHER_ID".split()
)
_MARK = re.compile(r"\[\[([A-Z_]+):(.*?)\]\]", re.DOTALL)


def written(folder: Path = HERE) -> Iterator[Document]:
    """Every text of every file, files in the order of their names; a line of `%%` parts texts."""
    for path in sorted(folder.glob("*.txt")):
        yield from texts(path)


def texts(path: Path) -> Iterator[Document]:
    """Every text of one file."""
    for index, block in enumerate(path.read_text(encoding="utf-8").split("\n%%\n")):
        if block.strip():
            yield marked(block.strip("\n"), family=f"{path.stem}-{index}")


def marked(text: str, *, family: str = "") -> Document:
    """The text without its marks, and where they stood.

    Raises:
        ValueError: a mark is of no known kind, or is not closed.
    """
    pieces: list[Piece] = []
    at = 0
    for mark in _MARK.finditer(text):
        if mark.group(1) not in KINDS:
            raise ValueError(f"{family}: no kind of identifier: {mark.group(1)}")
        pieces += (Piece(text[at : mark.start()]), Piece(mark.group(2), mark.group(1)))
        at = mark.end()
    pieces.append(Piece(text[at:]))
    if any(re.search(r"\[\[[A-Z_]+:", piece.text) for piece in pieces):
        raise ValueError(f"{family}: a mark is not closed")
    return document(pieces, family)
