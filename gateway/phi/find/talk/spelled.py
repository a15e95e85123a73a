"""Names and e-mail addresses that are spelled aloud: "that's S, M, Y, T, H, E", "m for mother, double o", "j dot reyes at example dot org"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from gateway.phi.find import lexicon
from gateway.phi.find.talk.aloud import ALPHABET, MARKS, PAUSES, TEENS, TENS, TIMES, UNITS, Word, past_example, spoken


class Spelling(NamedTuple):
    """Characters [start, end) spell `said`; one that is not `certain` may be an abbreviation, and only a `cued` one is no list."""

    start: int
    end: int
    said: str
    certain: bool = True
    cued: bool = True


_LEAST: Final = 3
_SURELY: Final = 5
"""More letters one by one, parted alike, than any abbreviation has."""
_NO_PAUSE: Final = frozenset("i a and go on got it is its".split())
_ASKED: Final = frozenset("spell spelled spelt spelling spells".split())
_BEFORE: Final = 12


def spellings(heard: Sequence[Word], text: str) -> Iterator[Spelling]:
    """Runs of three letters or more, also doubled or each with a word that shows it."""
    at = 0
    while at < len(heard):
        found = _spelling(heard, at, text)
        if found is None:
            at += 1
            continue
        yield found[0]
        at = found[1]


def _spelling(heard: Sequence[Word], at: int, text: str) -> tuple[Spelling, int] | None:
    said, start, place, end, shown = "", at, at, at, False
    while place < len(heard):
        one = _letter(heard, place)
        if one is not None:
            shown = shown or one[1] - place > 1 or heard[place].text in ALPHABET
            said, place = said + one[0], one[1]
            end = place
        elif (
            said
            and heard[place].text not in _NO_PAUSE
            and (heard[place].text in PAUSES or heard[place].text in {",", ".", "-", "…"})
        ):
            place += 1
        else:
            break
        if place - end > 3:
            break
    if len(said) < _LEAST:
        return None
    cued = shown or _wanted(heard, start) or _repeated(heard, start, end, said)
    known = not cued and bool({lexicon.TERM, lexicon.BODY} & lexicon.marks(said))
    counted = all(one < two for one, two in pairwise(said))  # "A, B, C, D, E" are answers to choose from
    certain = cued or (len(said) >= _SURELY and _alike(heard[start:end], text) and not known and not counted)
    return Spelling(heard[start].start, heard[end - 1].end, said, certain, cued), end


def _alike(heard: Sequence[Word], text: str) -> bool:
    """Whether the same parts all letters: blanks, hyphens, commas or points, and not "a.c. t.d.s."."""
    letters = [word for word in heard if word.text[0].isalpha()]
    return len({text[one.end : two.start].strip() for one, two in pairwise(letters)}) == 1 and all(
        text[one.end : two.start] != "." for one, two in pairwise(letters)
    )


def _letter(heard: Sequence[Word], at: int) -> tuple[str, int] | None:
    """A letter or some; the "o" of a spelled name is one, and no nought."""
    word = heard[at].text
    if word == "o" or (word in TIMES and at + 1 < len(heard) and heard[at + 1].text == "o"):
        return ("o", past_example(heard, at)) if word == "o" else ("o" * TIMES[word], at + 2)
    one = spoken(heard, at)
    return one if one is not None and one[0].isalpha() else None


def _wanted(heard: Sequence[Word], at: int) -> bool:
    return not _ASKED.isdisjoint(word.text for word in heard[max(0, at - _BEFORE) : at])


def _repeated(heard: Sequence[Word], start: int, end: int, said: str) -> bool:
    """Whether the name stands beside its letters: "Ribe, R I B E", "E N D O. Endo"."""
    around = [*heard[max(0, start - _BEFORE) : start], *heard[end : end + 6]]
    return any(word.text.replace("'", "") == said for word in around) or _joined(heard[end : end + 6]).startswith(said)


def _joined(heard: Sequence[Word]) -> str:
    return "".join(word.text.replace("'", "") for word in heard if word.text[0].isalpha())


def behind(heard: Sequence[Word], spelling: Spelling) -> tuple[int, int] | None:
    """[start, end) of the name that is said again right after its letters, in a word or some."""
    rest = [word for word in heard if word.start >= spelling.end][:6]
    joined, start = "", None
    for word in rest:
        if not word.text[0].isalpha():
            continue
        start = word.start if start is None else start
        joined += word.text.replace("'", "")
        if joined == spelling.said:
            return start, word.end
        if not spelling.said.startswith(joined):
            return None
    return None


_HOST_WORDS: Final = 6
_NAME_WORDS: Final = 14
_TOP: Final = frozenset(
    "com org net edu gov co uk de io health me us ca au fr es nl ie nz in info example nhs test".split()
)
_ENDS: Final = frozenset(
    "it it's its is that's thats yes yeah sure email mail address at to on okay ok um uh er erm my the . ? ! , : so well and".split()
)


def mails(heard: Sequence[Word]) -> Iterator[Spelling]:
    """Addresses with "at" and "dot"."""
    done = 0
    for at, word in enumerate(heard):
        if word.text != "at" or at <= done:
            continue
        last = _host(heard, at + 1)
        first = _mailbox(heard, at, done)
        if last is not None and first < at:
            yield Spelling(heard[first].start, heard[last - 1].end, "")
            done = last


def _host(heard: Sequence[Word], at: int) -> int | None:
    """The place after "gmail dot com", "n h s dot net", "example dot co dot uk"."""
    last, dotted = None, False
    for place in range(at, min(len(heard), at + _HOST_WORDS + 6)):
        word = heard[place].text
        if word == "." and place + 1 < len(heard) and heard[place].end < heard[place + 1].start:
            break  # a sentence ends, and the next may begin with "In"
        if word in {"dot", "."}:
            dotted = True
        elif dotted and word in _TOP:
            last, dotted = place + 1, False
        elif dotted or last is None:
            if not (word[0].isalnum() or word in MARKS or word in {"-", "_"}) or place - at > _HOST_WORDS:
                break
            dotted = False
        else:
            break
    return last


def _mailbox(heard: Sequence[Word], at: int, least: int) -> int:
    """The place where the name before "at" begins: back to its first dot or underscore and the word before that."""
    low = max(least, at - _NAME_WORDS)
    first = at
    for place in range(at - 1, low - 1, -1):
        word = heard[place].text
        if word in _ENDS and not (
            word == "." and heard[place].start == heard[place - 1].end and heard[place].end == heard[place + 1].start
        ):
            break
        mark = word in MARKS or word in {"-", "_", "."}
        part = (
            first == at
            or mark
            or _joins(heard, place + 1)
            or _said_singly(heard, place)
            or _said_singly(heard, place + 1)
        )
        if not part:
            break
        first = place
    while first < at and heard[first].text in MARKS:
        first += 1
    return first


def _joins(heard: Sequence[Word], at: int) -> bool:
    return at < len(heard) and (heard[at].text in MARKS or heard[at].text in {"-", "_", "."})


def _said_singly(heard: Sequence[Word], at: int) -> bool:
    word = heard[at].text
    return len(word) == 1 or word.isdecimal() or word in UNITS or word in TEENS or word in TENS or word in TIMES
