"""Values that the keys of JSON and XML of no known format name, and labels before a value; text in, hits out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote_plus

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.records import keys, paths
from gateway.phi.find.text.gate import Gate
from gateway.phi.find.text.normalise import Normalised
from gateway.phi.find.text.ways import one_of

_CONFIDENCE: Final = 0.97

_NAMED: Final = (
    "(?i:"
    + one_of(
        "(?:"
        + one_of(
            *(
                "patient pt full legal first last middle given family maiden mother'?s? father'?s? spouse'?s? "
                "guardian'?s? guarantor subscriber insured member contact emergency physician provider attending "
                "referring ordering doctor nurse surgeon employer"
            ).split()
        )
        + ")[ ]?(?:first |last |full |maiden |contact )?(?:name)?",
        "name",
        "next of kin",
        "nok",
        "emergency contact",
        "guarantor",
        "subscriber",
        "attending(?: physician)?",
        "referring(?: physician)?",
        "ordering(?: physician| provider)?",
        "pcp",
        "primary care (?:physician|provider)",
        "surname",
        "dictated by",
        "signed by",
        "reported by",
        "performed by",
        "requested by",
        "ordered by",
        "prepared by",
        "read by",
        "interpreted by",
        *"interpreter tech(?:nologist|nician)? px decedent informant caller resident student chaplain".split(),
        "case ?(?:worker|manager)",
        "social worker",
        *"scribe assistant anesthesiologist scrub circulator pharmacist witness".split(),
        "electronically signed by",
        "author",
        "cc",
        "re",
    )
    + ")"
)
_GATE: Final = Gate(
    {
        "key": r"[\"'][A-Za-z_][^\"'\n]{0,60}[\"']\s*(?::|=>?)",
        "element": r"</|/>",
        "query": r"[?&#;](?i:[a-z_.-]{0,24}(?:name|first|last|q|query|search|term|subject|body))=[^&\s]",
        "label": rf"(?:^|[\n\r;,(|.]|[ \t]{{2}})[ \t*_>#-]{{0,6}}{_NAMED}[*_ ]{{0,3}}[:=][*_ \t]{{1,4}}"
        r"((?:(?:Dr|Mr|Mrs|Ms|Miss|Prof)\.? )?[A-Z][\w'.-]{1,30}(?:,? (?:[A-Z][\w'.-]{0,30}|(?:de|la|van|von|der|del|al|bin|el)\b)){0,4})",
        "path": paths.GATE,
        "address": r"(?i)\b(?:address|addr|residence|adresse|anschrift|direccion|indirizzo)(?: is|[ \t]?[:=])[ \t*_]{1,4}([^\n\r;|<>\"{}]{6,110})",
    }
)
"""What a text must hold for anything here to be in it."""


def find(folded: Normalised) -> list[Hit]:
    """Hits in the records that a normalised text holds, if any."""
    shape = folded.shape
    opened = _GATE.open(shape)
    if not opened:
        return []
    text = folded.text if folded.text.isascii() else shape.decode("ascii")
    hits: list[Hit] = []
    if "key" in opened:
        hits.extend(_json(text))
    if "element" in opened:
        hits.extend(_xml(text))
    if "query" in opened:
        hits.extend(_queries(text))
    if "path" in opened:
        hits.extend(paths.find(text))
    if "label" in opened:
        hits.extend(_labels(text, _GATE.spans("label", shape)))
    if "address" in opened:
        hits.extend(_addresses(text, _GATE.spans("address", shape)))
    return hits


# --- JSON, also inside prose ----------------------------------------------------------------------------------------

_TOKEN: Final = re.compile(r"(?P<key>\"(?P<name>[A-Za-z_][^\"\\\n]{0,60})\"\s*(?::|=>?)\s*|'(?P<name2>[A-Za-z_][^'\\\n]{0,60})'\s*(?::|=>?)\s*)|(?P<open>[{\[])|(?P<close>[}\]])"
                           r"|\"(?P<text>(?:[^\"\\]|\\.){0,400})\"|'(?P<text2>(?:[^'\\\n]|\\.){0,200})'(?=\s*[,}\]])|(?P<number>-?\d+(?:\.\d+)?)")  # fmt: skip
_KEY: Final = re.compile(r"[\"'][A-Za-z_][^\"'\n]{0,60}[\"']\s*(?::|=>?)")


def _json(text: str) -> Iterator[Hit]:
    first = _KEY.search(text)
    if first is None:
        return
    stack: list[str] = []
    key = ""
    for token in _TOKEN.finditer(text, first.start()):
        match token.lastgroup:
            case "open":
                stack.append(key)
                stack = stack[-_NESTED:]
                key = key if token.group() == "[" else ""
            case "close":
                key = stack.pop() if stack else ""
            case "text" | "text2" | "number":
                cue = _under(stack, key) if key else ""
                if cue:
                    group = token.lastgroup or "text"
                    yield from _named(cue, token.group(group), token.start(group))
                key = key if stack and stack[-1] == key else ""
            case _:
                key = token.group("name") or token.group("name2") or ""


_NESTED: Final = 64


def _under(stack: list[str], key: str) -> str:
    parents = [name for name in stack[-2:] if name and name != key]
    return f"{parents[-1]} {key}" if parents else key


def _named(cue: str, value: str, at: int) -> Iterator[Hit]:
    bare = value.strip()
    kind = keys.told(cue, bare) if cue else None
    if kind is not None:
        start = at + value.index(bare)
        yield Hit(kind, start, start + len(bare), _CONFIDENCE, Evidence.CUE, patient=kind is not Kind.URL)


# --- queries of addresses ------------------------------------------------------------------------------------------------

_PARAMETER: Final = re.compile(r"[?&#;]([A-Za-z_][\w.-]{0,40})=([^&#\s\"'<>)\]]{2,120})")
_ASKED_FOR: Final = frozenset({"name", "q", "query", "search", "term", "subject", "first", "last"})
_NAME_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def _queries(text: str) -> Iterator[Hit]:
    """Names in the query of an address: `?patient_name=Gonzalez%2C%20Maria`, `?first=Maria&last=Gonzalez`, `?q=Maria+Gonzalez`."""
    for parameter in _PARAMETER.finditer(text):
        key, said = keys.words(parameter[1]), unquote_plus(parameter[2])
        asked = key[-1:] and key[-1] in _ASKED_FOR
        if not asked and keys.kind_of(parameter[1]) is not Kind.NAME:
            continue
        words = _NAME_WORD.findall(said)
        marks = [lexicon.marks(word.casefold()) for word in words]
        named = [bool(mark & lexicon.PEOPLE) and word[0].isupper() for word, mark in zip(words, marks, strict=True)]
        one = len(words) == 1 and key[-1] in {"first", "last"} and bool(marks[0] & _COMMON_PEOPLE)
        full = 2 <= len(words) <= _LONGEST_NAME and any(mark & lexicon.GIVEN for mark in marks)
        if all(named) and (one or full or (words and keys.kind_of(parameter[1]) is Kind.NAME)):
            yield Hit(Kind.NAME, *parameter.span(2), 0.9, Evidence.CUE, patient=True)


_LONGEST_NAME: Final = 4


# --- XML, labels ---------------------------------------------------------------------------------------------

_ELEMENT: Final = re.compile(r"<(?:\w{1,20}:)?([A-Za-z][\w.-]{0,60})(?:\s[^<>]{0,300})?>([^<>]{1,200})</")
_ATTRIBUTES: Final = re.compile(r"<(?:\w{1,20}:)?([A-Za-z][\w.-]{0,60})\s([^<>]{1,400})/?>")
_ATTRIBUTE: Final = re.compile(r"([A-Za-z][\w.-]{0,60})\s?=\s?[\"']([^\"'<>]{1,200})[\"']")


def _xml(text: str) -> Iterator[Hit]:
    for element in _ELEMENT.finditer(text):
        yield from _named(element.group(1), element.group(2), element.start(2))
    for element in _ATTRIBUTES.finditer(text):
        for attribute in _ATTRIBUTE.finditer(text, *element.span(2)):
            cue = (
                element.group(1)
                if attribute.group(1) in {"value", "extension"}
                else f"{element.group(1)} {attribute.group(1)}"
            )
            yield from _named(cue, attribute.group(2), attribute.start(2))


_NOT_A_NAME: Final = re.compile(
    "(?i)(?:"
    + one_of(
        *(
            "unknown none n/?a see not the yes no pending male female denies patient hospital clinic medical "
            "center department health diabetes hypertension history assessment plan please general internal "
            "medicine cardiology what how is are does can this that with has who a an"
        ).split()
    )
    + r")\b"
)


def _labels(text: str, values: Iterable[tuple[int, int]]) -> Iterator[Hit]:
    """`Patient Name: SMITH, JOHN` at the beginning of a line or clause."""
    for start, end in values:
        if _NOT_A_NAME.match(text, start, end) or _nobody(text, start, end) or _said(text, start, end):
            continue
        stop = _NEXT_LABEL.search(text, start, end)
        last = stop.start() if stop else end
        if last > start and not _medical(text[start:last]):
            yield Hit(Kind.NAME, start, last, 0.9, Evidence.CUE, patient=True)


def _nobody(text: str, start: int, end: int) -> bool:
    """Whether `Patient: Oh, hi` is what a person of a talk says, or `name: LOG_BODIES` is a program's, where `Patient Name: Hope Oh` is one."""
    marks = [set(lexicon.words().get(word.casefold(), "")) for word in _WORD.findall(text, start, end) if len(word) > 1]
    if any(mark & _COMMON_PEOPLE for mark in marks):
        return False
    if "_" in text[start:end]:
        return True
    if _NAMED_SO.search(text, max(0, start - 40), start):
        return False
    return bool(marks) and all(lexicon.ORDINARY in mark for mark in marks)


def _said(text: str, start: int, end: int) -> bool:
    """Whether `Nurse: Any allergies?` is a turn of talk and `- name: Checkout` a step of a program.

    A label says who speaks as often as who is meant. What goes on as a sentence, or begins as only talk does, is said.
    """
    value = text[start:end]
    words = _WORD.findall(value)
    named = _NAMED_SO.search(text, max(0, start - 40), start) is not None
    marks = [set(lexicon.words().get(word.casefold(), "")) for word in words if len(word) > 1]
    people = sum(bool(mark & _COMMON_PEOPLE) for mark in marks)
    if named:
        step = _STEP.search(text, max(0, start - 60), start)
        return step is not None and not (people and len(words) > 1)
    if _TALK.match(text, start) or _NEXT_SENTENCE.search(value):
        return True
    goes_on = _GOES_ON.match(text, end) is not None and _NEXT_LABEL.match(text, end) is None
    return (goes_on and people < 2) or (
        len(marks) == 1 and lexicon.ORDINARY in marks[0] and _ASIDE.match(text, end) is not None
    )


_STEP: Final = re.compile(r"(?:^|[\n{,])[ \t]*(?:- )?(?:[\w.-]+: [\w.-]+, )?name: [\"']?$")
"""The name of a step, a job, a hook: as YAML writes it, in small letters and without a word for a person."""
_TALK: Final = re.compile(
    r"(?i)(?:(?:[mh]+-?[mh]+|u+h+|u+m+|er+m*|a+h+|o+h+|ta|aye|yeah|yep|nope|nah|ok|okay|right|well|so|and|but|hi|hello|thanks|sorry)\b[^\w\s]|\w+['’](?:m|d|s|re|ve|ll|t)\b(?!\s+[A-Z]))"
)
"""How a turn of talk begins and a name does not: an interjection and a mark, or a contraction."""
_NEXT_SENTENCE: Final = re.compile(r"[a-z]{2}\. [A-Z]")
_GOES_ON: Final = re.compile(r"[ \t]+[a-z]+\b")
_ASIDE: Final = re.compile(r"[,!?.…]+[ \t]+[a-z]")
_NAMED_SO: Final = re.compile(r"(?i)(?:name|kin|contact|nok)[*_ ]{0,3}[:=][*_ \t]{1,4}$")
_COMMON_PEOPLE: Final = frozenset("GF")
_WORD: Final = re.compile(r"[A-Za-z]+")
_MEDICINE: Final = frozenset({lexicon.DRUG, lexicon.TERM})
_PEOPLE: Final = lexicon.GIVEN | lexicon.FAMILY


def _medical(value: str) -> bool:
    """Whether all words of a value are of medicine: `Mother: HTN`."""
    marks = [set(lexicon.words().get(word, "")) for word in _WORD.findall(value.casefold())]
    return bool(marks) and all(found & _MEDICINE and not found & _PEOPLE for found in marks)


_NEXT_LABEL: Final = re.compile(
    r"(?i),? ?\b(?:"
    + one_of(
        *(
            r"mrn dob d\.o\.b ssn id age aged sex gender male female phone tel cell address addr date acct account "
            "npi dea fax e-?mail pt patient was is has presents? member policy insurance admitted seen room ward "
            "unit bed encounter visit chart md do rn np pa-?c phd born the he she"
        ).split()
    )
    + r")\b\.?"
)


_ADDRESS_ENDS: Final = re.compile(
    r"(?i)[,. ]{0,3}\b(?:phone|tel|telephone|cell|dob|mrn|ssn|e-?mail|fax|insurance|who|and|he|she|patient|pt|contact)\b|[.!?](?:\s+[A-Z]|\s*$)|\)"
)


def _addresses(text: str, values: Iterable[tuple[int, int]]) -> Iterator[Hit]:
    """`Address: Apt 5, 99 King Rd, Austin` up to the end of the clause, when there is a number in it."""
    for start, end in values:
        value = text[start:end]
        stop = next(
            (end for end in _ADDRESS_ENDS.finditer(value) if not _ABBREVIATED.search(value, 0, end.start())), None
        )
        value = (value[: stop.start()] if stop else value).rstrip(" ,.")
        if (
            any(char.isdigit() for char in value)
            and " " in value
            and "@" not in value
            and "://" not in value
            and not _IP.match(value)
        ):
            yield Hit(Kind.ADDRESS, start, start + len(value), 0.93, Evidence.CUE, patient=True)


_ABBREVIATED: Final = re.compile(r"(?i)\b(?:n|s|e|w|st|ave|rd|blvd|apt|ste|no|dr|ln|ct|mt|ft|p|o|hwy|str)$")
_IP: Final = re.compile(r"[\d.:]+\b")
