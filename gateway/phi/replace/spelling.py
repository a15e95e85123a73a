"""What spellings of one value have in common: "(202) 555-0142" and "202-555-0142"; decides nothing about what is a value."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from gateway.domain import Kind

_RUN: Final = re.compile(r"[^\W_]+")
_LEADING_ZEROS: Final = re.compile(r"(?<!\d)0+(?=\d)")
_WORDED: Final = frozenset({Kind.NAME, Kind.ADDRESS, Kind.PLACE, Kind.FACILITY})
_DAYS: Final = frozenset({Kind.DATE, Kind.AGE})
_LINES: Final = frozenset({Kind.PHONE, Kind.FAX})
_EXACT: Final = frozenset({Kind.EMAIL, Kind.URL, Kind.IP})
_US_DIGITS: Final = 10


def canonical(kind: Kind, surface: str) -> str:
    """The one form of all spellings of a value; the surface itself where no letter or digit is in it.

    Letters lose case and accents. Words and the parts of a date are kept apart, what stands between the characters of
    any other number is dropped. An address on the net is the same only in other case. A comma before a given name, and
    the country code of a US number, make no other value.
    """
    folded = unicodedata.normalize("NFKD", surface).casefold()
    if kind in _EXACT:
        return "".join(folded.split()) or surface
    letters = "".join(
        [char for char in folded if not unicodedata.combining(char) and unicodedata.category(char) != "Cf"]
    )
    if kind is Kind.NAME and letters.count(",") == 1:
        family, _, given = letters.partition(",")
        letters = f"{given} {family}"
    if kind in _DAYS:
        letters = _LEADING_ZEROS.sub("", letters)
    runs = _RUN.findall(letters)
    joined = (" " if kind in _WORDED or kind in _DAYS else "").join(runs)
    if kind in _LINES and len(joined) == _US_DIGITS + 1 and joined[0] == "1":
        joined = joined[1:]
    return joined or surface
