"""Recognises talk in a text, cheaply, and finds what is said in it: the pass `talk`."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.talk import aloud, answers, names, parts, places, said, turns
from gateway.phi.find.talk.turns import Turn
from gateway.phi.find.text.gate import Gate
from gateway.phi.find.text.normalise import Normalised
from gateway.phi.find.text.ways import one_of

_WORDED: Final = (
    "oh|zero|nought|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|"
    "sixty|seventy|eighty|ninety|hundred|double|treble|triple"
)
_GAP: Final = r"[\s,.-]{1,4}(?:(?:um|uh|er|erm|and|slash|dash|stroke|yes|yeah|space)[\s,.-]{1,4})?"
_ROLE: Final = (
    "(?:"
    + one_of(
        *(
            "doctor dr doc d physician clinician gp nurse midwife therapist provider interviewer receptionist "
            "agent patient pt p client member caller customer participant mother father wife husband daughter son "
            "parent speaker spk assistant user paramedic woman q a b pharmacist operator counsell?or respondent "
            "human relative carer dentist surgeon physio registrar clerk ward staff consultant advis[eo]r "
            "dispatcher bot ai psychologist psychiatrist"
        ).split()
    )
    + ")"
)
_ORDINAL: Final = one_of(
    "(?:(?:twenty|thirty)[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)",
    *(
        "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth "
        "nineteenth twentieth thirtieth"
    ).split(),
)
_MONTH: Final = r"january|february|march|april|may|june|july|august|september|october|november|december"
_WAY: Final = "|".join(sorted(places.WAYS))
_GATE: Final = Gate(
    {
        "numbers": rf"(?i)\b(?:{_WORDED}){_GAP}(?:{_WORDED}|\d{{1,4}}|[b-z])\b|\b(?:[a-z]|\d{{1,4}}){_GAP}(?:{_WORDED}){_GAP}(?:{_WORDED}|\d{{1,4}}|[a-z])\b",
        "days": rf"(?i)\b(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))[\s,]{{1,2}}(?:day )?of (?:the )?(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)|{_MONTH})\b|\b(?:{_ORDINAL})[\s,]{{1,2}}(?:nineteen|twenty|two thousand)\b|\b(?:{_MONTH})[\s,]{{1,2}}(?:the )?(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))\b|"
        rf"\b(?:{_MONTH}) (?:{_WORDED})\b|\b(?:{_WORDED})[ -](?:{_MONTH})\b|\b(?:boxing|christmas|thanksgiving|independence|memorial) (?:day|eve)\b|"
        r"\d[\s,]{1,2}(?:slash|stroke|dash)\b"
        rf"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day[\s,]{{1,2}}(?:the )?(?:(?:twenty|thirty)[ -])?(?:{_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th))\b"
        rf"|\b(?:eighteen|nineteen|twenty)[ -](?:[a-z]+[ -]?){{1,2}}[\s,]{{1,2}}(?:the )?(?:(?:twenty|thirty)[ -])?(?:{_ORDINAL}|{_MONTH})\b",
        "letters": r"(?i)(?:^|[^\w'])[a-z][\s,.-]{1,3}[a-z][\s,.-]{1,3}[a-z](?:$|[^\w'])|\b[a-z] for [a-z]+[\s,.]{1,3}[a-z] for\b|\b(?:double|treble) [a-z]\b|"
        r"\b(?:alpha|bravo|foxtrot|quebec|sierra|tango|whiskey|yankee|zulu)[\s,.-]{1,3}(?:[a-z]|alpha|bravo|charlie|delta|echo|golf|hotel|india|juliet|kilo|lima|mike|november|oscar|papa|romeo|uniform|victor)\b",
        "mails": r"(?i)\sat\s[a-z\d -]{1,30}\sdot\s[a-z]",
        "codes": r"\b[a-z]{1,2}\d{1,2}[a-z]? \d[a-z]{2}\b",
        "streets": rf"(?i)\b(?:{_WORDED}|\d{{1,4}}[a-z]?),? (?:[a-z'-]+ ){{1,3}}(?:{_WAY})\b|\b(?:flat|unit|apartment|apt|number|at) (?:{_WORDED}|\d{{1,4}}[a-z]?),? [a-z]|\b(?:flat|unit|apartment) [a-z]\b",
        "labels": rf"(?i)(?:^|\n)[ \t>*\[\]<:.,\d()-]{{0,40}}(?:v )?{_ROLE}(?:[ _]?\d{{1,2}})?[\]>*]{{0,3}}[ \t]*(?:[:\]>]|- )|\? {_ROLE}:|(?:^|\n|[.?!] )(?-i:[QA])\. ",
        "asks": r"(?i)\b(?:your|his|her|the|their|full|first|last|birth|member|policy|hospital|best|nhs|insurance|account|reference|phone|mobile|record|which|daytime) (?:(?:full|first|last|date of|phone|mobile|home|e-?mail|post|zip) )?"
        r"(?:names?|surname|birth(?:day)?|address|number'?s?|e-?mail|post ?code|zip|code|social|born|live|called|spelling)\b|\b(?:dates? of birth|birth ?date|birthday|surname|speaking|spell|spelling|post ?code|zip code|first line|last four|sending it|on the line|still (?:at|in)|next of kin)\b",
        "replies": r"(?i)(?:^|\n|[.?!] )[ \t-]{0,4}(?:\[?[\d:.]{4,12}\]? )?(?:-> ?)?(?:"
        + one_of(
            *"yes yeah yep no nope okay ok sure thanks".split(),
            "thank you",
            *(
                "hi hiya hello morning mm mhm bye ta um uh erm speaking alright right lovely cheers fine good "
                "great brilliant perfect noted none never oh ah"
            ).split(),
            "i see",
            "i am",
            "just",
            "will do",
        )
        + r")\b",
        "pauses": r"(?i)\b(?:um|uh|erm|mhm|yeah)\b",
    }
)
_SPOKEN: Final = ("numbers", "days", "letters", "mails", "codes", "streets")
_FEW: Final = 1
_APART: Final = 300
"""Characters of a talk in which somebody says "yes", "thanks" or the like at least once."""
_SHORT_LINE: Final = 80
"""Characters of a line, on average, in a talk whose lines end with questions."""
_LONGEST: Final = 2_000
"""Characters that are listened to at once, so that no text costs more than a known time for each of its characters."""
_BESIDE: Final = 160
"""Characters before and after what is said in words that are listened to."""


@dataclass(frozen=True, slots=True)
class Talk:
    """How a text is a talk: what of it may be said aloud, and its turns, if it has any."""

    ways: frozenset[str] = frozenset()
    turns: tuple[Turn, ...] = ()
    held: bool = False
    """Whether people talk in it, and no more than ask or say a value."""


_SILENT: Final = Talk()


def heard(folded: Normalised) -> Talk:
    """The talk in a text; nothing at once for nearly every text."""
    ways = _GATE.open(folded.shape)
    if not ways:
        return _SILENT
    text = folded.text
    labelled = turns.labelled(text) if "labels" in ways else []
    talk = labelled or turns.lines(text) or [Turn(0, len(text), "")]
    return Talk(ways, tuple(talk), bool(labelled) or _is_talk(text, folded.shape, ways))


def find(folded: Normalised, talk: Talk) -> list[Hit]:
    """What is said aloud in a text, what is answered, and in a talk who is named."""
    if not talk.ways:
        return []
    text, spoken = folded.text, talk.turns
    hits = list(said.values(text, _holding(spoken, folded.shape, talk.ways), held=talk.held))
    if talk.held:
        if "numbers" in talk.ways:
            hits += said.across(text, spoken)
        hits += answers.answers(text, spoken, range(len(spoken)))
        hits += answers.called(text, spoken)
        hits += _in_parts(text, spoken, range(len(spoken)))
    elif "asks" in talk.ways:
        starts = [turn.start for turn in spoken]
        asking = {max(0, bisect_right(starts, match.start()) - 1) for match in _GATE.matches("asks", folded.shape)}
        hits += answers.answers(text, spoken, sorted(asking))
        hits += _in_parts(text, spoken, sorted(asking))
    return hits


def _in_parts(text: str, spoken: Sequence[Turn], asking: Iterable[int]) -> Iterator[Hit]:
    for at in asking:
        heard_there = spoken[at : at + parts.MOST]
        if text[spoken[at].start : spoken[at].end].rstrip()[-1:] in {"?", ":"}:
            for part in parts.told([text[turn.start : turn.end] for turn in heard_there]):
                start = heard_there[part.turn].start
                yield Hit(part.kind, start + part.start, start + part.end, said.CONFIDENCE, Evidence.CUE, True)


def told(texts: Sequence[Normalised]) -> dict[int, list[Hit]]:
    """What messages after the first tell in parts of what the first asks for: hits, by the place of their message."""
    hits: dict[int, list[Hit]] = {}
    for part in parts.told([folded.text for folded in texts]):
        hits.setdefault(part.turn, []).append(Hit(part.kind, part.start, part.end, said.CONFIDENCE, Evidence.CUE, True))
    return hits


def asks(text: str) -> bool:
    """Whether a text ends by asking for something, whatever it is."""
    return _ASKING.search(text[-_ANSWER:].rstrip()) is not None


def replied(question: Normalised, answer: Normalised) -> list[Hit]:
    """What is said in `answer`, a message, to a message that ends by asking for it: hits in `answer`."""
    if len(answer.text) > _ANSWER:
        return []
    asking = question.text[-_ANSWER:].rstrip()
    if not asks(asking):
        return []
    text = f"{asking}\n{answer.text}"
    begin = len(asking) + 1
    talk = (Turn(0, begin - 1, "q"), Turn(begin, len(text), "a"))
    hits = answers.answers(text, talk, (0,))
    return [hit._replace(start=hit.start - begin, end=hit.end - begin) for hit in hits if hit.start >= begin]


_ANSWER: Final = 240
"""Characters of a message that answers, and of the end of one that asks."""
_ASKING: Final = re.compile(r"(?i)[?:]$|\bplease\b|\b(?:need|tell|give|confirm|enter|type|provide)\b[^.?!]*[.…]?$")


def labelled(hit: Hit, talk: Talk, text: str) -> bool:
    """Whether only the label of a turn made its first word a name: "Patient: Good"."""
    if hit.kind is not Kind.NAME:
        return False
    at = bisect_right(talk.turns, hit.start, key=lambda turn: turn.start) - 1
    return at >= 0 and _first(hit, text, talk.turns[at]) and not _strong(hit, text)


def _first(hit: Hit, text: str, turn: Turn) -> bool:
    """Whether nothing but pauses stands in a turn before what was found."""
    return all(
        word.text in aloud.PAUSES or word.text == "oh" or not word.text[0].isalnum()
        for word in aloud.words(text, turn.start, hit.start)
    )


def nobody(hit: Hit, text: str, talk: Talk) -> bool:
    """Whether what only its context made a finding in a talk is a label, a clock, a number, or a word of everyday speech."""
    heard_there = aloud.words(text, hit.start, hit.end, split=False)
    if hit.kind is not Kind.DATE and all(
        word.text in aloud.NUMBERS or word.text in aloud.PAUSES or not word.text[0].isalnum() for word in heard_there
    ):
        return True
    if hit.kind not in _TOLD:
        return False
    at = bisect_right(talk.turns, hit.start, key=lambda turn: turn.start) - 1
    turn = talk.turns[max(0, at)]
    if not turn.start <= hit.start < turn.end:
        return hit.end <= talk.turns[min(len(talk.turns) - 1, at + 1)].start and not _strong(hit, text)
    marks = set[str]().union(*(lexicon.words().get(word.text, "-") for word in heard_there))
    if hit.kind is not Kind.NAME:
        return not marks & (lexicon.PLACE | frozenset("-")) and text[hit.start].islower()
    ordinary = lexicon.ORDINARY in marks and "G" not in marks and text[hit.end : hit.end + 2].strip().islower()
    return (ordinary or not _strong(hit, text)) and _first(hit, text, turn)


_TOLD: Final = frozenset({Kind.NAME, Kind.PLACE, Kind.FACILITY})


def _strong(hit: Hit, text: str) -> bool:
    return any(names.strong(word.text) for word in aloud.words(text, hit.start, hit.end, split=False))


def _holding(talk: Sequence[Turn], shape: bytes, ways: frozenset[str]) -> list[Turn]:
    """What stands around all that is said in words, each within its turn."""
    starts = [turn.start for turn in talk]
    kept: list[Turn] = []
    places = sorted(match.span() for way in _SPOKEN if way in ways for match in _GATE.matches(way, shape))
    for start, end in places:
        for turn in {talk[max(0, bisect_right(starts, at) - 1)] for at in (start, end - 1)}:
            low, high = _around(turn, start, end, shape)
            joins = kept and kept[-1].start <= low <= kept[-1].end <= turn.end and kept[-1].start >= turn.start
            if joins and kept[-1].end - kept[-1].start < _LONGEST:
                kept[-1] = kept[-1]._replace(end=max(high, kept[-1].end))
            elif low < high:
                kept.append(turn._replace(start=low, end=high))
    return kept


def _around(turn: Turn, start: int, end: int, shape: bytes) -> tuple[int, int]:
    """Whole words before and after [start, end) of a turn."""
    low, high = max(turn.start, start - _BESIDE), min(turn.end, end + _BESIDE)
    if low > turn.start:
        low = shape.find(b" ", low, start) + 1 or low
    if high < turn.end:
        high = max(shape.rfind(b" ", end, high), min(end, turn.end))
    return low, high


def _is_talk(text: str, shape: bytes, ways: frozenset[str]) -> bool:
    """Whether a text without labels is a talk: people answer in it, or it is all in small letters with their pauses."""
    if "replies" in ways:
        replies = sum(1 for _ in _GATE.matches("replies", shape))
        if replies > _FEW and replies * _APART > len(text):
            return True
    if text.count("?\n") > _FEW and len(text) < _SHORT_LINE * text.count("\n"):
        return True
    return "pauses" in ways and not any(map(str.isupper, text))
