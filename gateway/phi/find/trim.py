"""Cuts from a found name or address the words beside it that are nobody's: the label of the next value, "I'm", "Hi"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Hit

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_LABEL_WORDS: Final = (
    "mrn mrns ssn dob npi dea pid csn phone tel telephone fax email mobile cell acct account zip age sex id ids ref"
)
_LABELS: Final = frozenset(_LABEL_WORDS.split())
"""Cut from the end only: `Lopez, MRN`. Nobody's name ends so, but Vin and Dob may begin one."""
_SPOKEN_WORDS: Final = "morning afternoon evening okay ok bye cheers yes dear sorry i'm it's that's he's she's they're we're you're is was hi hello hey thanks and with from"
_SPOKEN: Final = frozenset(_SPOKEN_WORDS.split())
_DAYS: Final = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_ENDS: Final = _SPOKEN | _LABELS | _DAYS


_WORDED: Final = frozenset({Kind.NAME, Kind.ADDRESS})


def trim(hits: Iterable[Hit], text: str) -> list[Hit]:
    """`hits` with names and addresses cut to what may be one: "Lopez" of "Lopez, MRN", nothing of "I'm"; the others as they were."""
    return [cut for hit in hits if (cut := _cut(hit, text) if hit.kind in _WORDED else _dialled(hit, text)) is not None]


def _dialled(hit: Hit, text: str) -> Hit:
    """A telephone number without the hours that stand in brackets behind it: `020 7946 0000 (24h)`."""
    hours = _HOURS.search(text, hit.start, hit.end) if hit.kind in _CALLED else None
    return hit._replace(end=hours.start()) if hours is not None and _CLOCK.match(text, hit.end) else hit


_CALLED: Final = frozenset({Kind.PHONE, Kind.FAX})
_HOURS: Final = re.compile(r"\s?\(\d{1,2}$")
_CLOCK: Final = re.compile(r"(?i) ?(?:h\b|hours?\b|hrs?\b|/ ?7|[:.]\d\d|[ap]m)")


def _cut(hit: Hit, text: str) -> Hit | None:
    words = list(_WORD.finditer(text, hit.start, hit.end))
    first, last = 0, len(words)
    while first < last and words[first][0].casefold() in _SPOKEN:
        first += 1
    while last > first and words[last - 1][0].casefold() in _ENDS and not _idaho(hit, text, words[last - 1].start()):
        last -= 1
    if (first, last) == (0, len(words)):
        return hit
    if first == last:
        return None
    start = words[first].start() if first else hit.start
    end = words[last - 1].end() if last < len(words) else hit.end
    return hit._replace(start=start, end=end)


def _idaho(hit: Hit, text: str, at: int) -> bool:
    """Whether "ID" at the end of an address is its state, and no label: nothing stands behind it that it could be the label of."""
    return hit.kind is Kind.ADDRESS and text[at - 2 : at] == ", " and _STATE.match(text, at) is not None


_STATE: Final = re.compile(r"ID(?:[.,;)](?:\s|\Z)|\s*\Z|\n| [a-z])")
