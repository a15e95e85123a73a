"""A text of passages that were looked up to answer a question: what in it is for everybody, item by item; text in, verdicts out.

Passages of guidelines, policies, manuals and bulletins are laid out as items with a label of their source, and a question
below. Whom such an item names with a task is nobody in care, and its days and places are of the source. One person in care
or a number of somebody in the same item takes that back, and so does a question about one certain person: passages may then
be from that person's chart.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.notices import Notice
from gateway.phi.find.text.told import once
from gateway.phi.find.text.ways import one_of

_SHORTEST: Final = 160
"""Characters of a text that can hold a passage and a question."""
_ITEM: Final = re.compile(
    r"(?m)^[ \t>#*-]{0,6}(?:"
    + one_of(
        r"\[(?:\w{1,12}[ ._-]?)?\d{1,4}\]",
        r"<(?:doc|document|passage|chunk|context|source|result|snippet|article|item|p)\b[^<>\n]{0,120}>",
        r"[A-Z]{2,6}-?\d{3,10}(?=[ :.\t])",
        r"\d{1,3}(?:\.\d{1,3}){1,4}\.?(?= [A-Z][a-z])",
        r"(?i:"
        + one_of(
            *(
                "passage doc document excerpt chunk source context snippet article page section clause chapter annex appendix faq opinion entry "
                "guideline procedure protocol abstract table paragraph rule regulation bulletin advisory directive manual standard policy"
            ).split()
        )
        + r")s?[ _#-]{0,3}(?:[A-Z]|[A-Z]{0,3}\d[\w.-]{0,12})\b(?= ?[-:.,)(\]|—–])",
        r"(?i:from|source|page|title|document|policy)\s?:?\s[\"“][^\"”\n]{3,80}[\"”]",
    )
    + ")"
)
"""The head of an item: the number or the name of its source."""
_NUMBERED: Final = re.compile(
    r"(?m)^[ \t]{0,6}([^\w\s]{0,2}(?:[^\W\d_]{1,14})?)[ _#.-]{0,2}(?:\d{1,4}(?:\.\d{1,3}){0,3}[a-z]?|[A-Z])(?=[\]})»:.,\"“(|—–-]| [A-Z\"“(])"
)
"""What an item of several begins with, when the same stands before another number: `P2.`, `{4}`, `§ 4.3`, `Excerpt C`."""
_ASKED: Final = re.compile(
    r"(?im)(?:^\W{0,4}(?:(?:the |user|customer|visitor|member)(?:'s)? ?)?(?:question|query|ask|q|task|user)\b[^\n:\]]{0,24}[:\]]"
    r"|^(?=[^\n]{8,300}\?\s*\Z))"
)
"""Where the question begins: under a word for it, or as the last line of the text."""
_CERTAIN: Final = re.compile(
    r"(?i)\b(?:(?:this|our|my|the|her|his|same|new|that) (?:patient|pt|client|resident|caller)\b(?! (?:group|population|portal|information|safety|record))"
    r"|my (?:mother|father|mum|mom|dad|wife|husband|son|daughter|sister|brother)|(?-i:Mr|Mrs|Ms|Miss)\b\.?|pt\b|(?:she|he|her|his|him)\b(?! or ))"
)
_ANYBODY: Final = re.compile(
    r"(?i)\b(?:an?|any|each|every|some|someone|somebody|anyone|if the|whose|who) (?:[\w-]+ ){0,3}\b(?:person|patient|man|woman|girl|boy|child|baby|daughter|son|mother|father|visitor|relative|employee|"
    r"member|parent|adult|nurse|doctor|colleague|worker|infant|neonate)\b|\b(?:someone|somebody|anyone|whoever|\d{1,3}[- ]?years?[- ]?old)\b"
)
"""Of whom a question about a rule speaks; a pronoun behind it is theirs."""
_SEVERAL: Final = 2
_BEFORE: Final = 80
_PLAIN: Final = frozenset({Kind.PLACE, Kind.FACILITY, Kind.DATE, Kind.ZIP, Kind.URL})
_WORKING: Final = re.compile(
    r"\b(?:[a-z]+(?:ologist|ician|iatrist|therapist|scientist|specialist|journalist|keeper|maker)|(?:[Pp]rincipal|[Cc]hief|[Cc]o-?|[Ss]ub-?)\s?investigator|curators?|reviewers?|trainer|buddy|matron)"
    r"s?(?: for [\w ]{1,30})?\s?[:,(–-]{0,2} ?(?:(?:Dr|Prof|Mr|Mrs|Ms|Sister)\.? )?$"
)
"""Before a name: what somebody does for a living."""
_TASKED: Final = re.compile(
    r"(?:^|[.;:|\n] ?)(?!(?i:patients?|pts?|name|client|subject|resident|caller|re|regarding|case|from|to)\b)[A-Z][\w/&, ]{2,40} ?[-–—:] ?$"
)
"""A task and a dash before the name of whoever has it, in a list of such; no word for somebody in care."""
_GOES_ON: Final = re.compile(r"[^.;:!?|\n]{0,80}")
_BOTH: Final = re.compile(r",? and |, | or |; ?")
_ONE_WORD: Final = re.compile(r"[^\W\d_]+")


class Retrieved:
    """The items of one text, looked for once; `someone` are the places where it speaks of one person, `firm` of numbers of somebody."""

    def __init__(self, text: str, notice: Notice, someone: Sequence[int], firm: Sequence[int]) -> None:
        self._text, self._notice, self._someone, self._firm = text, notice, someone, firm
        self._heads: list[int] = []
        self._until = len(text)
        self._last: Hit | None = None
        if len(text) < _SHORTEST:
            return
        heads, asked = once(_heads, text), once(_asked, text)
        last = asked if asked is not None else text.rfind("\n\n")
        if last > (heads[-1] if heads else 0) and (asked is not None or heads):
            self._until = last
        if (len(heads) < _SEVERAL and self._until < _SHORTEST) or _of_one(text[self._until :]):
            return
        if len(heads) >= _SEVERAL:
            self._heads = [] if _of_one(text[: heads[0]]) else heads
        elif asked is not None and (asked or "\n" in text.strip()):  # a lone question has no passage above it
            self._heads = [0]

    def explains(self, hit: Hit) -> bool:
        """Whether a hit is of a source, or of somebody whom it names with a task."""
        at = bisect_right(self._heads, hit.start)
        if not at or hit.evidence is Evidence.FIELD or hit.start >= self._until:
            return False
        low = self._heads[at - 1]
        high = min(self._heads[at] if at < len(self._heads) else len(self._text), self._until)
        if any(bisect_left(places, low) < bisect_left(places, high) for places in (self._someone, self._firm)):
            return False
        told = self._told(hit, low)
        if told:
            self._last = hit
        return told

    def _told(self, hit: Hit, low: int) -> bool:
        """The same of a hit in an item that begins at `low` and speaks of nobody in care."""
        if hit.kind in _PLAIN:
            return hit.evidence <= Evidence.SHAPE and not hit.patient
        if hit.kind is not Kind.NAME:
            return False
        if self._notice.at_work(hit.start, hit.end):
            return True
        before = self._text[max(low, hit.start - _BEFORE) : hit.start]
        return _WORKING.search(before) is not None or self._listed(hit, low, before)

    def _listed(self, hit: Hit, low: int, before: str) -> bool:
        """Whether it stands in a list with one that is told: `Ann Lee for nursing, Bob Ray for finance`, `Logistics - Bob Ray`."""
        last = self._last
        if last is None or last.start < low or last.end > hit.start:
            return False
        if last.kind is not Kind.NAME:  # the second of two places, which a model took for a name
            return (
                _BOTH.fullmatch(self._text, last.end, hit.start) is not None
                and _ONE_WORD.fullmatch(self._text, hit.start, hit.end) is not None
            )
        return _GOES_ON.fullmatch(self._text, last.end, hit.start) is not None or _TASKED.search(before) is not None


def _asked(text: str) -> int | None:
    """Where the question of a text begins."""
    asked = None
    for asked in _ASKED.finditer(text):  # noqa: B007  (the last one is meant)
        pass
    return asked.start() if asked is not None else None


def _heads(text: str) -> list[int]:
    """Where the items of a text begin: under the name of a source, or under a number as another of them."""
    told = {head.start() for head in _ITEM.finditer(text)}
    alike: dict[str, list[int]] = {}
    for head in _NUMBERED.finditer(text):
        alike.setdefault(head[1].casefold(), []).append(head.start())
    return sorted(told.union(*(places for places in alike.values() if len(places) >= _SEVERAL)))


def _of_one(question: str) -> bool:
    """Whether a question is about one certain person, of whom the passages may tell."""
    for certain in _CERTAIN.finditer(question):
        pronoun = certain.group().casefold() in {"she", "he", "her", "his", "him"}
        if not pronoun or _ANYBODY.search(question, 0, certain.start()) is None:
            return True
    return False
