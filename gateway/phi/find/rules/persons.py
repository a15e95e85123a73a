"""Whether words that a layout or a cue points at may be a person's name: the judges of `people`."""

from __future__ import annotations

import re
from typing import Final

from gateway.phi.find import lexicon
from gateway.phi.find.text.ways import one_of

_WORD: Final = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
_COMMON: Final = frozenset("GF")
_MEDICAL: Final = frozenset({lexicon.DRUG, lexicon.EPONYM, lexicon.BODY, lexicon.TERM, lexicon.REGION})

_PEOPLES_WORDS: Final = (
    "somali thai hmong arab greek czech dutch french iraqi afghan turkish filipino filipina latino latina yemeni bengali punjabi nepali pashto urdu hindi "
    "tamil yoruba igbo hausa swahili navajo cherokee inuit maori samoan roma sikh hindu muslim jewish"
)
_PEOPLES: Final = frozenset(_PEOPLES_WORDS.split())
_TREATMENT: Final = frozenset({lexicon.DRUG, lexicon.TERM})


def _marks(word: str) -> frozenset[str]:
    return lexicon.marks(word.casefold())


def person(word: str) -> bool:
    """A word that is more a name than anything of medicine or of everyday English."""
    marks = _marks(word)
    return bool(marks & _COMMON) or (
        bool(marks & lexicon.PEOPLE) and not marks & _MEDICAL and lexicon.ORDINARY not in marks
    )


def strange(word: str) -> bool:
    """A word that no list knows, as rare names are, or one that is rarely a name and nothing else."""
    return not _marks(word) - lexicon.PEOPLE


def of_a_person(value: str) -> bool:
    """Whether one of the words is a name and none belongs to medicine, or all are unknown."""
    parts = [word for word in _WORD.findall(value) if len(word) > 1]
    if not parts or any(_marks(word) & _MEDICAL and not _marks(word) & _COMMON for word in parts):
        return False
    return any(person(word) for word in parts) or (
        len(parts) > 1 and all(len(word) > 3 and strange(word) for word in parts)
    )


_BESIDE: Final = re.compile(
    r"(?i)[\s,;:|(-]*(?:"
    + one_of(
        *(
            r"$ \n mrn dob d\.o\.b acc(?:oun)?t har\b csn rm\b room bed\b bay\b ward # id\b age\b nhs chi\b ur\b "
            r"\d{1,3}\s?(?:y/?o|yrs?|[mf]\b) [mf]\b male female \d{5,} \d{1,2}/\d{1,2}/\d{2,4} wt\b ht\b pod\b"
        ).split()
    )
    + ")"
)


def filed(value: str, before: str, after: str) -> float:
    """`TUTTLE, Margot Q` where a record begins or its number follows; elsewhere only when both are known as names."""
    if not of_a_person(value) or (value.rpartition(" ")[2].casefold() in _CALENDAR and _DAY.match(after)):
        return 0.0
    starts = not before or before.rstrip(" \t*_>#-")[-1:] in {"\n", "", "|", '"', "=", ")"}
    if _BESIDE.match(after) or starts:
        return 0.9
    return 0.8 if all(person(word) or len(word) == 1 for word in _WORD.findall(value)) else 0.0


_CALENDAR: Final = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december".split()
)


_DAY: Final = re.compile(r",? ?\d{1,4}\b")
"""Behind a month that is one: `FORMULARY UPDATE, April 2024`."""


def owner(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """Whose value it is (`Ottilie's INR`): a name, or a word on no list; no eponym (`Crohn's CT`), nobody's day."""
    marks = _marks(value)
    if value.casefold() in _CALENDAR or marks & _MEDICAL:
        return 0.0
    if value[0].isupper():
        return 0.9 if marks & lexicon.PEOPLE or (not marks and len(value) > 3) else 0.0
    often = bool(marks & lexicon.PEOPLE) and lexicon.ORDINARY not in marks
    return 0.9 if often or (not marks and len(value) > 4) else 0.0


def bedded(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """Who lies in a bed, at the begin of a line: a name and hardly anything else, or a word on no list."""
    return 0.85 if len(value) > 3 and _alone(value) else 0.0


def _alone(word: str) -> bool:
    """Whether a word is a name or an initial where nothing else stands: on no list, or hardly anything else."""
    marks = _marks(word)
    if word.casefold() in _CALENDAR:
        return False
    named = person(word) and not marks & _MEDICAL and (lexicon.ORDINARY not in marks or "G" in marks)
    return len(word) == 1 or named or (len(word) > 3 and strange(word))


def listed(value: str, before: str, after: str) -> float:
    """`Tuttle, Margot rm 12`: in plain letters a record must follow, or nothing stands but the name."""
    if not before and not after.strip():
        return 0.85 if all(map(_alone, _WORD.findall(value))) else 0.0
    if (
        not re.match(r"[\s,;:|(-]*\S", after)
        or _BESIDE.match(after) is None
        or before.strip(" \t")[-1:] not in {"", "\n", ")", ".", "|", "-", "*"}
    ):
        return 0.0
    return 0.85 if of_a_person(value) else 0.0


def joined(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`TUTTLE,MARGOT` or `TUTTLE/M`, as tills and billing systems print it."""
    parts = _WORD.findall(value)
    if any(_marks(word) & _MEDICAL for word in parts) or len(parts[0]) < 3:
        return 0.0
    if "/" in value and len(parts[-1]) > 1:
        return 0.8 if all(map(person, parts)) else 0.0
    if len(parts[-1]) == 1:
        return 0.8 if person(parts[0]) or (strange(parts[0]) and len(parts[0]) > 6) else 0.0
    return 0.9 if any(map(person, parts)) or (all(map(strange, parts)) and min(map(len, parts)) > 3) else 0.0


def told(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A name after a word that announces one: anything but a word of medicine or of everyday English."""
    parts = [word for word in _WORD.findall(value) if len(word) > 1]
    if not parts or any(_marks(word) & _MEDICAL and not _marks(word) & _COMMON for word in parts):
        return 0.0
    return 0.9 if any(person(word) or strange(word) for word in parts) else 0.0


def kin(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`her stepfather Craig`: a known name, or a word no list knows; not "Hispanic", not "Dr"."""
    first = value.split(maxsplit=1)[0]
    if (
        re.match(r"'s? (?:disease|syndrome)|-", after)
        or len(first) < 3
        or first.endswith(("ian", "ese", "anic", "asian", "ish"))
    ):
        return 0.0
    marks = _marks(first)
    known = (
        marks & (lexicon.PEOPLE | lexicon.PLACE)
        and not marks & _TREATMENT
        and (person(first) or lexicon.ORDINARY not in marks)
    )
    return 0.85 if (known and first.casefold() not in _PEOPLES) or not marks else 0.0


_COLUMN_TYPES: Final = frozenset("varchar varchar2 nvarchar char nchar text string str citext clob".split())
"""What a column of names holds, in SQL and its like: `surname VARCHAR(64)`."""


def surname(value: str, before: str, after: str) -> float:
    """`Surname PAPAS` in a form: in capitals whatever the word, else only what may be a name."""
    label = value.casefold() in {
        "name",
        "first",
        "given",
        "unknown",
        "and",
        "forename",
        "forenames",
        "dob",
        "mrn",
        "none",
        "not",
        *_COLUMN_TYPES,
    }
    return 0.0 if label else 0.9 if value.isupper() else told(value, before, after)


def known(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """After `this is` only a name that is common, or nothing but a name."""
    first = value.split(maxsplit=1)[0]
    return 0.85 if person(first) and not _marks(first) & _MEDICAL else 0.0


def given(value: str, before: str, after: str) -> float:
    """`Given Stavroula` in a form, beside its surname."""
    return told(value, before, after) if re.search(r"(?i)surname|last name|family name", before) else 0.0


def quoted(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A name in quotes behind a word for somebody; `name = "tidycase"` alone is a program's as often."""
    if any(char.isdigit() for char in value) or told(value, "", "") == 0:
        return 0.0
    bare = _BARE_NAME.search(before) is not None and value.islower()
    return 0.0 if bare and not any(lexicon.marks(word) & lexicon.PEOPLE for word in value.split()) else 0.95


_BARE_NAME: Final = re.compile(r"(?i)(?:^|[^\w])(?:name|owner|author)\s{0,2}[=:]+\s{0,2}[\"']\Z")


_PARTY: Final = re.compile(
    r"\b(?:Ltd|Limited|Inc|LLC|LLP|plc|PLC|GmbH|AG|SA|Corp|Corporation|Company|Co|Trust|Systems|Services)\.? \(.?$"
)
"""A party of a contract, before what the contract calls it: `Larkfield Systems Ltd ("Supplier")`."""


def alias(value: str, before: str, after: str) -> float:
    if _PRODUCT.search(value) or _SPECIES.match(after) or (_PARTY.search(before) and lexicon.ORDINARY in _marks(value)):
        return 0.0
    quoted = before[-1:] in {'"', "'"}
    return 0.85 if quoted or told(value, before, after) else 0.0


_SPECIES: Final = re.compile(r" [a-z]{4,}[\])]")
"""`(formerly Candida auris)`: what was named anew is a species."""
_PRODUCT: Final = re.compile(
    r"\d|\b(?!Ma?c|O'|De|La|Le|Van|Von|Di|Du|Fitz)[A-Za-z]{2,}[a-z][A-Z]|\b[A-Z]{2,}[a-z]+[A-Z]?|^[A-Z]{2,5}$"
)
"""Written as products and acronyms are: `VSCode`, `GitHub`, `TTS`."""


def signed(value: str, before: str, after: str) -> float:
    return 0.9 if of_a_person(value) or (value[:1].isupper() and told(value, before, after)) else 0.0


def christened(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A known given name and what may be a surname, neither of them of medicine."""
    parts = [word for word in _WORD.findall(value) if word not in _SUFFIXES and len(word) > 1]
    if len(parts) < 2 or not _marks(parts[0]) & lexicon.GIVEN or any(_marks(word) & _TREATMENT for word in parts):
        return 0.0
    return 0.85 if all(person(word) or strange(word) for word in parts) else 0.0


def in_care(value: str, before: str, after: str) -> float:
    """`Patient John Smith`, whatever follows; a house that is called after somebody is none."""
    return 0.0 if _HOUSE.match(after) else christened(value, before, after)


_HOUSE: Final = re.compile(
    r"(?:'s)? (?:Hospital|Clinic|Medical|Cent(?:er|re)|Memorial|Institute|Foundation|University|School)"
)
_SUFFIXES: Final = frozenset({"Jr", "Sr", "II", "III", "IV"})


def newborn(value: str, before: str, after: str) -> float:
    """`Baby Girl Okoro`: the family's name after how a nursery calls who has no other."""
    return told(value.rsplit(" ", 1)[-1], before, after)


def barrelled(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A family name of two at the head of a line, neither half of which is anything else."""
    marks = [lexicon.marks(part.casefold()) & lexicon.ELSE for part in value.split("-")]
    if any(mark - {lexicon.EPONYM} for mark in marks) or all(marks):
        return 0.0
    return 0.85
