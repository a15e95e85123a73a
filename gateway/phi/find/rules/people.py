"""Names that the layout or a word beside them tells: `SURNAME, Given` at a bed, a signature, an alias, `pt="..."`; never prose."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.rule import Rule

_WORD: Final = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
_PEOPLE: Final = lexicon.GIVEN | lexicon.FAMILY
_COMMON: Final = frozenset("GF")
_MEDICAL: Final = frozenset({lexicon.DRUG, lexicon.EPONYM, lexicon.BODY, lexicon.TERM, lexicon.REGION})

_PEOPLES_WORDS: Final = (
    "somali thai hmong arab greek czech dutch french iraqi afghan turkish filipino filipina latino latina yemeni bengali punjabi nepali pashto urdu hindi "
    "tamil yoruba igbo hausa swahili navajo cherokee inuit maori samoan roma sikh hindu muslim jewish"
)
_PEOPLES: Final = frozenset(_PEOPLES_WORDS.split())
_TREATMENT: Final = frozenset({lexicon.DRUG, lexicon.TERM})


def _marks(word: str) -> frozenset[str]:
    return frozenset(lexicon.words().get(word.casefold(), ""))


def _person(word: str) -> bool:
    """A word that is more a name than anything of medicine or of everyday English."""
    marks = _marks(word)
    return bool(marks & _COMMON) or (bool(marks & _PEOPLE) and not marks & _MEDICAL and lexicon.ORDINARY not in marks)


def _strange(word: str) -> bool:
    """A word that no list knows, as rare names are, or one that is rarely a name and nothing else."""
    return not _marks(word) - _PEOPLE


def _of_a_person(value: str) -> bool:
    """Whether one of the words is a name and none belongs to medicine, or all are unknown."""
    parts = [word for word in _WORD.findall(value) if len(word) > 1]
    if not parts or any(_marks(word) & _MEDICAL and not _marks(word) & _COMMON for word in parts):
        return False
    return any(_person(word) for word in parts) or (
        len(parts) > 1 and all(len(word) > 3 and _strange(word) for word in parts)
    )


_BESIDE: Final = re.compile(
    r"(?i)[\s,;:|(-]*(?:$|\n|mrn|dob|d\.o\.b|acc(?:oun)?t|har\b|csn|rm\b|room|bed\b|bay\b|ward|#|id\b|age\b|nhs|chi\b|ur\b|\d{1,3}\s?(?:y/?o|yrs?|[mf]\b)|[mf]\b|male|female|"
    r"\d{5,}|\d{1,2}/\d{1,2}/\d{2,4}|wt\b|ht\b|pod\b)"
)


def _filed(value: str, before: str, after: str) -> float:
    """`TUTTLE, Margot Q` where a record begins or its number follows; elsewhere only when both are known as names."""
    if not _of_a_person(value):
        return 0.0
    starts = not before or before.rstrip(" \t*_>#-")[-1:] in {"\n", "", "|", '"', "=", ")"}
    if _BESIDE.match(after) or starts:
        return 0.9
    return 0.8 if all(_person(word) or len(word) == 1 for word in _WORD.findall(value)) else 0.0


def _listed(value: str, before: str, after: str) -> float:
    """`Tuttle, Margot rm 12`: in plain letters a record must follow."""
    if (
        not re.match(r"[\s,;:|(-]*\S", after)
        or _BESIDE.match(after) is None
        or before.strip(" \t")[-1:] not in {"", "\n", ")", ".", "|", "-", "*"}
    ):
        return 0.0
    return 0.85 if _of_a_person(value) else 0.0


def _joined(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`TUTTLE,MARGOT` or `TUTTLE/M`, as tills and billing systems print it."""
    parts = _WORD.findall(value)
    if any(_marks(word) & _MEDICAL for word in parts) or len(parts[0]) < 3:
        return 0.0
    if "/" in value and len(parts[-1]) > 1:
        return 0.8 if all(map(_person, parts)) else 0.0
    if len(parts[-1]) == 1:
        return 0.8 if _person(parts[0]) or (_strange(parts[0]) and len(parts[0]) > 6) else 0.0
    return 0.9 if any(map(_person, parts)) or (all(map(_strange, parts)) and min(map(len, parts)) > 3) else 0.0


def _told(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A name after a word that announces one: anything but a word of medicine or of everyday English."""
    parts = [word for word in _WORD.findall(value) if len(word) > 1]
    if not parts or any(_marks(word) & _MEDICAL and not _marks(word) & _COMMON for word in parts):
        return 0.0
    return 0.9 if any(_person(word) or _strange(word) for word in parts) else 0.0


def _kin(value: str, before: str, after: str) -> float:  # noqa: ARG001
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
        marks & (_PEOPLE | lexicon.PLACE)
        and not marks & _TREATMENT
        and (_person(first) or lexicon.ORDINARY not in marks)
    )
    return 0.85 if (known and first.casefold() not in _PEOPLES) or not marks else 0.0


def _surname(value: str, before: str, after: str) -> float:
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
    }
    return 0.0 if label else 0.9 if value.isupper() else _told(value, before, after)


def _known(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """After `this is` only a name that is common, or nothing but a name."""
    first = value.split(maxsplit=1)[0]
    return 0.85 if _person(first) and not _marks(first) & _MEDICAL else 0.0


def _given(value: str, before: str, after: str) -> float:
    """`Given Stavroula` in a form, beside its surname."""
    return _told(value, before, after) if re.search(r"(?i)surname|last name|family name", before) else 0.0


def _quoted(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return 0.0 if any(char.isdigit() for char in value) or _told(value, "", "") == 0 else 0.95


def _alias(value: str, before: str, after: str) -> float:
    if _PRODUCT.search(value):
        return 0.0
    quoted = before[-1:] in {'"', "'"}
    return 0.85 if quoted or _told(value, before, after) else 0.0


_PRODUCT: Final = re.compile(
    r"\d|\b(?!Ma?c|O'|De|La|Le|Van|Von|Di|Du|Fitz)[A-Za-z]{2,}[a-z][A-Z]|\b[A-Z]{2,}[a-z]+[A-Z]?|^[A-Z]{2,5}$"
)
"""Written as products and acronyms are: `VSCode`, `GitHub`, `TTS`."""


def _signed(value: str, before: str, after: str) -> float:
    return 0.9 if _of_a_person(value) or (value[:1].isupper() and _told(value, before, after)) else 0.0


def _christened(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A known given name and what may be a surname, neither of them of medicine."""
    parts = [word for word in _WORD.findall(value) if word not in _SUFFIXES and len(word) > 1]
    if len(parts) < 2 or not _marks(parts[0]) & lexicon.GIVEN or any(_marks(word) & _TREATMENT for word in parts):
        return 0.0
    return 0.85 if all(_person(word) or _strange(word) for word in parts) else 0.0


_SUFFIXES: Final = frozenset({"Jr", "Sr", "II", "III", "IV"})


def _newborn(value: str, before: str, after: str) -> float:
    """`Baby Girl Okoro`: the family's name after how a nursery calls who has no other."""
    return _told(value.rsplit(" ", 1)[-1], before, after)


_CAPS: Final = r"[A-Z][A-Z'-]{1,24}[A-Z](?: [A-Z][A-Z'-]{1,24}[A-Z]){0,2}"
_TITLE: Final = r"[A-Z][a-z]{1,24}(?:[-'][A-Z]?[a-z]{1,24})?"
_ANY: Final = r"[A-Z][A-Za-z'-]{1,30}"
_FIRST: Final = rf"{_ANY}(?: {_TITLE})?(?: [A-Z]\b\.?)?"
_CREDENTIAL: Final = (
    r"(?:M\.?D|D\.?O|R\.?N|N\.?P|PA(?:-C)?|MBBS|MBChB|MRCP|FRCS|FRCP|FACP|FAAP|FACS|FACC|FACOG|DPM|DDS|DMD|OD|PharmD|RPh|PhD|PsyD|LCSW|LMSW|MSW|LPN|LVN|BSN|MSN|DNP|APRN|ARNP|FNP(?:-C)?|CNM|"
    r"CRNA|PT|DPT|OT|OTR(?:/L)?|SLP|CCC-SLP|CPSP|RD|RDN|CGC|RRT|RT|CWOCN|EMT(?:-P)?|CNA|MA|CMA|LMFT|LPC|AuD|FRANZCP|FRACP|RMN|RGN)"
)
_CREDENTIAL_ALONE: Final = r"MD|DO|RN|NP|PA-C|MBBS|MBChB|FRCS|FRCP|FACP|FAAP|FACS|FACC|DPM|DDS|PharmD|RPh|PsyD|LCSW|LMSW|LPN|LVN|DNP|APRN|ARNP|FNP(?:-C)?|CNM|CRNA|DPT|LMFT"
"""Those that are no state and no other word."""
_KINSHIP: Final = (
    r"(?:(?:step|grand|god|foster |half-)?(?:mother|father|son|daughter|brother|sister|mum|mom|dad|(?-i:[Mm]a|[Pp]a)|child|parents?)|wife|husband|spouse|partner|girlfriend|boyfriend|fianc[e]{1,2}|"
    r"aunt|uncle|niece|nephew|cousin|twin|neighbou?r|carer|caregiver|guardian|roommate|dtr|hubby|nanny|babysitter|twins|kids|children|step-?dad|step-?mom|bf|gf|ex-(?:husband|wife)|(?:brother|sister|mother|father|son|daughter)[- ]in[- ]law|little one|year-old|yr-old|month-old|newborn)"
)
_ROLE: Final = (
    r"(?:pastor|chaplain|rabbi|imam|deacon|reverend|rev\.|fr\.|officer|detective|deputy|sheriff|sgt\.?|sergeant|constable|trooper|judge|magistrate|attorney|"
    r"case ?(?:worker|manager)|social worker|interpreter|caseworker|dietitian|midwife|paramedic|RN|LPN|CNA|NP|sister in charge|charge nurse|nurse)"
)

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        Kind.NAME,
        rf"(?:^|[\s|\"'=(>])({_CAPS}, {{0,2}}(?:{_FIRST}|[A-Z]\b\.?))(?:$|[^\w-])",
        judge=_filed,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|[\s|\"'=(>])({_CAPS}, {_ANY} {_CAPS}(?: [A-Z]\b\.?)?)(?:$|[^\w-])",
        judge=_filed,
        patient=True,
    ),
    Rule(Kind.NAME, rf"(?:^|[\n|]|\d[.)])[ \t*_-]{{0,4}}({_TITLE}, {_FIRST})(?:$|[^\w-])", judge=_listed, patient=True),
    Rule(
        Kind.NAME,
        r"(?:^|[\s|\"'=(:])((?:(?:VAN|VON|DE|DER|DEN|LA|LE|DEL|DOS|DA|DI|ST|MC|MAC|AL|EL|BIN|TEN|TER) ){0,3}[A-Z][A-Z'-]{2,24},[A-Z][A-Z'-]{1,24}(?: [A-Z]\b)?)(?:$|[\s|\"'<)\]^.;])",
        judge=_joined,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        r"(?:^|[\s|\"'=(:])([A-Z]{3,24}/[A-Z](?:[A-Z]{2,20})?(?: ?M[RS]S?)?)(?:$|[\s|\"'<)])",
        judge=_joined,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        rf"(?i:\b(?:surname|family name|last name|nachname|apellidos?|cognome|achternaam|sobrenome))[ \t]*[:.]?[ \t]{{1,3}}({_ANY})\b",
        0.9,
        Evidence.CUE,
        _surname,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        rf"(?i:\b(?:given(?: names?)?|first name|forenames?|christian name|vorname|nombres?|prenom|voornaam))[ \t]*[:.]?[ \t]{{1,3}}({_FIRST})\b",
        0.9,
        Evidence.CUE,
        _given,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|\n)[ \t]*(?:\d{{1,2}}[.)]|[A-Z]?\d{{1,2}}[a-z]?:?|[*-])[ \t]+({_TITLE}(?: {_TITLE})?),?[ \t]+(?i:rm|room|bed|bay|ward)\b",
        judge=_kin,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        r"(?i:\b(?:last|first|middle|maiden|sur) ?name(?: is)? )((?:(?:de|van|von|der|den|la|el|al|bin|o|mc|mac) ){0,2}[a-z][a-z'-]{2,24})\b",
        0.8,
        judge=_told,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        r"(?i:(?:\b|_)(?:pt|patient|pat|subject|client|customer|member|guarantor|caller|resident|nok|next_of_kin|provider|prescriber|doctor|physician|nurse|name|owner|author|signer|contact)(?:_?(?:name|nm))?)"
        r"\s?=\s?[\"']([^\"'\n=<>{}$%]{3,40})[\"']",
        0.95,
        Evidence.CUE,
        _quoted,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        rf"(?i:\b(?:alias|a\.?k\.?a\.?|nick ?named?|goes by|street name|maiden name|formerly(?: known as)?|(?:prefers|likes|wants|asks) to be called|preferred name|nee|f/k/a))[\s:=,]{{1,3}}[\"']?({_ANY}(?: {_ANY})?)\b",
        0.85,
        judge=_alias,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        rf"\b((?i:baby|newborn|infant) (?i:boy|girl|twin|male|female)(?: (?i:boy|girl|twin|triplet))?(?: [A-D1-4])? (?:of )?{_TITLE})\b",
        judge=_newborn,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|\n)[ \t]*(?:(?i:bed|bay|rm|room) ?)?[A-Z]{{0,2}}\d{{1,2}}[A-Za-z]?[:.)]?[ \t]+({_TITLE})(?:  |[ ]?\t|[ ]?\|| - )",
        judge=_told,
        patient=True,
    ),
    Rule(Kind.NAME, rf"\b(?:wee|little|old|auld|young) ({_TITLE})\b", judge=_known, patient=True),
    Rule(
        Kind.NAME, rf"\b({_TITLE}(?: [A-Z]\.?)? {_TITLE},? (?:Jr|Sr|II|III|IV)\b\.?)", judge=_christened, patient=True
    ),
    Rule(
        Kind.NAME,
        rf"\b(?i:saw|seen|met|examined|reviewed) ({_TITLE}(?: [A-Z]\.?)? {_TITLE}) (?:today|yesterday|this|with|and|for|in|on|at)\b",
        judge=_christened,
        patient=True,
    ),
    Rule(Kind.NAME, rf"\b({_TITLE} [\"']{_TITLE}[\"'] {_TITLE})\b", judge=_signed, patient=True),
    Rule(Kind.NAME, rf"\b{_TITLE} {_TITLE} \([\"']({_TITLE})[\"']\)", 0.85, judge=_alias, patient=True),
    Rule(
        Kind.NAME,
        rf"(?:^|\n)[ \t/*_-]{{0,6}}((?:{_ANY}|[A-Z]\.)(?: [A-Z]\.?)?(?: {_ANY}){{1,2}}),? (?:(?i:{_CREDENTIAL})\b|[A-Z]{{2,6}}\s*$)",
        judge=_signed,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|\n)[ \t/*_-]{{0,6}}([a-z]{{2,14}} [a-z][a-z'-]{{2,20}}),? (?i:{_CREDENTIAL})\b",
        judge=_signed,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        rf"(?i:(?:^|\n)(?:(?:kind|best|warm|many) )?(?:regards|sincerely|yours (?:sincerely|faithfully|truly)|thanks|thank you|cheers|respectfully),?)\s{{0,2}}\n\s{{0,4}}((?:Dr\.? )?{_ANY}(?: [A-Z]\.)?(?: {_ANY}){{0,2}})",
        judge=_signed,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        rf"\b(?i:{_KINSHIP}|{_ROLE})(?:,? | \(|, \()({_TITLE}(?:(?: and | & | ){_TITLE})?)\b",
        judge=_kin,
        patient=True,
    ),
    Rule(Kind.NAME, rf"(?:^|[^\w^])({_ANY}\^{_ANY}(?:\^[A-Z][A-Za-z]*)?)(?:$|[^\w^])", judge=_signed, patient=True),
    Rule(
        Kind.NAME,
        rf"\b((?:{_TITLE}|[A-Z]\.)(?: [A-Z]\.)? {_TITLE}),? (?:{_CREDENTIAL_ALONE})\b",
        judge=_signed,
        patient=True,
    ),
    Rule(
        Kind.NAME,
        rf"\b(?i:(?:my|her|his|their|the patient's|pt's|whose) name(?: is|'s| was)|call me|spoke (?:to|with|w/)|ask for|i'm|this is|signed,) ({_TITLE}(?: {_TITLE})?)\b",
        judge=_known,
        patient=True,
    ),
)
