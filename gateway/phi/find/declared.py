"""What one text of a request says that another is: an instruction, the description of an argument; both in, hits in the other out.

"The user message is the patient's surname" and `brandvold` stand in two fields, neither of which says anything alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from gateway.domain import Carrier, Kind, Part, Passage
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.records import keys
from gateway.phi.find.talk import listen, names
from gateway.phi.find.text.gate import Gate
from gateway.phi.find.text.normalise import Normalised, normalise
from gateway.phi.find.text.ways import one_of

_CONFIDENCE: Final = 0.9
_LONGEST: Final = 120
"""Characters of what is declared: a longer text says itself what it holds."""
_DECLARING: Final = 24_000
_MOST: Final = 8
"""Texts that declare, and texts that are declared by each."""
_SOMEBODY: Final = (
    "(?:"
    + one_of(
        *(
            "patient person caller client member child resident customer mother father parent guest visitor employee relative subscriber beneficiary "
            "guarantor spouse guardian insured participant people individual applicant physician doctor nurse".split()
        )
    )
    + ")"
)
_NAME: Final = (
    r"\b(?:(?:full|first|last|middle|maiden|given|family|second|legal|preferred|birth) ?names?|surnames?|forenames?"
    rf"|{_SOMEBODY}s?(?:'s?)? (?:\w+ )?names?|(?:their|your|his|her) (?:own |full )?names?|names? (?:of|for) (?:(?:the|a|an|your|each|this|that) )?(?:\w+ )?{_SOMEBODY}"
    r"|names? (?:that is )?(?:given|typed|entered|provided|sent) by the (?:user|caller))\b"
)
_BIRTH: Final = r"\b(?:birth ?da(?:tes?|ys?)|dates? of (?:birth|death|admission)|d\.?o\.?b\b|born)"
_HOME: Final = rf"\b(?:(?:home|postal|street|mailing|residential|full|current|{_SOMEBODY}'?s?|their|your|his|her) (?:\w+ )?address|where (?:they|the \w+|you|he|she) lives?)\b"
_PHONE: Final = r"\b(?:(?:tele)?phone|mobile|cell(?:phone)?|fax|call ?back)(?: (?:numbers?|no\b|digits))?\b"
_NUMBER: Final = (
    r"\b(?:mrns?|ssns?|(?:social|national insurance|medical record|record|chart|hospital|nhs|patient|member(?:ship)?|policy|subscriber|insurance|plan|account|"
    r"encounter|visit|accession|passport|licen[cs]e|card|beneficiary|medicare|medicaid|claim|employee|badge|case)(?: (?:security|id|identifier|identity|account))? ?(?:ids?|identifiers?|numbers?|no\b|codes?))\b"
)
_TELLS: Final = (
    (Kind.NAME, re.compile(_NAME)),
    (Kind.DATE, re.compile(_BIRTH)),
    (Kind.ADDRESS, re.compile(_HOME)),
    (Kind.PHONE, re.compile(_PHONE)),
    (Kind.OTHER_ID, re.compile(_NUMBER)),
)
_GATE: Final = Gate({"told": f"(?i){one_of(_NAME, _BIRTH, _HOME, _PHONE, _NUMBER)}"})
_INPUT: Final = re.compile(
    r"\b(?:(?:the )?(?:user|caller|patient|human|client|customer)(?:'s)? (?:message|input|text|turn|reply|answer|gives?|types?|enters?|sends?|provides?|says|will \w+)"
    r"|(?:the|each|every|this|their|his|her|next|following|my) (?:\w+ )?(?:input|message|text|line|query|prompt|item|turn|reply)s?\b"
    r"|you (?:will |are going to |'ll )?(?:receive|get|be given|read|see|be sent)|you are (?:given|sent)|given (?:an?|the|only)\b|inputs?\b"
    r"|(?:given|typed|entered|provided|sent) by the (?:user|caller)|ask (?:\w+ ){0,3}for|normali[sz]e|validate|format|verify|check|parse|i(?:'ll| will) (?:give|send|type|paste))"
)
"""How an instruction speaks of what comes next."""
_DENIED: Final = re.compile(
    r"\b(?:never|not|don't|do not|without|avoid|refuse|must not|redact|remove|strip|if (?:it|they|any|there))\b"
)
_RETURNS: Final = re.compile(r"\b(?:returns?|gives?|fetch(?:es)?|gets?|looks? up|finds?|reads?|shows?|resolves?)\b")
_SENTENCE: Final = re.compile(r"[^.!?\n]{3,300}[.!?]?")
_NO_VALUE: Final = re.compile(r"[?\n{}<>]")
_WORD: Final = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:['’.-][^\W\d_]+)*[.,]?")
_CALLS: Final = 64
_MOST_WORDS: Final = 4
_LEAST: Final = 2
_MONTH: Final = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)")
_HAS_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
_HAS_DIGITS: Final = re.compile(r"\d")
_LEAST_SAID: Final = 6
_LABEL: Final = 60
"""Characters of an item of a list that may be no more than the label of the next."""
_OF_PEOPLE: Final = frozenset({Carrier.MESSAGE, Carrier.INPUT})


def windows(passages: Sequence[Passage]) -> Iterator[tuple[int, int]]:
    """Indices of a text that may declare and of a short one that it may declare, wherever in the request both stand."""
    short = [
        index
        for index, one in enumerate(passages)
        if 0 < len(one.text) <= _LONGEST and _NO_VALUE.search(one.text) is None
    ]
    if not short:
        return
    said = [index for index in short if passages[index].carrier in _OF_PEOPLE and passages[index].part is Part.TEXT]
    results = [
        index
        for index in short
        if passages[index].carrier is Carrier.TOOL_RESULT and passages[index].part is not Part.KEY
    ]
    named = {
        index: _key(passages[index])
        for index in short
        if passages[index].carrier is Carrier.TOOL_ARGS and passages[index].part is Part.VALUE
    }
    if not (said or results or named):
        return
    for index, passage in enumerate(passages):
        if passage.carrier not in _DECLARE or passage.part is Part.KEY or not _may_tell(passage.text):
            continue
        if passage.carrier is Carrier.TOOL_DEFINITION:
            yield from ((index, at) for at, key in list(named.items())[:_CALLS] if key and _may_describe(passage, key))
            if not passage.cue:
                yield from ((index, at) for at in results[:_MOST] if _RETURNS.search(passage.text[:200].casefold()))
        else:
            yield from ((index, at) for at in said[:_MOST])


_DECLARE: Final = frozenset({Carrier.SYSTEM, Carrier.TOOL_DEFINITION})


def _may_tell(text: str) -> bool:
    """Whether a text names what people have at all: nearly none does."""
    return _LEAST_SAID < len(text) <= _DECLARING and bool(_GATE.open(text.encode("ascii", "replace")))


def _key(passage: Passage) -> str:
    return passage.cue.rpartition(" ")[2]


def _may_describe(passage: Passage, key: str) -> bool:
    return passage.cue.rpartition(" ")[2] == key or (not passage.cue and key in passage.text)


_LEAD: Final = re.compile(r"(?i)\A\W*(?:(?:yes|sure|ok(?:ay)?)[,.]? )?(?:it|that|this|mine)(?:['’]s| is) ")
"""How an answer begins before what was asked for."""


def next_told(passages: Sequence[Passage], folded: Sequence[Normalised]) -> Iterator[tuple[int, list[Hit]]]:
    """What the messages behind the first one are by it, with their places."""
    if len(passages[0].text) < _LEAST_SAID or not _GATE.open(folded[0].shape):
        return
    for at, passage in enumerate(passages[1:], 1):
        short = len(passage.text) <= _LONGEST and _NO_VALUE.search(passage.text) is None
        if short and (said := told(passages[0], passage, folded[0], folded[at])):
            yield at, said


def told(by: Passage, passage: Passage, declaring: Normalised, declared: Normalised) -> list[Hit]:
    """What the declared text is by the one that declares it, in characters of the declared."""
    if not _GATE.open(declaring.shape):
        return []
    text = declaring.text.casefold()
    if by.carrier is Carrier.INPUT:
        kinds = _kinds(text) if len(text) <= _LABEL else frozenset[Kind]()
    elif by.carrier is not Carrier.TOOL_DEFINITION:
        kinds = _instructed(text)
    elif passage.carrier is Carrier.TOOL_RESULT:
        kinds = frozenset[Kind]().union(
            *(_kinds(one[0]) for one in _SENTENCE.finditer(text) if _RETURNS.search(one[0]))
        )
    elif _key(by) == _key(passage):
        kinds = _kinds(text)
    else:
        kinds = _described(text, _key(passage).casefold())
    return [hit for kind in sorted(kinds) for hit in _values(kind, declared)]


def _kinds(text: str) -> frozenset[Kind]:
    return frozenset(kind for kind, pattern in _TELLS if pattern.search(text))


def _instructed(text: str) -> frozenset[Kind]:
    """What an instruction says that comes next; it may also ask for it at its end."""
    found: set[Kind] = set()
    for sentence in _SENTENCE.finditer(text):
        said = sentence[0]
        if _INPUT.search(said) is not None and _DENIED.search(said) is None:
            found |= _kinds(said)
    if text.rstrip()[-1:] in {"?", ":"}:
        found |= _kinds(text[-_LONGEST:])
    return frozenset(found)


def _described(text: str, key: str) -> frozenset[Kind]:
    """What the description of a tool says of one of its arguments: `id: the patient's record number`."""
    said = re.search(rf"(?<!\w){re.escape(key)}[`'\"*]{{0,3}}\s?(?:[:=(–—]|-|is\b|\()\s?([^.;\n]{{3,100}})", text)
    return _kinds(said[1]) if said else frozenset()


def _values(kind: Kind, declared: Normalised) -> Iterator[Hit]:
    text = declared.text
    value = _LEAD.sub("", text).strip(" \t\"'.,;!")
    start = text.find(value)
    if keys.kind_of(value) is not None:
        return  # a label itself
    if value and _is(kind, value):
        yield Hit(kind, start, start + len(value), _CONFIDENCE, Evidence.CUE, patient=True)
    elif kind in {Kind.OTHER_ID, Kind.PHONE}:
        yield from (
            hit._replace(kind=kind) for hit in listen.replied(normalise("what is the medical record number?"), declared)
        )


def _is(kind: Kind, value: str) -> bool:
    """Whether a text as a whole can be what it is declared to be."""
    digits = sum(map(str.isdigit, value))
    match kind:
        case Kind.NAME:
            return _is_name(value)
        case Kind.DATE:
            return (
                len(value) < 32 and 0 < digits < 9 and (digits > _LEAST or _MONTH.search(value.casefold()) is not None)
            )
        case Kind.ADDRESS:
            return digits > 0 and _HAS_LETTERS.search(value) is not None and value.count(" ") < 12
        case _:
            return digits > 3 and digits * 2 >= sum(map(str.isalnum, value)) and keys.fits(kind, value)


def _is_name(value: str) -> bool:
    words = value.split()
    if not 0 < len(words) <= _MOST_WORDS or any(_WORD.fullmatch(word) is None for word in words):
        return False
    said = [word.strip(".,").casefold() for word in words]
    if any(word in names.PLAIN or keys.says_how(word) for word in said):
        return False
    marks = [lexicon.marks(word) for word in said]
    return any(
        mark & lexicon.PEOPLE or (not mark and len(word) > _LEAST) for mark, word in zip(marks, said, strict=True)
    )
