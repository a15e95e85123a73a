"""Post codes and street addresses as people say them: "KT four two QZ", "number fifty one, Quarry Drive"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from gateway.phi.find.talk.aloud import PAUSES, TEENS, TENS, TIMES, UNITS, Word, in_order, spoken


class Spot(NamedTuple):
    """A post code or an address in characters [start, end); one that is not `certain` needs a cue, and one without a `way` a better one."""

    start: int
    end: int
    certain: bool
    way: bool = True


_BRITISH: Final = re.compile(r"(?:gir0aa|[a-pr-uwyz][a-hk-y]?\d(?:\d|[a-hjkpstuw])?\d[abd-hjlnp-uw-z]{2})")
"""Royal Mail, Programmers' Guide to the PAF; the letters that an inward code leaves out are left out here too."""
_LOOSE: Final = re.compile(r"[a-z]{1,2}\d{1,2}[a-z]?\d[a-z]{2}")
"""The same from a recogniser that mishears a letter."""
_CANADIAN: Final = re.compile(r"[abceghj-nprstvxy]\d[abceghj-nprstv-z]\d[abceghj-nprstv-z]\d")
_IRISH: Final = re.compile(r"[acdefhknprtvwxy]\d[\dw][acdefhknprtvwxy\d]{4}")
_SHORTEST, _LONGEST = 5, 7
_MOST_WORDS: Final = 14
_NO_LETTERS: Final = frozenset(
    "am pm in mg ml to of so if is it at on do go he me my no or up us we an as be by kg cm mm dl hr um uh er ah oh ok hi mr dr".split()
) - {"mr", "dr"}
"""Words of two letters that are no letters of a post code."""
_COMPACT: Final = re.compile(r"[a-z]{1,2}|\d{1,2}")


def postcodes(heard: Sequence[Word]) -> Iterator[Spot]:
    """British, Irish and Canadian post codes that are said in three words or more, or in small letters."""
    for at, (last, certain) in in_order(heard, lambda at: _postcode(heard, at)):
        yield Spot(heard[at].start, heard[last - 1].end, certain)


def _postcode(heard: Sequence[Word], at: int) -> tuple[int, bool] | None:
    if not heard[at].text[0].isalpha() or (len(heard[at].text) == 1 and heard[at].text == "i"):
        return None
    said, place, taken = "", at, 0
    found = None
    while place < len(heard) and taken < _MOST_WORDS and len(said) < _LONGEST:
        one = _code(heard, place)
        if one is None:
            if not said or (heard[place].text not in PAUSES and heard[place].text not in {",", "-", "."}):
                break
            place, taken = place + 1, taken + 1
            continue
        said, place, taken = said + one[0], one[1], taken + 1
        if _SHORTEST <= len(said) <= _LONGEST and _is_code(said):
            found = place, _BRITISH.fullmatch(said) is not None or _CANADIAN.fullmatch(said) is not None
    if found is None or found[0] - at < 3:
        return None
    words = heard[at : found[0]]
    return found if all(word.text != "-" for word in words) or any(len(word.text) > 2 for word in words) else None


def _is_code(said: str) -> bool:
    return any(form.fullmatch(said) for form in (_BRITISH, _LOOSE, _CANADIAN, _IRISH))


def _code(heard: Sequence[Word], at: int) -> tuple[str, int] | None:
    """What a word of a post code stands for: also "kt" and, in what a recogniser wrote, the "4ab" of "ls1 4ab"."""
    one = spoken(heard, at)
    if one is not None:
        return one if len(one[0]) < 3 else None
    word = heard[at].text
    return (word, at + 1) if len(word) == 2 and word.isalpha() and word not in _NO_LETTERS else None


WAYS: Final = frozenset(
    (
        "street st road rd avenue ave lane drive close crescent court way place terrace gardens garden grove mews hill square row walk view rise park green parade "
        "boulevard circle trail parkway highway loop alley plaza path heights ridge crossing cove point landing meadow meadows common manor bend glen end gate wharf quay "
        "yard fold croft bank drove vale wynd brae loan strand embankment broadway approach esplanade chase cottages buildings villas mansions lodge house estate"
    ).split()
)
_SURE_WAYS: Final = frozenset(
    (
        "street road avenue lane crescent terrace gardens grove mews boulevard parkway highway close drive court rd ave cottages villas esplanade wynd croft"
    ).split()
)
"""Ways that are little else beside a number."""
_PART: Final = frozenset(
    "flat apartment apt unit suite room number no house plot lot block studio building cottage".split()
)
_ARTICLES: Final = frozenset(
    "the a of on upon in saint st old new upper lower great little north south east west".split()
)
_NO_STREET: Final = frozenset(
    (
        "one two three four five six seven eight nine ten times time day days week weeks month months year years hour hours minute minutes tablet tablets pill pills "
        "puff puffs dose doses mg ml units unit percent per each every more other more less about ago old and or but with to for from at is was it i you he she they we my "
        "your his her their this that these those not no yes in out off up down then when where what which who how if so just only really very quite got get have had has "
        "do does did can could will would should may might must miles mile kilometres steps stairs flights floor floors people kids children points out glass glasses cups cup "
        "pints drinks bags cans bottles patients different separate long short big small good bad right left same whole both all any some by into onto over under through"
    ).split()
)
_MOST_NAMES: Final = 4


def addresses(heard: Sequence[Word], text: str) -> Iterator[Spot]:
    """House numbers, in words or digits, with the street that follows them; without a word for a way they need a cue."""
    for at, (last, certain, way) in in_order(heard, lambda at: _address(heard, at, text)):
        yield Spot(heard[at].start, heard[last - 1].end, certain, way)


def _address(heard: Sequence[Word], at: int, text: str) -> tuple[int, bool, bool] | None:
    glued = at > 0 and heard[at - 1].end == heard[at].start and heard[at - 1].text[0].isalnum()
    place, parted = _house(heard, at) if not glued else (None, False)
    if place is None:
        return None
    names = place
    loose: int | None = None
    while names < len(heard) and names - place <= _MOST_NAMES:
        word = heard[names].text
        if word in WAYS and names > place and (heard[names - 1].text not in _ARTICLES or word != "st"):
            longer = names + 1 < len(heard) and heard[names + 1].text in _SURE_WAYS
            last = names + 2 if longer else names + 1
            if text[heard[place].start].islower() and all(one.text in _ARTICLES for one in heard[place:names]):
                return None  # `EWHC 1121 the court held`
            return last, parted or _sure(heard, place, last, text), True
        if not word[0].isalpha() or (word in _NO_STREET and word not in _ARTICLES) or word in PAUSES:
            break
        names += 1
        loose = names if loose is None or names - place < 4 else loose
    named = [word for word in heard[place : loose or place] if word.text not in _ARTICLES]
    return (loose, False, False) if loose is not None and named and len(named[-1].text) > 3 else None


def _sure(heard: Sequence[Word], place: int, last: int, text: str) -> bool:
    """Whether number, name and way are an address without a cue: the name is written large, or the way is little else."""
    large = all(text[word.start].isupper() or word.text in _ARTICLES for word in heard[place:last])
    return large or heard[last - 1].text in _SURE_WAYS


def _house(heard: Sequence[Word], at: int) -> tuple[int | None, bool]:
    """The place after the number of a house, and whether a word said that it is one: "flat three, 22", "number 51,"."""
    parted = False
    if heard[at].text in _PART:
        number = _number(heard, at + 1)
        letter = at + 1 < len(heard) and len(heard[at + 1].text) == 1 and heard[at + 1].text.isalpha()
        if number is None and not letter:
            return None, False
        parted, at = True, number if number is not None else at + 2
        at = _comma(heard, at)
        second = _number(heard, at)
        return (_comma(heard, second) if second is not None else at), parted
    number = _number(heard, at)
    return (_comma(heard, number) if number is not None else None), parted


def _comma(heard: Sequence[Word], at: int) -> int:
    return at + 1 if at < len(heard) and heard[at].text in {",", "-", "/"} else at


def _number(heard: Sequence[Word], at: int) -> int | None:
    """The place after a house's number: "twenty two", "one oh four", "22", "22b", "one hundred and six"."""
    if at >= len(heard):
        return None
    if heard[at].text.isdecimal() and len(heard[at].text) <= 5:
        last = at + 1
        lettered = last < len(heard) and len(heard[last].text) == 1 and heard[last].text.isalpha()
        return last + 1 if lettered and heard[last].start - heard[at].end < 2 and heard[last].text != "a" else last
    last = at
    for _ in range(3):
        word = heard[last].text if last < len(heard) else ""
        if word not in UNITS and word not in TEENS and word not in TENS:
            break
        one = spoken(heard, last)
        if one is None:
            break
        last = one[1]
    if last == at:
        return None
    lettered = last < len(heard) and len(heard[last].text) == 1 and heard[last].text in "bcdefgh"
    return last + 1 if lettered else last


def zipped(heard: Sequence[Word]) -> Iterator[Spot]:
    """Five digits said one by one or in pairs, which with a cue are a ZIP code."""
    at = 0
    while at < len(heard):
        said, place = "", at
        while place < len(heard) and heard[place].text in _SAID:
            number = spoken(heard, place)
            if number is None:
                break
            said, place = said + number[0], number[1]
        if len(said) == _ZIP and place - at > 2:
            yield Spot(heard[at].start, heard[place - 1].end, certain=False)
        at = max(place, at + 1)


_SAID: Final = frozenset((*UNITS, *TEENS, *TENS, *TIMES))
_ZIP: Final = 5
