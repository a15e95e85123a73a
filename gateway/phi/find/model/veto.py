"""Takes back what only looks like a person or a place: eponyms, drugs, cited authors, states, foundations; finds nothing itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gateway.domain import Finding, Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Hit
from gateway.phi.find.model import measures, numbered
from gateway.phi.find.text.ways import one_of

_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ADDRESSED_WORDS: Final = (
    "dr drs doctor mr mrs ms mx miss prof professor nurse patient pt name named called sister brother mother father "
    "wife husband son daughter"
)
_ADDRESSED: Final = frozenset(_ADDRESSED_WORDS.split())
"""What stands before a person: "Dr. Parkinson saw her" is a name, whatever else Parkinson is."""
_MEDICAL: Final = re.compile(
    r"(?i)(?:['’]s?)?(?:[-/]\w+){0,2}[ -]+(?:and \w+ )?(?:"
    + one_of(
        *(
            "disease syndromes? signs? tests? testing reflex(?:es)? palsy fractures? criteria classifications? "
            "scores? scales? index phenomenon triad man(?:o?eu)v(?:re|er)s? contractures? ulcers? cysts? nodes? "
            "points? grad(?:es?|ing) stag(?:es?|ing) stains? procedures? operations? repair incisions? catheters? "
            "tubes? drains? clamps? forceps scissors splints? collars? boots? lines? needles? wires? pins? "
            "an(?:a)?emia tumou?rs? lymphomas? sarcomas? carcinoma thyroiditis angina law equation formula method "
            "angle view position lesions? hernias? canal glands? ducts? bodies cells? rods? virus fever esophagus "
            "diverticulum aneurysm chorea ataxia dystrophy deformity joint foot knee elbow node line nodules? "
            "spots? rings? tears? sphincter ligaments? pouch breathing respirations? murmur pulse pupils? "
            "exercises? diet program questionnaire inventory protocol regimen trials? study guidelines? solution "
            "lactate theorem postulates razor curves? regression antigens? agar medium broth"
        ).split()
    )
    + r")\b"
)
_CITED: Final = re.compile(
    r"(?i)[,.]?\s+(?:et al\b|and (?:colleagues|co-?workers)\b|\(?(?:19|20)\d\d\)?\s?[;)])|\s(?:and|&)\s(?-i:[A-Z])[\w'-]+,? \(?(?:19|20)\d\d\b"
)
_YEAR_AFTER: Final = re.compile(r"\s(?:19|20)\d\d\b(?![-/.]\d)")
_DATED: Final = re.compile(r"\b(?:19|20)\d\d$")
_AUTHORS: Final = re.compile(
    r"\b(?:[A-Z][\w'’-]{1,30} [A-Z]{1,3}(?:, |\. |; | and )){1,12}(?:[^\n]{0,160}?\b(?:19|20)\d\d ?;|[A-Z][\w'’-]{1,30} [A-Z]{1,3}\.|et al\.)"
)
_INITIALS: Final = re.compile(r" [A-Z]{1,3}(?:[,.;]| and )|[,.;]")
"""What follows the name of an author in a citation, or the initials that were taken for a part of the name."""
_LISTED: Final = re.compile(r"(?:[A-Z][\w'’-]{1,30} [A-Z]{1,3}(?:[,.;] ?|$)){2,}")
"""Authors as a reference lists them: "Zhang Y, Kim H."."""
_ENDOWED: Final = re.compile(r"\b(?:Foundation|Trust|Fund|Association|Society|Prize|Award)$|^Factor [IVX]+ ")
_BODY: Final = re.compile(
    r"(?:'s|’s)?\s+(?:[A-Z]\w+ ){0,2}(?:Foundation|Trust|Fund|Association|Society|Prize|Award|Act|Law|Initiative|Report|Declaration|Manual|Handbook|Textbook|Atlas)\b"
)
_PATTERN: Final = re.compile(r"[\]\[{}^$*\\=]")
"""Signs of a regular expression or of code, which no identifier holds."""
_CODED: Final = re.compile(
    one_of(
        *(
            r"v?\d{1,3}(?:\.\d{1,4}){1,4} [A-TV-Z]\d[0-9AB]\.[0-9A-Z]{1,4} [A-Z][A-Za-z]{2,9}(?:19|20)\d\d "
            r"urn:.* [a-z]+/1,?0{2,5} (?:\w+://)?(?:[\w.-]+@)?[\w-]+(?:\.[\w-]+)+:\d{2,5}(?:/.*)? "
            r"[\w.:-]+@[\w.-]+:\d{2,5}/.* (?:1-)?8(?:00|33|44|55|66|77|88)-\d{3}-\d{4}"
        ).split(),
        r"08(?:00|08) ?\d{3} ?\d{3,4}",
        "(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})",
    )
)
"""A version ("7.11.3"), a code of ICD-10 ("E11.22"), a score of a year ("ITAS2010"), a host and its port, a toll-free number, a UUID or a hash."""
_YEAR_DIGITS: Final = 4
_BARE_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b(?![-/.]\d)")
_DAY: Final = re.compile(
    r"(?i)\d|jan|feb|ma[ry]|apr|ju[nl]|aug|sep|oct|nov|dec|day|th\b|first|second|third|easter|christmas|xmas|eve\b|ramadan|diwali|eid\b"
)
"""Without any of these a date is no date."""
_PORT: Final = re.compile(r"\d{2,5}(?:[/:].*)?", re.DOTALL)
_HOST: Final = re.compile(r"(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|/[A-Za-z0-9-]+):$")
"""A host and its colon: what follows is a port."""
_DIGITS: Final = 3
"""Fewer are no identifier that only its context would tell."""
_WRITTEN_IN_CODE: Final = re.compile(r"[=<>{}\\@$^*|~]|\w\.\w+\.\w")
"""Signs that stand in a class name or a log, and in nobody's name: "java.lang.Error"."""
_MAYBE_CODE: Final = re.compile(r"_|[a-z]\.[A-Za-z]")
"""Signs of code that an account name may hold too: "log_level", but "j.smith" and "SMITH_JOHN"."""
_ZONE: Final = re.compile(r"(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Z]")
"""A time zone: "America/New_York"."""
_CONTRACTED: Final = re.compile(
    r"(?:[a-z]+n't|(?:i|you|we|they|he|she|it|that|there|who|what|let|here|how|where)'(?:m|re|ve|ll|d|s))"
)
_CODE_SYSTEM: Final = re.compile(
    r"(?i)\b(?:snomed|loinc|rxnorm|omop|icd-?(?:9|10)|cpt|hcpcs|concept ids?|coders?|coding)\b(?![^\n]*\b(?:mrn|account|policy|member|claim|patient|pt|chart|case|record|encounter)\b)"
)
"""A text about codes: its bare numbers are codes."""
_BETWEEN: Final = re.compile(r"(?i)\b(?:in|from|to|of|than|for|between|across|versus|vs|and|or|near)\s$|,\s$")
_CONNECTING_WORDS: Final = (
    "north south east west new central eastern western northern southern the of and puerto sri costa el"
)
_CONNECTING: Final = frozenset(_CONNECTING_WORDS.split())
_GIVEN_TOO: Final = frozenset(
    "georgia virginia carolina dakota jordan israel kenya asia america chad montana indiana".split()
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
_CODE: Final = re.compile(
    one_of(
        *r"[;{]\s*(?://.*)?$ => -> :: \w\(\w*\) \w\.\w+\( [!=]= && \|\|".split(),
        r"^\s*(?:"
        + one_of(
            *(
                "def class import from fun fn func let var val const return public private protected static struct "
                "impl use pub package interface enum if for while try catch except raise throw resource output "
                "variable apiVersion kind RUN COPY ENV SELECT INSERT UPDATE CREATE ALTER"
            ).split()
        )
        + r")\b[^.?]*[({:;=]",
    )
)
"""A line of a program."""
_PEOPLE: Final = frozenset("GgFf")
_BESIDE: Final = 160
_JUDGED: Final = frozenset({Kind.NAME, Kind.PLACE, Kind.FACILITY})


def spared(findings: Iterable[Finding], text: str) -> list[Finding]:
    """`findings` of a model without those that are no identifiers; the others as they were."""
    return [found for found in findings if not _mistaken(found, text)]


def _mistaken(found: Finding, text: str) -> bool:
    if found.kind is Kind.OTHER_ID:
        return not _identifies(found, text)
    if found.kind is Kind.DATE:
        value = text[found.start : found.end]
        if value.isdecimal() and len(value) > _YEAR_DIGITS:
            return not _identifies(found, text)
        return (
            _DAY.search(_BARE_YEAR.sub("", value)) is None
            or _CODED.fullmatch(value) is not None
            or numbered.no_day(value, text[max(0, found.start - 24) : found.start], text[found.end : found.end + 24])
        )
    return found.kind in _JUDGED and _vetoed(found, text)


def _identifies(found: Finding, text: str) -> bool:
    """Whether a number may be somebody's: not a version, a catalog number, a diagnosis, or a piece of code."""
    value = text[found.start : found.end]
    if _called(text, found.start):
        return any(map(str.isdigit, value))
    if _PORT.fullmatch(value) and _HOST.search(text, max(0, found.start - 40), found.start):
        return False
    if sum(map(str.isdigit, value)) < _DIGITS or _PATTERN.search(value) or _CODED.fullmatch(value):
        return False
    if numbered.of_things(value, text, found.start):
        return False
    return not value.isdecimal() or _CODE_SYSTEM.search(text, max(0, found.start - _LIST), found.start) is None


def _vetoed(found: Finding, text: str) -> bool:
    value = text[found.start : found.end]
    words = [word.casefold() for word in _WORD.findall(value)]
    if _ZONE.match(text, found.start) or (found.kind is Kind.NAME and _WRITTEN_IN_CODE.search(value)):
        return True
    if not words or _called(text, found.start) or (len(words) > 1 and words[0] in _ADDRESSED):
        return False
    if _region(words) and (
        found.kind is not Kind.NAME
        or not _GIVEN_TOO.intersection(words)
        or _BETWEEN.search(text, max(0, found.start - 10), found.start)
    ):
        return True
    if found.kind is Kind.NAME and (
        _CITED.match(text, found.end)
        or (len(words) == 1 and _of_a_year(found, value, text))
        or _LISTED.fullmatch(value)
        or _BODY.match(text, found.end)
        or _author(found, text)
    ):
        return True
    if _ENDOWED.search(value) or _nobody(found, value, words, text):
        return True
    if found.kind is Kind.NAME and _PAIR.fullmatch(value) and _eponyms(value.casefold(), words):
        return True
    if not any(map(_called_so, words)) and _in_code(found, value, text):
        return True
    if all(map(_trade, words)) or _somewhere(words, small=value.islower()):
        return True
    if found.kind is Kind.NAME and (all(map(_plain, words)) or all(map(_symbol, words))):
        return True
    return any(medical(word, text, found.end) for word in words)


def _nobody(found: Finding, value: str, words: list[str], text: str) -> bool:
    """Whether a name is of a species, a country, a feast or month of a rota, or a ward that was named after somebody."""
    if _SPECIES.fullmatch(value) or " ".join(words) in _COUNTRIES:
        return True
    if not _FEASTS.isdisjoint(words) or (len(words) > 1 and words[0] in _MONTHS):
        return all(
            word in _FEASTS or word in _MONTHS or lexicon.marked(word, lexicon.ORDINARY) or word == "rota"
            for word in words
        )
    return found.kind is Kind.NAME and (
        _WARD.match(text, found.end) is not None
        or (len(words) > 1 and words[-1] in _WARDS and value.rsplit(maxsplit=1)[-1].islower())
    )


_SPECIES: Final = re.compile(r"[A-Z][a-z]?\. [a-z]{4,}")
"""A genus cut short and an epithet in small letters: "S. aureus"; a person would be written "S. Aureus"."""
_COUNTRIES: Final = frozenset(
    (
        "cape verde", "sierra leone", "ivory coast", "sao tome", "east timor", "hong kong", "san marino", "saint lucia", "st lucia", "saint vincent", "saint kitts",
        "el salvador", "cabo verde", "sao tome and principe", "trinidad and tobago",
    )
)  # fmt: skip
_MONTHS: Final = frozenset(
    "january february march april may june july august september october november december".split()
)
_FEASTS: Final = frozenset(
    "diwali hanukkah michaelmas ramadan eid easter christmas passover holi vesak nowruz thanksgiving halloween pentecost whitsun epiphany lent purim juneteenth hogmanay".split()
)
_WARDS_WORDS: Final = "ward wing hospice building block theatre auditorium campus pavilion atrium annexe lounge foyer"
_WARDS: Final = frozenset(_WARDS_WORDS.split())
_WARD: Final = re.compile(rf"(?:'s)? (?:[A-Z]\w+ )?(?:{'|'.join(_WARDS_WORDS.split())})\b(?! ?(?:\d|[A-Z]\b|round))")
"""What a ward is called, and not somebody on ward 3."""


def _called(text: str, start: int) -> bool:
    """Whether a title, "patient" or "named" stands right before `start`."""
    before = text[max(0, start - 16) : start]
    if not before or not before[-1].isspace():
        return False
    last = before.rstrip().rstrip(".:")
    return last[max(map(last.rfind, _APART), default=-1) + 1 :].casefold() in _ADDRESSED


def _of_a_year(found: Finding, value: str, text: str) -> bool:
    """`Lindgren 2008`: a lone surname and a year are a reference, a whole name and a year may be a patient's."""
    return _DATED.search(value) is not None or _YEAR_AFTER.match(text, found.end) is not None


_CARED: Final = re.compile(r"(?i)\b(?:patient|pt|client|resident|mr|mrs|ms|miss)\b[.,:]? $")
"""Somebody in care is no author, wherever it stands."""


def _author(found: Finding, text: str) -> bool:
    """Whether a name stands in a list of authors: "Smith AB, Jones C. Title. 2019;"."""
    if _INITIALS.match(text, found.end) is None or _CARED.search(text, max(0, found.start - 24), found.start):
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
    if word in measures.SCALES and measures.SCORED.match(text, end) is not None:
        return True
    return lexicon.marked(word, lexicon.EPONYM) and _MEDICAL.match(text, end) is not None


def _region(words: list[str]) -> bool:
    """States, countries and continents, which Safe Harbor lets stand: "Ohio and Kentucky", "South Korea"."""
    whole = [word for word in words if word not in _CONNECTING]
    return bool(whole) and all(lexicon.marked(word, lexicon.REGION) for word in whole)


def _plain(word: str) -> bool:
    """An ordinary word that is in no list of names or places."""
    if "'" in word and _CONTRACTED.fullmatch(word):
        return True
    marks = lexicon.words().get(word, "")
    return lexicon.ORDINARY in marks and not _NAMES & set(marks)


def _eponyms(value: str, words: list[str]) -> bool:
    """`Hosmer-Lemeshow`: two names joined, one of a textbook, and neither so common that a patient may have both."""
    eponyms = sum(lexicon.marked(word, lexicon.EPONYM) for word in words)
    frequent = sum(lexicon.marked(word, _FREQUENT) for word in words)
    return value in _WELL_KNOWN_PAIRS or (eponyms == 1 and not frequent) or (eponyms > 1 and frequent < eponyms)


_PAIR: Final = re.compile(r"[^\W\d_]+[-–][^\W\d_]+(?:'s)?")
_FREQUENT: Final = "F"
_PAIR_WORDS: Final = (
    "stevens-johnson hosmer-lemeshow kaplan-meier mann-whitney wilcoxon-mann gustilo-anderson silverman-andersen silverman-anderson lund-browder holmes-adie "
    "smith-petersen dandy-walker watson-jones watson-crick reed-sternberg"
)
_WELL_KNOWN_PAIRS: Final = frozenset(_PAIR_WORDS.split())


def _in_code(found: Finding, value: str, text: str) -> bool:
    """A name that is written as only programs write, or bare in a line of one: what is quoted there may be data."""
    if found.kind is Kind.NAME and _MAYBE_CODE.search(value):
        return True
    quoted = text[found.start - 1 : found.start] in _QUOTES or text[found.end : found.end + 1] in _QUOTES
    return not quoted and _CODE.search(_line(text, found)) is not None


_QUOTES: Final = frozenset("'\"`")


def _line(text: str, found: Finding) -> str:
    """The line of a finding, as far as one looks: a whole file may be one line."""
    low, high = max(0, found.start - _BESIDE), found.end + _BESIDE
    start, end = text.rfind("\n", low, found.start), text.find("\n", found.end, high)
    return text[start + 1 if start >= 0 else low : end if end >= 0 else high]


def _called_so(word: str) -> bool:
    """Whether people are called so, often enough to be in a list."""
    return bool(_PEOPLE & set(lexicon.words().get(word, "")))


def _symbol(word: str) -> bool:
    """One or two letters that nobody is called: "Na", "K", "Rh"."""
    return len(word) < 3 and not _NAMES & set(lexicon.words().get(word, ""))


def _trade(word: str) -> bool:
    """A word of medicine or of the trade that is no name of a person: a drug, an organisation, an abbreviation."""
    marks = lexicon.words().get(word, "")
    return bool({lexicon.DRUG, lexicon.BODY, lexicon.TERM} & set(marks)) and not {"G", "F", "f"} & set(marks)


def empty(hit: Hit, text: str) -> bool:
    """Whether what only its context made a finding holds no value: a label, a score, a public code, one small letter."""
    value = text[hit.start : hit.end].strip(" .,;:()'\"")
    before = text[max(0, hit.start - 24) : hit.start]
    match hit.kind:
        case Kind.DATE:
            ratio = _RATIO.match(value)
            return ratio is not None and (
                _SCORED.search(before) is not None or not _may_be_a_day(*map(int, ratio.groups()))
            )
        case Kind.OTHER_ID | Kind.ACCOUNT | Kind.PHONE | Kind.MRN | Kind.PLAN_MEMBER:
            digits = "".join(_ANY_DIGIT.findall(value))
            if hit.kind is Kind.OTHER_ID and measures.no_number(text, hit.start, hit.end):
                return True
            bare = not digits and (value.isalpha() or _RUNS.search(value) is None) and not _joined(hit, text)
            return (
                bare
                or digits[-10:] in lexicon.PUBLIC_LINES
                or bool(_PUBLIC_NUMBER.match(value))
                or bool(_PUBLIC_CODE.search(before))
            )
        case Kind.NAME:
            return (len(value) < 2 and not value.isupper()) or _ROLES.issuperset(_RUNS.findall(value.casefold()))
        case Kind.PLACE:
            return _MONEY.match(value) is not None
        case _:
            return False


_MONEY: Final = re.compile(r"[£$€¥]\s?\d")
_RUNS: Final = re.compile(r"[^\W\d_]+")
_ROLES_WORDS: Final = "nurse rn lpn np pa md do dr mr mrs ms miss mx sister brother daughter son mother father wife husband charge pastor chaplain officer rev patient pt dtr pharmd rph dnp dpm"
_ROLES: Final = frozenset(_ROLES_WORDS.split())


def _joined(hit: Hit, text: str) -> bool:
    """Whether a finding is a piece of something longer: `-WZZ` of `0220-WZZ`."""
    return text[hit.start - 1 : hit.start] in _JOINTS or text[hit.end : hit.end + 1] in _JOINTS


_JOINTS: Final = frozenset("-/_.")


def _may_be_a_day(first: int, second: int) -> bool:
    return 1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12


_RATIO: Final = re.compile(r"(\d{1,3})/(\d{1,3})$")
_SCORED: Final = re.compile(
    r"(?i)(?:\bpain|\bscore|\bva|acuity|vision|unaided|strength|power|\bmoca|\bmmse)\b[\w\s:=]{0,12}$|(?:[A-Za-z:,.;]|/\d{1,2}) ?\b[LR] $"
)
_PUBLIC_NUMBER: Final = re.compile(
    r"(?:ORA-\d{5}$|(?:TS|CS|MSB)\d{4}$|KB\d{6,7}|CVE-\d{4}-\d{4,}|[KP]\d{6}|RFC ?\d{3,5}|NCT\d{8})$"
)
_PUBLIC_CODE: Final = re.compile(r"(?i)\b(?:rx)?(?:bin|pcn|cpt|hcpcs|icd(?:-?10)?|drg|ncpdp|kasse|billing)[\s:#]{1,3}$")
_ANY_DIGIT: Final = re.compile(r"\d")
