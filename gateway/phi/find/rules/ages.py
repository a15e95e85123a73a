"""Ages over 89, as Safe Harbor means them, in figures and in words; knows how people tell an age, not whose it is."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.persons import barrelled, strange
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_AGE_UNIT: Final = r"[- ]?(?:years?|yrs?|y)[- ]?(?:olds?|o\b|of age)|\s?(?:y\.?\s?/?\s?o\.?\b|yrs?\b|years?\b|y\b(?:\s\d{1,2}\s?m\b)?)|[- ]year[- ]olds?"
_OLD: Final = r"(?:9\d|1[0-2]\d)"
_SPOKEN_AGE: Final = (
    r"(?:ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a) hundred(?:[- ](?:and[- ])?(?:one|two|three|four|five|six|seven"
    r"|eight|nine|ten))?)"
)

_PERSON: Final = one_of(
    "(?:patient|pt|she|he|i|who|mother|father|mom|mum|mam|mummy|dad|daddy|nan|nana|nanna|granny|gran|wife|husband|lady|woman|man|gentleman|aunt|auntie|uncle|widow|sister|brother|partner|resident)",
    "grand(?:mother|father|ma|pa|ad)",
)
_BEING: Final = (
    "(?:(?: is|'s|'m| am| was|'ll be| will be| would be|'d be| has| have| had| just|'s just|'ve just)?"
    "(?: (?:turned|turns|turning|hit|reached|reaching|coming up (?:to|for|on)|going on|pushing|nearly|almost|now|already|currently|only|about|still|both|rising|getting on for))"
    "| is|'s|'m| am| was|'ll be| will be| would be|'d be)"
)
"""What stands between somebody and how old they are."""


def _age(value: str, before: str, after: str) -> float:  # noqa: ARG001
    generic = re.search(
        r"(?i)(?:patients|adults|people|individuals|women|men|over|under|than|>|<|>=|<=|to|above|below|for|last|past|over the|within|after)\W*$",
        before,
    )
    return 0.5 if generic else 0.95


def _patient_age(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return (
        0.0
        if re.search(r"(?i)(?:over|under|than|[<>]=?|to|above|below|last|past|first|within|after|-)\s*$", before)
        else 0.97
    )


def _stated_age(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return 0.85 if _CLAUSE_ENDS.match(after) else 0.0


_CLAUSE_ENDS: Final = re.compile(
    r"(?: and\b| next\b| last\b| on (?:her|his|my|the|[A-Z])| in (?:[A-Z]|a\b)| when\b| this\b| of (?:a|an|her|his)\b| soon\b|[,.;!?)]|\s*$| years| yo\b| now\b| with\b| who\b| but\b| so\b| or so\b|\s?\n|:(?:\s|$))(?!\d)"
)
_MEASURED: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        *r"sp?o2 sats? saturat\w* hr bp pulse heart rate ra".split(),
        "room air",
        *(
            r"pao2 glucose sugar bg temp weight wt kg score scored figure fig table vol\w* pages? pp chapter "
            "egfr gfr ef sodium na chloride cl mcv creatinine plt platelets? units? dose percent level iq "
            "section no items?"
        ).split(),
    )
    + r")\b[^,]{0,12}, $"
)


def _named_age(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`Margot Tuttle, 92,`: two words that may be a name, or a word for kin and one, before; the end of a clause after."""
    person = re.search(r"([A-Za-z'-]+) (?:[A-Z]\.? )?([A-Z][A-Za-z'-]+)(?:,? (?:Jr|Sr|II|III)\.?)?, $", before)
    if person is None or not _CLAUSE_ENDS.match(after) or _MEASURED.search(before) or before[-2:] != ", ":
        return 0.0
    first, last = person.group(1), person.group(2)
    if first.casefold() in _KIN or first.casefold() in {"mr", "mrs", "ms", "miss", "mx"}:
        return 0.9
    if not first[:1].isupper():
        return 0.0
    named = any(_marks(word) & _PEOPLE for word in (first, last))
    return 0.85 if named and not (_marks(last) & _MEDICAL) else 0.0


_KIN: Final = frozenset(
    [
        "mother", "father", "wife", "husband", "sister", "brother", "aunt", "uncle", "grandmother", "grandfather", "mum", "mom", "dad", "nan", "gran",
        "grandma", "grandpa", "nana", "nanna", "granny", "grandad", "mam", "female", "male", "lady", "gentleman", "woman", "man", "widow", "widower", "neighbour", "neighbor", "patient", "pt", "resident", "partner", "spouse", "client",
    ]
)  # fmt: skip
_PEOPLE: Final = frozenset("GgFfr")
_MEDICAL: Final = frozenset("DOA")


def _marks(word: str) -> frozenset[str]:
    return lexicon.marks(word.casefold())


def _sole_age(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`her mother, 93,` or `Ottilie, 95,`: one word before, for kin or somebody's name; the end of a clause after."""
    person = re.search(r"(?:^|[^\w'-])([A-Za-z'-]{3,}), $", before)
    if person is None or not _CLAUSE_ENDS.match(after) or _MEASURED.search(before) or re.match(r"[,;] ?\d", after):
        return 0.0
    word = person.group(1)
    if word.casefold() in _KIN:
        return 0.85
    return 0.8 if _only_a_name(word) else 0.0


def _only_a_name(word: str) -> bool:
    """Whether people are called by a word with a capital, and nothing else is; or no list has it, and it is built like a name."""
    parts = word.split("-")
    if len(parts) == _TWO and all(part.istitle() and len(part) > _TWO for part in parts) and barrelled(word, "", ""):
        return True  # a family name of two
    marks = _marks(word)
    known = bool(marks & _OFTEN) and not marks & lexicon.ELSE
    return word[:1].isupper() and (
        known or (not marks and len(word) > _SHORT and strange(word) and not _SUBSTANCE.search(word))
    )


_TWO: Final = 2
_OFTEN: Final = frozenset("Gg")
_SHORT: Final = 4
_SUBSTANCE: Final = re.compile(r"(?:ine?|ase|ate|ol|ide|ium|gen|mer|cytes?|phils?|one|s)$")
"""Endings of what a laboratory measures: `Troponin is 95`."""


def _open_age(value: str, before: str, after: str) -> float:
    """`Ottilie, 90+ (says 94)`."""
    return _sole_age(value, before, "," if after.startswith(" (") else after)


def _called_age(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`Bridie is 101 and ready`: after a given name."""
    person = _SOMEBODY.search(before[-_BESIDE:])
    if person is None or not _CLAUSE_ENDS.match(after):
        return 0.0
    return 0.85 if person.group(1) is None or _only_a_name(person.group(1)) else 0.0


_BESIDE: Final = 60
_SOMEBODY: Final = re.compile(
    rf"(?:^|[^\w'-])(?:(?i:(?:mr|mrs|ms|miss|dr)\.?) [A-Z][A-Za-z'-]+|([A-Z][A-Za-z-]+)){_BEING} $"
)


def _bracketed_age(value: str, before: str, after: str) -> float:
    """`Mrs. Ada Strand (98)`: as after a comma."""
    listed = before.removesuffix(" (") + ", "
    return max(_named_age(value, listed, after), _sole_age(value, listed, ""))


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        Kind.AGE,
        rf"(?i:(?:^|[^\w.])({_OLD}(?:{_AGE_UNIT})))",
        judge=_age,
        patient=True,
        hits=("«90 years of age»", "«102-year-old»"),
        misses=("90% of patients",),
    ),
    Rule(
        Kind.AGE,
        rf"(?i:(?:^|[^\w.])({_SPOKEN_AGE}[- ](?:years?|yrs?)[- ](?:old|of age))\b)",
        judge=_age,
        patient=True,
        hits=("the patient is «ninety-four years old»",),
        misses=("ninety years ago",),
    ),
    Rule(
        Kind.AGE,
        rf"(?i:\b(?:age(?:/(?:sex|gender))?[ds]?|turn(?:ed|ing|s)?|(?:is|was) (?:now )?aged)\b(?: of| is| was| at| now|:)?[\s:=]{{0,3}}((?:{_OLD}|{_SPOKEN_AGE})(?:\s?(?:yrs?|yo|y)(?:\s\d{{1,2}}\s?m)?)?)\b)",
        judge=_age,
        patient=True,
        hits=("Age: «96 Y 4 M»", "turned «100»"),
        misses=("Age: unknown",),
    ),
    Rule(
        Kind.AGE,
        rf"(?i:\b(?:{_PERSON}){_BEING}(?:,? (?:what|like|well|um+|uh+|er|gonna be),?)? ({_OLD}|{_SPOKEN_AGE}))\b",
        judge=_stated_age,
        patient=True,
        hits=(
            "so she's what «ninety three»",
            "dad just turned «91»",
            "grandfather is «93»",
            "she'll be «ninety-four» in March",
            "my nan's «96» and",
        ),
        misses=("the patient is 91% saturated",),
    ),
    Rule(
        Kind.AGE,
        rf"(?:^|[^\w.])({_OLD}\s?(?:yo|y\.o\.|y/o|YO|Y/O)?\s?-?(?:[MF]|male|female|man|woman|gentleman|lady))\b",
        judge=_patient_age,
        patient=True,
        hits=("«94yo F»", "«93F»"),
        misses=("94 mg",),
    ),
    Rule(
        Kind.AGE,
        rf"[A-Za-z](?:'s)?{_BEING} ({_OLD}|{_SPOKEN_AGE})\b",
        judge=_called_age,
        patient=True,
        hits=("Bridie is «101» and ready",),
        misses=("Glucose is 101 and fine", "Step is 95"),
    ),
    Rule(
        Kind.AGE,
        rf"(?i:\b(?:died|passed(?: away)?|lived|dead)(?: peacefully)? (?:at|to)(?: be)?(?: the (?:ripe )?(?:old )?age of)? ({_OLD}|{_SPOKEN_AGE}))\b",
        judge=_stated_age,
        patient=True,
        hits=("she lived to «102»", "died at «96»."),
        misses=("died at 96% saturation",),
    ),
    Rule(
        Kind.AGE,
        rf"(?i:(?:^|[^\w/])(?:[MF]|male|female|man|woman)[ ]?[/,-]? ?({_OLD}))(?:$|[^\w%/.:-]|[.](?:$|\s))",
        judge=_stated_age,
        patient=True,
        hits=("F/«93» ", "Female, «94», from home"),
        misses=("FM 94 radio",),
    ),
    Rule(
        Kind.AGE,
        rf"[A-Za-z], ({_OLD})(?:$|[^\w%/.-]|[.](?:$|\s))",
        judge=_sole_age,
        patient=True,
        hits=("her mother, «93», went", "Ottilie, «95», fell"),
        misses=("Sodium, 101, done",),
    ),
    Rule(
        Kind.AGE,
        rf"[A-Za-z], ({_OLD})(?:$|[^\w%/.-]|[.](?:$|\s))",
        judge=_named_age,
        patient=True,
        hits=("Pasquale Ferrante, «98»", "Ivy Clutterbuck, «91»"),
        misses=("Hepatitis B, 91, done",),
    ),
    Rule(
        Kind.AGE,
        rf"[A-Za-z] \(({_OLD})\)",
        judge=_bracketed_age,
        patient=True,
        hits=("Dorothea Quist («99»),", "Sylvester Quant («90»)"),
        misses=("Smith et al (98) described",),
    ),
    Rule(
        Kind.AGE,
        rf"(?i:\b(?:rm|room|bed|apt|unit)\.? ?\d{{1,4}}[a-z]?[.,;] ({_OLD})[.,;](?:\s|$))",
        0.85,
        patient=True,
        hits=("rm 12. «99».",),
        misses=("rm 12. unknown.",),
    ),
    Rule(
        Kind.AGE,
        rf"(?i:(?:\b|_)age_?(?:in_?)?(?:years?|yrs?|y|at_?\w{{1,12}})?[\"']?\s?[:=]\s?[\"']?({_OLD}(?:\s?(?:yrs?|yo|y)(?:\s\d{{1,2}}\s?m)?)?)\b)",
        0.97,
        Evidence.CUE,
        patient=True,
        hits=('{"age_in_years": «93»', '{"ageInYears": «93»'),
        misses=('{"age_in_years": unknown',),
    ),
    Rule(
        Kind.AGE,
        rf"(?i:\((?:(?:s?he )?(?:says|claims|reckons|states|thinks|gives|given as|stated|actually|really|now)(?: (?:she|he)(?:'s| is))?) ({_OLD})\))",
        0.9,
        patient=True,
        hits=("Marchetti-Quaye, 90+ (says «94»), off legs",),
        misses=("(says 94%)",),
    ),
    Rule(
        Kind.AGE,
        rf"[A-Za-z], ({_OLD}\+)(?:$|[^\w%/.-]|[.](?:$|\s))",
        judge=_open_age,
        patient=True,
        hits=("Ottilie, «90+», off legs", "Abernethy-Quaye, «90+» (says"),
        misses=("Sodium, 90+, done",),
    ),
    Rule(
        Kind.AGE,
        rf"[;|\t] ?({_OLD}) ?[;|\t] ?(?:M|F|m|f|male|female|Male|Female) ?[;|\t]",
        0.85,
        hits=("1929-11-02;«94»;F;Hood River",),
        misses=("bed;94;Full;x",),
    ),
    Rule(
        Kind.AGE,
        r"(?i:\b(nonagenarian|centenarian|(?:in )?(?:his|her|their) (?:early |mid |late |mid-|late-|early-)?(?:90s|nineties|100s)))\b",
        0.9,
        patient=True,
        hits=("«his 90s»",),
        misses=("the 90s",),
    ),
)
