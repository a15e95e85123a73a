"""Takes back what only looks like a person or a place: eponyms, drugs, cited authors, states, foundations; finds nothing itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gateway.domain import Finding, Kind
from gateway.phi import lexicon

_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ADDRESSED_WORDS: Final = (
    "dr drs doctor mr mrs ms mx miss prof professor nurse patient pt name named called sister brother mother father "
    "wife husband son daughter"
)
_ADDRESSED: Final = frozenset(_ADDRESSED_WORDS.split())
"""What stands before a person: "Dr. Parkinson saw her" is a name, whatever else Parkinson is."""
_MEDICAL: Final = re.compile(
    r"(?i)(?:['’]s?)?(?:[-/]\w+){0,2}[ -]+(?:and \w+ )?(?:disease|syndromes?|signs?|tests?|testing|reflex(?:es)?|palsy|fractures?|criteria|"
    r"classifications?|scores?|scales?|index|phenomenon|triad|man(?:o?eu)v(?:re|er)s?|contractures?|ulcers?|cysts?|nodes?|points?|grad(?:e|ing)|stag(?:e|ing)|"
    r"stains?|procedures?|operations?|repair|incisions?|catheters?|tubes?|drains?|clamps?|forceps|scissors|splints?|collars?|boots?|lines?|needles?|wires?|pins?|"
    r"an(?:a)?emia|tumou?rs?|lymphomas?|sarcomas?|carcinoma|thyroiditis|angina|law|equation|formula|method|angle|view|position|lesions?|hernias?|canal|glands?|"
    r"ducts?|bodies|cells?|rods?|virus|fever|esophagus|diverticulum|aneurysm|chorea|ataxia|dystrophy|deformity|joint|foot|knee|elbow|node|line|nodules?|spots?|"
    r"rings?|tears?|sphincter|ligaments?|pouch|breathing|respirations?|murmur|pulse|pupils?|exercises?|diet|program|questionnaire|inventory|protocol|regimen|"
    r"trials?|study|guidelines?|solution|lactate|theorem|postulates|razor|curves?|regression|antigens?|agar|medium|broth)\b"
)
_CITED: Final = re.compile(r"(?i)[,.]?\s+(?:et al\b|and (?:colleagues|co-?workers)\b|\(?(?:19|20)\d\d\)?\s?[;)])")
_AUTHORS: Final = re.compile(
    r"\b(?:[A-Z][\w'’-]{1,30} [A-Z]{1,3}(?:, |\. |; | and )){1,12}(?:[^\n]{0,160}?\b(?:19|20)\d\d ?;|[A-Z][\w'’-]{1,30} [A-Z]{1,3}\.|et al\.)"
)
_INITIALS: Final = re.compile(r" [A-Z]{1,3}(?:[,.;]| and )|[,.;]")
"""What follows the name of an author in a citation, or the initials that were taken for a part of the name."""
_BODY: Final = re.compile(
    r"(?:'s|’s)?\s+(?:[A-Z]\w+ ){0,2}(?:Foundation|Trust|Fund|Association|Society|Prize|Award|Act|Law|Initiative|Report|Declaration|Manual|Handbook|Textbook|Atlas)\b"
)
_PATTERN: Final = re.compile(r"[\]\[{}^$*\\=]")
"""Signs of a regular expression or of code, which no identifier holds."""
_VERSION: Final = re.compile(r"v?\d{1,3}(?:\.\d{1,4}){1,4}")
_CATALOGUE: Final = re.compile(
    r"(?i)\b(?:catalog(?:ue)?|cat|sku|item|part|model|version|v|section|chapter|table|figure|form|ndc|nct|doi|pmid|eudract|loinc|snomed|cpt|icd|iso|rfc)"
    r"(?:[ .-]{0,2}(?:no|number|id|#))?[.:# ]{1,3}$"
)
_BETWEEN: Final = re.compile(r"(?i)\b(?:in|from|to|of|than|for|between|across|versus|vs|and|or|near)\s$|,\s$")
_CONNECTING_WORDS: Final = (
    "north south east west new central eastern western northern southern the of and puerto sri costa el"
)
_CONNECTING: Final = frozenset(_CONNECTING_WORDS.split())
_GIVEN_TOO: Final = frozenset(
    (
        "georgia",
        "virginia",
        "carolina",
        "dakota",
        "jordan",
        "israel",
        "kenya",
        "asia",
        "america",
        "chad",
        "montana",
        "indiana",
    )
)
_DAYS_WORDS: Final = (
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays "
    "saturdays sundays mon tue tues wed thu thur thurs fri sat sun every each next last this"
)
_DAYS: Final = frozenset(_DAYS_WORDS.split())
_HOUSE_WORDS: Final = (
    "clinic clinics hospital hospitals or admin research call rounds community rural university teaching outpatient "
    "general the a an our"
)
_HOUSE: Final = frozenset(_HOUSE_WORDS.split())
_NAMES: Final = lexicon.GIVEN | lexicon.FAMILY | lexicon.PLACE
_APART: Final = " \n\t([\"'/,;:."
_LIST: Final = 400
"""Characters around a name in which the list of authors that it may stand in is looked for."""
_JUDGED: Final = frozenset({Kind.NAME, Kind.PLACE, Kind.FACILITY})


def spared(findings: Iterable[Finding], text: str) -> list[Finding]:
    """`findings` of a model without those that are no identifiers; the others as they were."""
    judged = list(findings)
    judged = [found for found in judged if found.kind is not Kind.OTHER_ID or _identifies(found, text)]
    if not any(found.kind in _JUDGED for found in judged):
        return judged
    return [found for found in judged if found.kind not in _JUDGED or not _vetoed(found, text)]


def _identifies(found: Finding, text: str) -> bool:
    """Whether a number may be somebody's: not a version, a catalog number, or a piece of code."""
    if _PATTERN.search(text, found.start, found.end) or _VERSION.fullmatch(text, found.start, found.end):
        return False
    return _CATALOGUE.search(text, max(0, found.start - 24), found.start) is None


def _vetoed(found: Finding, text: str) -> bool:
    value = text[found.start : found.end]
    words = [word.casefold() for word in _WORD.findall(value)]
    if not words or _called(text, found.start) or (len(words) > 1 and words[0] in _ADDRESSED):
        return False
    if _region(words) and (
        found.kind is not Kind.NAME
        or not _GIVEN_TOO.intersection(words)
        or _BETWEEN.search(text, max(0, found.start - 10), found.start)
    ):
        return True
    if found.kind is Kind.NAME and (
        _CITED.match(text, found.end) or _BODY.match(text, found.end) or _author(found, text)
    ):
        return True
    if all(map(_trade, words)) or _somewhere(words, small=value.islower()):
        return True
    if found.kind is Kind.NAME and all(map(_plain, words)):
        return True
    return any(medical(word, text, found.end) for word in words)


def _called(text: str, start: int) -> bool:
    """Whether a title, "patient" or "named" stands right before `start`."""
    before = text[max(0, start - 16) : start]
    if not before or not before[-1].isspace():
        return False
    last = before.rstrip().rstrip(".:")
    return last[max(map(last.rfind, _APART), default=-1) + 1 :].casefold() in _ADDRESSED


def _author(found: Finding, text: str) -> bool:
    """Whether a name stands in a list of authors: "Smith AB, Jones C. Title. 2019;"."""
    if _INITIALS.match(text, found.end) is None:
        return False
    line = text.rfind("\n", 0, found.start) + 1
    return any(
        authors.start() <= found.start < authors.end()
        for authors in _AUTHORS.finditer(text, max(line, found.start - _LIST), found.end + _LIST)
    )


def _somewhere(words: list[str], *, small: bool) -> bool:
    """Some house ("a community clinic") or a day of it ("Mon clinic"), where "General Hospital" is the name of one."""
    days = _DAYS.intersection(words)
    return (small or bool(days)) and all(word in days or word in _HOUSE for word in words)


def medical(word: str, text: str, end: int) -> bool:
    """Whether a casefolded eponym that ends at `end` names a disease, a sign, a device …: "Wilson" in "Wilson's disease"."""
    return lexicon.marked(word, lexicon.EPONYM) and _MEDICAL.match(text, end) is not None


def _region(words: list[str]) -> bool:
    """States, countries and continents, which Safe Harbor lets stand: "Ohio and Kentucky", "South Korea"."""
    whole = [word for word in words if word not in _CONNECTING]
    return bool(whole) and all(lexicon.marked(word, lexicon.REGION) for word in whole)


def _plain(word: str) -> bool:
    """An ordinary word that is in no list of names or places."""
    marks = lexicon.words().get(word, "")
    return lexicon.ORDINARY in marks and not _NAMES & set(marks)


def _trade(word: str) -> bool:
    """A word of medicine or of the trade that is no name of a person: a drug, an organisation, an abbreviation."""
    marks = lexicon.words().get(word, "")
    return bool({lexicon.DRUG, lexicon.BODY, lexicon.TERM} & set(marks)) and not {"G", "F", "f"} & set(marks)
