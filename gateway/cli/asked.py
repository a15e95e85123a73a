"""What somebody may ask of the record: a misspelt word is refused, since an empty answer would look like innocence."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from gateway.domain import Destination, Outcome, Sensitivity
from gateway.events import AttemptResult, Record, ReloadResult
from gateway.state.sqlite.reader import NAMED, names

_CLOSED: Final[Mapping[str, tuple[str, ...]]] = {
    "sensitivity": tuple(Sensitivity),
    "destination": tuple(Destination),
    "phase": tuple(Record),
    "result": tuple(dict.fromkeys((*Outcome, *AttemptResult, *ReloadResult))),
}
_LISTED: Final = 12


def closed(name: str) -> Callable[[str], str]:
    """A type of argparse for the words that column `name` can hold."""

    def word(text: str) -> str:
        if text not in _CLOSED[name]:
            raise argparse.ArgumentTypeError(f"no row can have this {name}{_meant(text, _CLOSED[name])}")
        return text

    return word


def unknown_names(path: Path, asked: Mapping[str, str]) -> Iterator[str]:
    """A note for each name asked for that no row of the record holds. Raises `LedgerUnavailable`."""
    for column in NAMED:
        name = asked.get(column)
        if not name:
            continue
        there = names(path, column)
        if name not in there:
            yield f"Note: no row of this record names that {column}{_meant(name, there)}"


def _meant(text: str, words: tuple[str, ...] | list[str]) -> str:
    close = get_close_matches(text.lower(), words, n=1)
    guess = f". Did you mean {close[0]}?" if close else "."
    listed = ", ".join(words[:_LISTED]) + (", …" if len(words) > _LISTED else "")
    return f"{guess} There are: {listed or 'none'}."
