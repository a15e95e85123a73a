"""Values that are known for what they are by how they are said: days, addresses, post codes, spelled names, long numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.rules import catalogue
from gateway.phi.find.talk import aloud, dates, names, places, spelled
from gateway.phi.find.talk.aloud import Said, Word
from gateway.phi.find.talk.turns import Turn
from gateway.phi.find.text.normalise import normalise
from gateway.phi.find.text.ways import one_of

CONFIDENCE: Final = 0.9
_LEAST_DIGITS: Final = 6
"""Nobody says so many digits one by one that mean nothing."""
_TOLD_DIGITS: Final = 4
"""As many are a number where a word before them says of what."""
_PHONE_LENGTHS: Final = (10, 11)
_SSN_LENGTH: Final = 9
_CUE: Final = 90
_HOUSE: Final = 30
_NEAR: Final = 60
"""Characters before a value in which its cue stands, before a house number, and between a street and its ZIP code."""
_MEASURED: Final = re.compile(
    r"(?is)\b(?:"
    + one_of(
        *"count sugars? glucose readings? pressure bp scores? scale pain levels?".split(),
        "peak flows?",
        *"sats? saturations? temperatures? weights? count(?:ing)? pulse rate results? doses?".split(),
        "count(?:ed)? (?:up|down|back|from)",
    )
    + r")\b.{0,110}$"
)
"""Numbers after these are readings."""
_BORN: Final = re.compile(r"(?i)\b(?:born|birth(?:day)?|d\.?o\.?b)\b[^?!]{0,60}$")
_HOME: Final = re.compile(
    r"(?i)\b(?:at|address|lives?|lived|living|moved?|staying|stay|house|home|street|place|to|from|it's|its|that's|is|now|flat|no|yes|yeah|um|uh|er|erm)\b[,:]?\s*$"
)
_LIVING: Final = re.compile(
    r"(?i)\b(?:(?:over|still|lives?|lived|living|staying|stay|based|we're|i'm|she's|he's|they're|round|up|down|house|home) at|moved (?:in )?(?:to|into)|address(?:'s| is| was)?|send (?:it|them) to)[,:]?\s*$"
)
"""Before a number and a name without a word for a way: "over at eighty six, the paddocks"."""
_POSTED: Final = re.compile(r"(?i)\b(?:post ?-?code|postal code|zip(?: code)?|eir ?code)\b[^?!]{0,40}$")
_WRITTEN: Final = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z][ -]?\d[A-Z]\d")
"""A post code as it is written, which is the rules' work."""


def values(text: str, where: Iterable[Turn], *, held: bool) -> Iterator[Hit]:
    """Values that show by themselves in what is said at `where`, whoever says them; `held` if that is a talk."""
    for turn in where:
        heard = aloud.words(text, turn.start, turn.end)
        yield from _days(heard, text, turn)
        yield from _homes(heard, text, turn)
        for mail in spelled.mails(heard):
            yield Hit(Kind.EMAIL, mail.start, mail.end, CONFIDENCE, Evidence.CUE, True)
        for spelling in spelled.spellings(heard, text):
            if spelling.certain if held else spelling.cued:
                yield from named(heard, spelling)
        yield from _numbers(heard, text, turn)


def _days(heard: Sequence[Word], text: str, turn: Turn) -> Iterator[Hit]:
    for day in dates.days(heard):
        cued = _BORN.search(text, max(turn.start, day.start - _CUE), day.start) is not None
        if day.certain or cued:
            yield Hit(Kind.DATE, day.start, day.end, CONFIDENCE, Evidence.CUE if cued else Evidence.SHAPE, cued)


def _homes(heard: Sequence[Word], text: str, turn: Turn) -> Iterator[Hit]:
    for spot in places.postcodes(heard):
        if _FRACTION.search(text, spot.start, spot.end):
            continue
        posted = _POSTED.search(text, max(turn.start, spot.start - _CUE), spot.start) is not None
        if (spot.certain or posted) and _WRITTEN.fullmatch(text, spot.start, spot.end) is None:
            yield Hit(Kind.ZIP, spot.start, spot.end, CONFIDENCE, Evidence.CUE if posted else Evidence.SHAPE, True)
    homes = [spot for spot in places.addresses(heard, text) if spot.certain or _homely(spot, turn, text)]
    for spot in homes:
        yield Hit(Kind.ADDRESS, spot.start, with_town(heard, spot.end, text), CONFIDENCE, Evidence.SHAPE, True)
    for spot in places.zipped(heard):
        near = any(0 <= spot.start - home.end < _NEAR for home in homes)
        if near or _POSTED.search(text, max(turn.start, spot.start - _CUE), spot.start):
            yield Hit(Kind.ZIP, spot.start, spot.end, CONFIDENCE, Evidence.CUE, True)


def _homely(spot: places.Spot, turn: Turn, text: str) -> bool:
    """Whether what stands before a number and a name says that somebody lives there."""
    cue = _HOME if spot.way else _LIVING
    return cue.search(text, max(turn.start, spot.start - _HOUSE), spot.start) is not None


def with_town(heard: Sequence[Word], end: int, text: str) -> int:
    """The end of an address with the town behind its street."""
    rest = [word for word in heard if word.start >= end][:4]
    if len(rest) > 1 and rest[0].text in {",", "in"} and rest[1].text not in names.PLAIN:
        town = rest[1]
        known = bool(lexicon.PLACE & lexicon.marks(town.text))
        if text[town.start].isupper() or known:
            end = town.end
            while end < len(text) and text[end].isalnum():  # `CW5`, of which letters and digits are words apart
                end += 1
    return end


def named(heard: Sequence[Word], spelling: spelled.Spelling) -> Iterator[Hit]:
    """The letters of a name, and the name itself if it follows them."""
    yield Hit(Kind.NAME, spelling.start, spelling.end, CONFIDENCE, Evidence.CUE, True)
    again = spelled.behind(heard, spelling)
    if again is not None:
        yield Hit(Kind.NAME, *again, CONFIDENCE, Evidence.CUE, True)


def _numbers(heard: Sequence[Word], text: str, turn: Turn) -> Iterator[Hit]:
    """Long numbers said in words; their kind is what the words before them say."""
    for said in aloud.characters(heard):
        digits = sum(map(str.isdigit, said.text))
        if (
            digits >= _TOLD_DIGITS
            and in_words(text, said)
            and not _MEASURED.search(text, max(0, said.start - 2 * _CUE), said.start)
        ):
            before = text[max(turn.start, said.start - _CUE) : said.start]
            kind = _cued(before, said.text)
            if kind is not None:
                yield Hit(kind, said.start, said.end, 0.95, Evidence.CUE, True)
            elif digits >= _LEAST_DIGITS and not _listed(text[said.start : said.end], said):
                yield Hit(_by_length(said.text), said.start, said.end, 0.85, Evidence.SHAPE, True)


_FRACTION: Final = re.compile(r"\d\.\d")


def _listed(surface: str, said: Said) -> bool:
    """Whether numbers are counted or told one after another: "twenty, nineteen, eighteen", "seven, eight, six"."""
    parts = [part for part in aloud.words(surface) if part.text not in aloud.PAUSES and part.text[0].isalnum()]
    if _FRACTION.search(surface):
        return True  # rates: "TX 14.1, FL 12.7"
    values, at = list[int](), 0
    while at < len(parts):
        one = aloud.pair(parts, at)
        if one is None:
            return False
        values.append(one[0])
        at = one[1]
    if len({after - before for before, after in pairwise(values)}) == 1:
        return True
    return surface.count(",") >= said.words - 1 and len(said.text) < _LISTED


_LISTED: Final = 8


def in_words(text: str, said: Said) -> bool:
    """Whether some of it is said in words: digits that are written are the rules' work."""
    return any(word.text in aloud.NUMBERS for word in aloud.words(text, said.start, said.end))


def _by_length(said: str) -> Kind:
    return Kind.PHONE if said.isdecimal() and len(said) in _PHONE_LENGTHS else Kind.OTHER_ID


def _cued(before: str, said: str) -> Kind | None:
    """The kind that the rules give to a number after what was said before it."""
    best: Hit | None = None
    for written in (said, _grouped(said)):
        probe = f"{before}{written}"
        for hit in catalogue.find(normalise(probe)):
            if (
                hit.evidence >= Evidence.CHECKED
                and hit.end > len(before)
                and (best is None or hit.evidence > best.evidence)
            ):
                best = hit
    return best.kind if best is not None else None


def _grouped(said: str) -> str:
    return f"{said[:3]}-{said[3:5]}-{said[5:]}" if len(said) == _SSN_LENGTH else f"{said[:5]} {said[5:]}"


def across(text: str, talk: Sequence[Turn]) -> Iterator[Hit]:
    """A number that is said in parts, with a word of the other speaker between them."""
    parts: list[tuple[Said, Turn]] = []
    for turn in talk:
        heard = aloud.words(text, turn.start, min(turn.end, turn.start + _PART))
        whole = list(aloud.characters(heard))
        if len(whole) == 1 and _only(heard, whole[0]):
            parts.append((whole[0], turn))
        elif not heard or not all(word.text in aloud.PAUSES or not word.text[0].isalnum() for word in heard):
            yield from _joined(parts, text)
            parts = []
    yield from _joined(parts, text)


def _only(heard: Sequence[Word], said: Said) -> bool:
    """Whether a turn holds nothing but its number and pauses."""
    return all(
        said.start <= word.start < said.end or word.text in aloud.PAUSES or not word.text[0].isalnum() for word in heard
    )


def _joined(parts: Sequence[tuple[Said, Turn]], text: str) -> Iterator[Hit]:
    digits = "".join(said.text for said, _ in parts)
    if (
        len(parts) > 1
        and sum(map(str.isdigit, digits)) >= _LEAST_DIGITS
        and any(in_words(text, said) for said, _ in parts)
    ):
        for said, _ in parts:
            yield Hit(_by_length(digits), said.start, said.end, 0.85, Evidence.SHAPE, True)


_PART: Final = 120
"""Characters of a turn in which a part of a number is said, and nothing else."""
