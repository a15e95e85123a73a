"""A second look at what the tagger said or doubted: adds persons and places, takes back what is surely none.

It touches nothing that has a checksum, a shape or a cue: only opinions of the tagger, which are opinions from context too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

from gateway.domain import DIRECT, Carrier, Finding, Kind, Passage
from gateway.phi.find import lexicon
from gateway.phi.find.encoder.network import NAME, OUTSIDE, Odds
from gateway.phi.find.encoder.pieces import Segment, WordPiece
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.model import veto

ADD: Final = 0.8
"""Probability from which a word that nothing else found is part of a name."""
ALONE: Final = 0.4
"""The same in a person's message of a sentence or two, of words that are not of medicine or everyday English."""
SENTENCE: Final = 240
"""Characters of such a message."""
JOIN: Final = 0.35
"""Probability from which a word beside such a one is part of it too."""
BY_ITSELF: Final = 0.5
"""The same in a sentence by itself, from which what the tagger took for a name stays one whatever stands around."""
TAKE_BACK: Final = 0.5
"""What the tagger found stays if any word of its segment is something with this probability."""
SURE: Final = {Kind.NAME: 0.7, Kind.PLACE: 0.7, Kind.FACILITY: 0.7, Kind.DATE: 0.9, Kind.OTHER_ID: 0.9}
"""Probability of being nothing that each word of what is taken back must have."""
HANDBOOK: Final = 0.4
"""The same in a long text in which nothing but the tagger's opinions speaks of somebody: there each is asked about alone."""
SHORT: Final = 600
"""Characters up to which a message of a person is looked at altogether, whether the tagger doubts or not."""
LONG: Final = 4_000
"""The same of a longer message, of which only some sentences are asked about."""
QUESTIONS: Final = 5
"""How many: each costs some 4 ms."""

_OTHERWISE: Final = frozenset(
    {lexicon.ORDINARY, lexicon.DRUG, lexicon.EPONYM, lexicon.BODY, lexicon.TERM, lexicon.REGION}
)
_SPOKEN: Final = frozenset({Carrier.MESSAGE})
_LOOKED: Final = frozenset(SURE)


Excused = Callable[[Sequence[Hit], str], Sequence[bool]]
"""For each hit of a text whether it would not count, whatever the encoder thinks."""


class Encoder(Protocol):
    """Odds of the classes for each word of a segment, from weights that are loaded on demand."""

    @property
    def ready(self) -> bool: ...
    @property
    def cutter(self) -> WordPiece: ...
    def wake(self) -> None: ...
    def odds(self, segment: Segment) -> list[Odds]: ...
    def rest(self) -> None: ...


def again(passage: Passage, text: str, hits: Sequence[Hit], encoder: Encoder, excused: Excused) -> list[Hit]:
    """The hits of a passage whose normalised text is `text`, after a second look; hits of doubt are gone in any case."""
    firm = [hit for hit in hits if hit.evidence is not Evidence.DOUBT]
    whole = len(text) <= SHORT and passage.carrier in _SPOKEN
    alone = whole and len(text) <= SENTENCE
    asked = [hit for hit in hits if hit.evidence <= Evidence.CONTEXT and hit.kind in _LOOKED]
    apart = whole or (passage.carrier in _SPOKEN and len(text) <= LONG and not any(map(_of_somebody, firm)))
    if not whole and ((not asked and not apart) or any(map(_of_a_record, firm))):
        return firm  # nothing could be taken back
    if not whole and asked:
        excusable = set(asked)
        known = zip(hits, excused(hits, text), strict=True)
        asked = [hit for hit, nobodys in known if hit in excusable and not nobodys]
    handbook = not whole and not any(_of_somebody(hit) for hit in firm)
    added: list[Hit] = []
    gone: set[Hit] = set()
    for segment in encoder.cutter.segments(text) if whole or asked else ():
        start, end = segment.starts[0], segment.ends[-1]
        there = [hit for hit in asked if hit.start < end and start < hit.end]
        if not whole and (not there or any(_somebodys(hit, start, end) for hit in firm)):
            continue
        odds = encoder.odds(segment)
        seen = _names(segment, odds, ALONE if alone else ADD)
        added += [hit for hit in seen if hit.confidence >= ADD or not _common(hit, text)]
        if (handbook or _surely_nobody(odds)) and not any(_somebodys(hit, start, end) for hit in firm):
            opinions = (hit for hit in there if hit.evidence is Evidence.CONTEXT)
            gone |= {
                hit
                for hit in opinions
                if _surely_none(hit, segment, odds, HANDBOOK if handbook else SURE[hit.kind])
                and not _held(hit, text, encoder)
            }
    if apart:
        most = None if whole else QUESTIONS
        added += _by_sentence(text, [*(hit for hit in firm if hit not in gone), *added], asked, encoder, most)
    stay = [hit for hit in firm if hit not in gone]
    return [*stay, *_spared([hit for hit in added if _new(hit, stay)], text)]


def _surely_nobody(odds: Sequence[Odds]) -> bool:
    """Whether no word of a segment is likely to be anything: beside a person, a doubtful town or date is left alone."""
    return min(one[OUTSIDE] for one in odds) > 1 - TAKE_BACK


def _of_somebody(hit: Hit) -> bool:
    """Whether a rule found a number of somebody, or what a cue calls a patient's."""
    return hit.evidence is not Evidence.CONTEXT and (hit.patient or (hit.kind in DIRECT and hit.kind is not Kind.NAME))


def _somebodys(hit: Hit, start: int, end: int) -> bool:
    """Whether a number that a rule found says that [start, end) is about somebody, whatever the text around looks like.

    A record number says so of its whole passage, a telephone or an address, which a firm may have too, of its segment, as does
    what a cue calls a patient's: a date of birth.
    """
    if _of_a_record(hit):
        return True
    there = hit.evidence is not Evidence.CONTEXT and hit.start < end and start < hit.end
    return there and (hit.patient or hit.kind in _CONTACTS)


def _of_a_record(hit: Hit) -> bool:
    """Whether it is a number that says so of its whole passage."""
    return hit.evidence is not Evidence.CONTEXT and hit.kind in _RECORDS


_CONTACTS: Final = frozenset({Kind.PHONE, Kind.FAX, Kind.EMAIL, Kind.ADDRESS, Kind.OTHER_ID})
_RECORDS: Final = DIRECT - _CONTACTS - {Kind.NAME}


def _surely_none(hit: Hit, segment: Segment, odds: Sequence[Odds], least: float) -> bool:
    """Whether each word of a hit is nothing with the probability `least`. One that reaches beyond the segment stays."""
    if hit.start < segment.starts[0] or hit.end > segment.ends[-1]:
        return False
    words = zip(odds, segment.starts, segment.ends, strict=True)
    inside = [one[OUTSIDE] for one, start, end in words if start < hit.end and hit.start < end]
    return bool(inside) and min(inside) >= least


def _held(hit: Hit, text: str, encoder: Encoder) -> bool:
    """Whether the tagger's opinion stays: a name in its sentence by itself, or where somebody was treated."""
    if hit.kind is Kind.NAME:
        return _named_by_itself(hit, text, encoder)
    where = hit.kind in {Kind.PLACE, Kind.FACILITY}
    return where and _TREATED_AT.search(text, max(0, hit.start - _BEFORE), hit.start) is not None


_TREATED_AT: Final = re.compile(
    r"(?i)\b(?:done|performed|seen|treated|admitted|operated(?: on)?|scanned|evaluated|hospitali[sz]ed|delivered|dialy[sz]ed) (?:at|in) (?:the )?$"
)
_BEFORE: Final = 40


def _named_by_itself(hit: Hit, text: str, encoder: Encoder) -> bool:
    """Whether a hit is a name in its sentence by itself: what stands around must not drown whom a sentence is about."""
    low, high = max(0, hit.start - SENTENCE), min(len(text), hit.end + SENTENCE)
    start = max((end.end() for end in _SENTENCE_END.finditer(text, low, hit.start)), default=low)
    behind = _SENTENCE_END.search(text, hit.end, high)
    for segment in encoder.cutter.segments(text[start : behind.start() if behind else high]):
        words = zip(encoder.odds(segment), segment.starts, segment.ends, strict=True)
        if any(
            one[NAME] >= BY_ITSELF for one, low, high in words if start + low < hit.end and hit.start < start + high
        ):
            return True
    return False


def _by_sentence(
    text: str, found: Sequence[Hit], asked: Sequence[Hit], encoder: Encoder, most: int | None
) -> Iterator[Hit]:
    """Names that a sentence holds by itself, of a text of several: what stands around must not drown whom one of them is about.

    Only a sentence is asked about that names nobody yet, and in which the tagger doubts or a word is of no list of words; where
    `most` may be asked about, those in doubt first, then those with a word that is likely a name.
    """
    named = [hit for hit in found if hit.kind is Kind.NAME]
    sentences = [one for one in _sentences(text) if text[slice(*one)].strip()]
    unnamed = [
        (start, end)
        for start, end in (sentences if len(sentences) > 1 else ())
        if not any(hit.start < end and start < hit.end for hit in named)
    ]
    doubted = [one for one in unnamed if any(hit.start < one[1] and one[0] < hit.end for hit in asked)]
    said = _strange if most is None else _likely
    strange = [one for one in unnamed if one not in doubted and said(text[slice(*one)])]
    for start, end in [*doubted, *strange][:most]:
        for segment in encoder.cutter.segments(text[start:end]):
            for hit in _names(segment, encoder.odds(segment), ADD):
                if _strange(text[start + hit.start : start + hit.end]):
                    yield hit._replace(start=start + hit.start, end=start + hit.end)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text begin and end; the head of an item and a tag are of none."""
    at = 0
    for end in _SENTENCE_END.finditer(text):
        yield at, end.start() + 1
        at = end.end()
    yield at, len(text)


def _strange(words: str) -> bool:
    """Whether one of the words is in no list of words of everyday English and medicine."""
    return any(not _OTHERWISE & lexicon.marks(word.casefold()) for word in _WORD.findall(words))


def _likely(words: str) -> bool:
    """Whether somebody may be called by one of the words of a sentence and nothing else is, or no list has one in a capital."""
    for word in _WORD.findall(words):
        marks = lexicon.marks(word.casefold())
        if (lexicon.PEOPLE & marks and not _OTHERWISE & marks) or (not marks and word[0].isupper()):
            return True
    return False


_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_SENTENCE_END: Final = re.compile(
    r"(?<=[^\W_]{2})[.!?]\s|(?:\n|\A)[^\w\n]{0,4}(?:\d{1,3}|[A-Za-z])[\])}.:]{1,2}\s|\n|</?\w[^<>\n]{0,80}>"
)


def _common(hit: Hit, text: str) -> bool:
    """Whether it holds a word that is more than a name: a drug, an eponym, one of everyday English."""
    words = text[hit.start : hit.end].casefold().split()
    return any(_OTHERWISE.intersection(lexicon.words().get(word.strip(".,'’"), "")) for word in words)


def _names(segment: Segment, odds: Sequence[Odds], sure: float) -> Iterator[Hit]:
    """Runs of words that are likely a name, one of which is with the probability `sure`."""
    at = 0
    while at < len(odds):
        last = at
        while last < len(odds) and odds[last][NAME] >= JOIN:
            last += 1
        best = max((one[NAME] for one in odds[at:last]), default=0.0)
        if best >= sure:
            yield Hit(Kind.NAME, segment.starts[at], segment.ends[last - 1], round(best, 3), Evidence.CONTEXT)
        at = max(last, at + 1)


def _spared(hits: Sequence[Hit], text: str) -> list[Hit]:
    """Without eponyms, drugs, cited authors and the like, as of the tagger's own findings."""
    found = veto.spared([Finding(hit.kind, hit.start, hit.end, hit.confidence) for hit in hits], text)
    return [Hit(one.kind, one.start, one.end, one.confidence, Evidence.CONTEXT) for one in found]


def _new(hit: Hit, others: Sequence[Hit]) -> bool:
    """Whether nothing that counts by itself stands there: an uncounted place or date gives way to a name."""
    return not any(
        one.start < hit.end
        and hit.start < one.end
        and not (one.kind in {Kind.PLACE, Kind.DATE} and one.evidence is Evidence.CONTEXT)
        for one in others
    )
