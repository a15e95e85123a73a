"""What a value by itself is where its key speaks of a thing: a place, a month, a code; the tagger knows no keys, and takes it for a name."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence, Hit

_KEY_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_WORD: Final = re.compile(r"[^\W\d_]+")
_CODE: Final = re.compile(r"[A-Z]{2,4}(?:[-/][A-Z]{2,4})?")
"""Of airports, currencies, exchanges and states, in capitals."""
_PLACES: Final = frozenset(
    "city cities town state states province region county country destination origin location locale place timezone tz area airport capital".split()
)
_CODED: Final = frozenset(
    "airport airports iata icao departure arrival origin destination currency ticker tickers symbol symbols stock exchange".split()
)
_TIMES: Final = frozenset("month months day days weekday weekdays dow season".split())
_CALENDAR: Final = frozenset(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday "
    "wednesday thursday friday saturday sunday mon tue wed thu fri sat sun spring summer autumn fall winter".split()
)
_PERSONS: Final = frozenset(
    "patient patients pt name names nickname initials person user owner caller member client assignee assigned author attendee contact guest resident subject by who "
    "mother father spouse guardian nurse doctor physician provider signature birth born first last middle surname given family home residence address".split()
)
"""Words of a key that speak of somebody."""


def at_home(key: str, value: str, hits: list[Hit]) -> list[Hit]:
    """`hits` without the names that only the tagger saw in a thing; a place under a key of places is a place."""
    words = [word.casefold() for word in _KEY_WORD.findall(key)]
    if not words or not _PERSONS.isdisjoint(words):
        return hits
    said = value.strip()
    if (words[-1] in _TIMES and said.casefold() in _CALENDAR) or _is_code(said, words[-1]):
        return [hit for hit in hits if hit.evidence is not Evidence.CONTEXT or hit.kind is not Kind.NAME]
    if words[-1] in _PLACES and _is_place(said):
        return [
            hit._replace(kind=Kind.PLACE) if hit.evidence is Evidence.CONTEXT and hit.kind is Kind.NAME else hit
            for hit in hits
        ]
    return hits


def in_counties(hits: list[Hit], text: str) -> list[Hit]:
    """`hits`, a name after `Co.` or `County` being a place: "Shannon, Co. Clare"."""
    return [
        hit._replace(kind=Kind.PLACE)
        if hit.kind is Kind.NAME
        and hit.evidence is Evidence.CONTEXT
        and _IN.search(text, max(0, hit.start - _COUNTY), hit.start)
        and lexicon.PLACE & lexicon.marks(text[hit.start : hit.end].casefold())
        else hit
        for hit in hits
    ]


def nowhere_near(hit: Hit, text: str) -> bool:
    """Whether an opinion of a model is of the name of a country, of a day of the week with its hour, of a disease or of a thing."""
    if hit.kind not in _NAMED:
        return False
    value = text[hit.start : hit.end]
    if _HOURS.fullmatch(value) or (hit.kind is Kind.NAME and (_GOODS.fullmatch(value) and _ordinary(value[4:]))):
        return True
    low = max(0, hit.start - _LONGEST)
    if any(
        low + one.start() <= hit.start and hit.end <= low + one.end()
        for one in _COUNTRY.finditer(text[low : hit.end + _LONGEST])
    ):
        return True
    return hit.kind is Kind.NAME and _after_whom(value)


_NAMED: Final = frozenset({Kind.NAME, Kind.PLACE, Kind.FACILITY})
_LONGEST: Final = 32
_HOURS: Final = re.compile(
    r"(?i)(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?,?(?: (?:to|at|from|until))? ?\d{1,2}(?:[:.]\d\d)? ?(?:[ap]\.?m\.?)?"
)
"""`Friday 9am` in hours of opening."""
_GOODS: Final = re.compile(r"(?:the|a|an|all|any|and|my|your|our|some) [a-z]+(?: [a-z]+)?")
"""An article and words in small letters, as recognisers of speech write things: `the sheets`."""
_COUNTRY: Final = re.compile(
    r"\b(?:Viet Nam|C[oô]te d['’]Ivoire|Burkina Faso|Sri Lanka|Saudi Arabia|Costa Rica|Puerto Rico|New Zealand|South Africa|South Sudan|Papua New Guinea|Equatorial Guinea|Guinea[- ]Bissau|"
    r"Bosnia(?: and |-| & )Herzegovina|North Macedonia|Czech Republic|Dominican Republic|Central African Republic|(?:DR|D\.R\.|Democratic Republic of(?: the)?) Congo|Timor[- ]Leste|Brunei Darussalam|"
    r"United Arab Emirates|Marshall Islands|Solomon Islands|Cayman Islands|Lao PDR|Russian Federation|Antigua and Barbuda|S[aã]o Tom[eé](?: and Pr[ií]ncipe)?|Korea, Rep\.?|Iran, Islamic Rep\.?|Hong Kong SAR)(?!\w)"
)
"""Names of countries in more than one word (ISO 3166-1) that nobody is called; Safe Harbor lets them stand."""


def _after_whom(value: str) -> bool:
    """Whether a name with its particle is that of a disease and, by all lists, of nobody else: `Von Willebrand`."""
    first, _, last = value.casefold().partition(" ")
    return first in _PARTICLES and bool(last) and lexicon.marks(last.removesuffix("'s")) == {lexicon.EPONYM}


_PARTICLES: Final = frozenset("von van de del da di".split())


def _ordinary(words: str) -> bool:
    return all(lexicon.ORDINARY in lexicon.marks(word) for word in words.split())


_COUNTY: Final = 9
_IN: Final = re.compile(r", (?:Co\.?|County) $")


def chosen(key: str, value: str) -> bool:
    """Whether one of the values that a schema lets somebody choose from is a word of the world: a colour, a month, a state."""
    words = [word.casefold() for word in _WORD.findall(value)]
    if not _PERSONS.isdisjoint(word.casefold() for word in _KEY_WORD.findall(key)):
        return False
    return 0 < len(words) <= _SHORT and all(
        word in _CALENDAR or lexicon.marks(word) & {lexicon.ORDINARY, lexicon.REGION} for word in words
    )


def _is_code(value: str, key: str) -> bool:
    """Capitals that nobody is called, or whose key says that they are a code: else `KIM` and `LEE` are somebody's."""
    return _CODE.fullmatch(value) is not None and (
        key in _CODED or not any(lexicon.marks(word.casefold()) & lexicon.PEOPLE for word in _WORD.findall(value))
    )


def _is_place(value: str) -> bool:
    """Whether every word of a value is in the name of a place, and they are not a given name and another: `Jordan Lee`."""
    words = _WORD.findall(value)
    marks = [lexicon.marks(word.casefold()) for word in words]
    if not marks or (len(words) > 1 and marks[0] & lexicon.GIVEN):
        return False
    return all(mark & _OF_PLACES or len(word) < _SHORT for mark, word in zip(marks, words, strict=True))


_OF_PLACES: Final = lexicon.PLACE | {lexicon.REGION}
_SHORT: Final = 3
"""Letters of a word that is one of a place's own: `Rio de Janeiro`, `Boston, MA`."""
