"""Numbers, letters and days as people say them, read as the characters they stand for; knows nothing of what they are for.

Recognisers of speech call this inverse text normalisation. Words are looked up one by one, so the work is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar


class Word(NamedTuple):
    """A word, a run of digits, one mark or the end of a line, casefolded, in characters [start, end) of its text."""

    text: str
    start: int
    end: int


class Said(NamedTuple):
    """Characters [start, end) of a text stand for `text`; `words` says how many words that took."""

    text: str
    start: int
    end: int
    words: int


_UNITS_WORDS: Final = "zero one two three four five six seven eight nine"
_TEENS_WORDS: Final = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS_WORDS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
UNITS: Final[Mapping[str, int]] = {word: at for at, word in enumerate(_UNITS_WORDS.split())} | {
    "oh": 0, "o": 0, "nought": 0, "naught": 0, "nil": 0, "niner": 9, "fife": 5, "tree": 3,
}  # fmt: skip
TEENS: Final[Mapping[str, int]] = {word: at + 10 for at, word in enumerate(_TEENS_WORDS.split())}
TENS: Final[Mapping[str, int]] = {word: 10 * (at + 2) for at, word in enumerate(_TENS_WORDS.split())} | {
    "fourty": 40, "ninty": 90,
}  # fmt: skip
_FIRST_WORDS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth "
    "eighteenth nineteenth"
)
ORDINALS: Final[Mapping[str, int]] = {word: at + 1 for at, word in enumerate(_FIRST_WORDS.split())} | {
    "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
TIMES: Final[Mapping[str, int]] = {"double": 2, "treble": 3, "triple": 3}
NUMBERS: Final = frozenset((*UNITS, *TEENS, *TENS, *TIMES, "hundred", "thousand")) - {"o"}
"""Words that say a number, or how often."""
_MONTHS_WORDS: Final = "january february march april may june july august september october november december"
MONTHS: Final[Mapping[str, int]] = {
    name: at + 1 for at, whole in enumerate(_MONTHS_WORDS.split()) for name in (whole, whole[:3])
} | {"sept": 9}
_ALPHABET_WORDS: Final = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey "
    "x-ray yankee zulu alfa juliett whisky xray"
)
ALPHABET: Final[Mapping[str, str]] = {word: word[0] for word in _ALPHABET_WORDS.split()}
"""The spelling alphabet of the ITU (Radio Regulations, appendix 14) and of NATO."""
MARKS: Final[Mapping[str, str]] = {
    "dash": "-", "hyphen": "-", "slash": "/", "stroke": "/", "dot": ".", "point": ".", "underscore": "_", "minus": "-",
}  # fmt: skip
_PAUSES_WORDS: Final = (
    "um uh er erm uhm ehm ah eh hmm hm mm mhm umm uhh like well so yeah yes yep yup okay ok right sorry and then go on sure wait hang got it "
    "is its it's that's thats just let me see think space sort of you know i mean uh-huh number capital small letter"
)
PAUSES: Final = frozenset(_PAUSES_WORDS.split())
"""What is said between the parts of a value, by who says it or by who writes it down."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+|\n|[^\w\s]")
_PARTED: Final = frozenset(",.-–…/")
_MOST_PAUSES: Final = 5
"""More words between two parts, and they belong to different things."""


def words(text: str, start: int = 0, end: int | None = None, *, split: bool = True) -> list[Word]:
    """The words, runs of digits, marks and ends of lines of [start, end) in order; "sixty-four" is two words if `split`, "o'brien" is one."""
    found: list[Word] = []
    for match in _WORD.finditer(text, start, len(text) if end is None else end):
        whole = match.group().casefold()
        if not split or "-" not in whole or len(whole) == 1 or whole in ALPHABET or whole in PAUSES:
            found.append(Word(whole, match.start(), match.end()))
            continue
        at = match.start()
        for part in whole.split("-"):  # never changes the length: casefolding that would is of no word here
            found.append(Word(part, at, at + len(part)))
            at += len(part) + 1
    return found


Found = TypeVar("Found", bound=tuple[int, ...])
"""Something said, as the place after its last word and what else is known of it."""


def in_order(heard: Sequence[Word], read: Callable[[int], Found | None]) -> Iterator[tuple[int, Found]]:
    """What `read` finds at a place of `heard`, and the place: in order, not overlapping."""
    at = 0
    while at < len(heard):
        found = read(at)
        if found is None:
            at += 1
            continue
        yield at, found
        at = found[0]


def pair(heard: Sequence[Word], at: int) -> tuple[int, int] | None:
    """A number under a hundred at `at` ("sixty four", "oh nine", "12"), and the place after it."""
    if at >= len(heard):
        return None
    word = heard[at].text
    following = heard[at + 1].text if at + 1 < len(heard) else ""
    if word in TENS:
        unit = UNITS.get(following, 0)
        return (TENS[word] + unit, at + 2) if unit else (TENS[word], at + 1)
    if word in TEENS:
        return TEENS[word], at + 1
    if word in UNITS:
        if UNITS[word] == 0 and following in UNITS:
            return UNITS[following], at + 2
        return UNITS[word], at + 1
    return (int(word), at + 1) if word.isdecimal() and len(word) < 3 else None


def ordinal(heard: Sequence[Word], at: int) -> tuple[int, int] | None:
    """An ordinal at `at` ("ninth", "twenty first", "9th"), and the place after it."""
    if at >= len(heard):
        return None
    word = heard[at].text
    following = heard[at + 1].text if at + 1 < len(heard) else ""
    if word in ORDINALS:
        return ORDINALS[word], at + 1
    if word in TENS and ORDINALS.get(following, 99) < 10:
        return TENS[word] + ORDINALS[following], at + 2
    if word.isdecimal() and len(word) < 3 and following in _SUFFIXES and heard[at].end == heard[at + 1].start:
        return int(word), at + 2
    return None


_SUFFIXES: Final = frozenset(("st", "nd", "rd", "th"))


def characters(heard: Sequence[Word]) -> Iterator[Said]:
    """Runs of digits and letters that are said one by one or in groups, with the characters they stand for.

    "oh seven double four, um, nine hundred" is `0744900`; pauses, commas and short confirmations between are passed over.
    A run begins and ends with a character, and holds two words or more.
    """
    at = 0
    while at < len(heard):
        run = _run(heard, at)
        if run is None:
            at += 1
            continue
        said, at = run
        if said.words > 1:
            yield said


def _run(heard: Sequence[Word], at: int) -> tuple[Said, int] | None:
    said: list[str] = []
    start, end, count, after = at, at, 0, at
    while at < len(heard):
        one = spoken(heard, at)
        if one is not None:
            text, at = one
            said.append(text)
            count, end, after = count + 1, at, at
            continue
        paused = 0
        while (
            at < len(heard)
            and paused < _MOST_PAUSES
            and (heard[at].text in PAUSES or heard[at].text in _PARTED or heard[at].text in MARKS)
        ):
            paused += heard[at].text not in _PARTED
            at += 1
        if at == len(heard) or at == end or spoken(heard, at) is None or not said:
            break
    if not said:
        return None
    return Said("".join(said), heard[start].start, heard[end - 1].end, count), after


def spoken(heard: Sequence[Word], at: int) -> tuple[str, int] | None:
    """The digits or the letter that the next word or some stand for, and the place after them."""
    word = heard[at].text
    following = heard[at + 1].text if at + 1 < len(heard) else ""
    if word in TIMES:
        one = spoken(heard, at + 1) if at + 1 < len(heard) and following not in TIMES else None
        return (one[0] * TIMES[word], one[1]) if one is not None and len(one[0]) == 1 else None
    if word in UNITS and following == "hundred":
        more = at + 2 < len(heard) and heard[at + 2].text == "and" and pair(heard, at + 3) is not None
        rest = pair(heard, at + 3) if more else None
        return (f"{UNITS[word] * 100 + rest[0]}", rest[1]) if rest is not None else (f"{UNITS[word]}00", at + 2)
    if word in UNITS and following == "thousand":
        return f"{UNITS[word]}000", at + 2
    if word in UNITS:
        return str(UNITS[word]), at + 1
    if word in TEENS or word in TENS:
        found = pair(heard, at)
        return (str(found[0]), found[1]) if found is not None else None
    if word.isdecimal():
        return word, at + 1
    if len(word) == 1 and word.isalpha():
        return word, past_example(heard, at)
    return (ALPHABET[word], past_example(heard, at)) if word in ALPHABET else None


def past_example(heard: Sequence[Word], at: int) -> int:
    """The place after a letter and the word that shows it: "s for sugar", "b as in bravo"."""
    letter, rest = heard[at].text[0], [word.text for word in heard[at + 1 : at + 4]]
    if rest[:1] == ["for"] and len(rest) > 1 and len(rest[1]) > 1 and rest[1].startswith(letter):
        return at + 3
    if rest[:2] == ["as", "in"] and len(rest) > 2 and rest[2].startswith(letter):
        return at + 4
    return at + 1
