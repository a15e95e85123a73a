"""Makes indirect identifiers coarse enough to stay (Safe Harbor, 45 CFR 164.514(b)(2)(i)(B) and (C)); never guesses."""

from __future__ import annotations

import re
from datetime import date

from gateway.domain import Kind

SPARSE = frozenset(
    {
        "036",
        "059",
        "063",
        "102",
        "203",
        "556",
        "692",
        "790",
        "821",
        "823",
        "830",
        "831",
        "878",
        "879",
        "884",
        "890",
        "893",
    }
)
"""ZIP prefixes of areas with at most 20,000 people (Census 2000, listed by HHS); they are replaced by 000."""
OLDEST_SHOWN = 89
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_ZIP = re.compile(r"\s*(\d{3})\d{2}(?:[ -]?\d{4})?\s*")
_AGE = re.compile(r"(?<!\d)\d{1,3}(?!\d)")


def generalise(kind: Kind, surface: str, *, today: date) -> str | None:
    """A coarser value (year, 3-digit ZIP, age up to 89), or None: then remove it."""
    match kind:
        case Kind.DATE:
            return _year(surface, today)
        case Kind.ZIP:
            found = _ZIP.fullmatch(surface)
            return None if found is None else "000" if found[1] in SPARSE else found[1]
        case Kind.AGE:
            ages = _AGE.findall(surface)
            if len(ages) != 1:
                return None
            return surface if int(ages[0]) <= OLDEST_SHOWN else "90+"
        case _:
            return None


def _year(surface: str, today: date) -> str | None:
    """The year, or None where it shows an age over 89 (45 CFR 164.514(b)(2)(i)(C))."""
    years = set(_YEAR.findall(surface))
    if len(years) != 1:
        return None
    year = years.pop()
    return year if today.year - int(year) <= OLDEST_SHOWN else None
