"""What the keys around a value say that it is ("patient mrn", "birthDate"): evidence of a kind, never of a value."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.grids import APART

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_TABLE: Final[tuple[tuple[Kind, str], ...]] = (
    (
        Kind.SSN,
        "ssn|ss number|ss no|social security|social sec|social security number|itin|tin|tax id|ssn last four|ssn last",
    ),
    (
        Kind.MRN,
        "mrn|medical record|medical record number|med rec|medrec|record number|patient id|patient identifier|patient number|patient no|pt id|pat id|"
        "pid|chart number|chart no|chart id|emr id|ehr id|empi|mpi|hospital number|hospital no|uhid|medical record no|patient mrn|patient",
    ),
    (
        Kind.PLAN_MEMBER,
        "member id|member number|member no|membership number|subscriber id|subscriber number|policy number|policy no|policy id|insurance id|"
        "insurance number|insurance|beneficiary|beneficiary id|beneficiary number|plan id|plan number|group number|health plan|mbi|hicn|medicaid id|"
        "medicare id|medicare number|medicaid number|insured id|payer id|enrollee id|plan member",
    ),
    (
        Kind.ACCOUNT,
        "account|account number|account no|acct|acct no|acct number|account id|billing account|bank account|routing number|guarantor account",
    ),
    (
        Kind.LICENCE,
        "license|licence|license number|licence number|license no|drivers license|driver license|dl number|dl|certificate number|certificate|license id",
    ),
    (Kind.DEA, "dea|dea number|dea no"),
    (Kind.NPI, "npi|npi number|provider npi"),
    (Kind.VEHICLE, "vin|vehicle id|vehicle identifier|vehicle identification number|vehicle vin"),
    (Kind.PLATE, "plate|license plate|licence plate|plate number|vehicle plate|tag number|vehicle registration"),
    (
        Kind.DEVICE,
        "device serial|serial|serial number|serial no|device id|device sn|monitor sn|pump sn|implant sn|ventilator sn|device identifier|udi|imei|mac|mac address|device serial number|implant serial|implant id",
    ),
    (
        Kind.PHONE,
        "phone|phone number|telephone|tel|mobile|cell|cell phone|home phone|work phone|contact number|mobile number|telecom",
    ),
    (Kind.FAX, "fax|fax number|fax no"),
    (Kind.EMAIL, "email|e mail|email address|mail"),
    (
        Kind.NAME,
        "patient name|full name|first name|last name|middle name|given name|family name|surname|fname|lname|maiden name|mother maiden name|"
        "name family|name given|family|given|patient first name|patient last name|mother name|father name|spouse name|guardian|next of kin|"
        "emergency contact|emergency contact name|contact name|subscriber name|guarantor name|guarantor|insured name|physician|physician name|"
        "provider name|doctor|doctor name|attending|attending physician|referring physician|patient full name|member name|beneficiary name|"
        "caregiver|caregiver name|nok|nok name|person name|legal name|preferred name|nickname|nick|alias|aka|name alias|name suffix|middle initial|name prefix|last|first|middle|previous name|former name|birth name|nom|prenom|nachname|vorname|apellido|apellidos|nombre|cognome|voornaam|achternaam|name text|display name|pt name|subject name|"
        "employer|employer name|signature|signed by|author name|practitioner|surgeon|nurse",
    ),
    (
        Kind.DATE,
        "dob|birth|born|bday|birth date|date of birth|birthdate|birthday|date birth|admission date|discharge date|admit date|death date|date of death|"
        "date of service|service date|visit date|dod|dos|admitted|discharged|deceased date time|surgery date|procedure date|encounter date|"
        "appointment date|date of admission|date of discharge|collected|effective date time|onset date time|admitted on|discharged on",
    ),
    (
        Kind.ADDRESS,
        "address|street|street address|address line|line|addr|home address|mailing address|address text|address line 1|address line 2|"
        "address 1|address 2|residence|street 1|street 2|patient address",
    ),
    (Kind.PLACE, "city|town|county|district|address city|birth place|place of birth|birthplace|hometown|precinct"),
    (Kind.FACILITY, "facility|hospital|hospital name|facility name|clinic|clinic name|managing organization"),
    (Kind.ZIP, "zip|zip code|zipcode|postal code|postcode|post code|postal|address postal code"),
    (Kind.CARD, "card number|credit card|cc number|card|pan|credit card number|card no|debit card"),
    (Kind.IBAN, "iban|iban number"),
    (Kind.IP, "ip|ip address|client ip|remote addr|ipv 4|ipv 6|source ip"),
    (Kind.URL, "patient portal|portal url|profile url|patient url|homepage|website"),
    (
        Kind.BIOMETRIC,
        "fingerprint|fingerprint id|voiceprint|voiceprint id|retina scan|retina|retinal scan|iris|iris scan|biometric|biometric id|biometric hash|"
        "face id|face template|fingerprint hash|gait signature|handwriting|signature hash|fingerprint template|biometric template|voice print|finger print",
    ),
    (
        Kind.PHOTO,
        "photo|photo id|photo file|photo url|patient photo|headshot|face photo|photograph|picture file|portrait|image file",
    ),
    (
        Kind.NATIONAL_ID,
        "nhs|nhs number|nhs no|sin|national id|national identifier|nino|aadhaar|aadhar|cpf|bsn|dni|nie|nir|kvnr|codice fiscale|"
        "personnummer|pesel|medicare card|passport|passport number|passport no|identity number|citizen id|health card|health card number|curp|tax code",
    ),
    (
        Kind.OTHER_ID,
        "encounter id|encounter number|visit id|visit number|accession|accession number|case number|case id|case no|specimen id|order number|"
        "claim number|claim id|referral number|prescription number|rx number|employee id|badge number|student id|subject id|participant id|"
        "identifier|identifier value|unique id|unique identifier|reference number|username|user name|login|person id|authorization number|"
        "confirmation number|episode id|sample id|registry id|barcode|encounter|order id|study subject id|csn|fin|har|wristband id|created by|closed by|viewed by|updated by|modified by|entered by|reviewed by|verified by|user|user id|userid|uid|rx no|"
        "auth code|auth number|intake number|job number|portal code|access code|pin code|activation code|ubrn|visa number|session id|handle|screen name|interpreter id",
    ),
    (
        Kind.AGE,
        "age|patient age|age years|age yrs|age yr|age y|age in years|age in yrs|age at visit|age at admission|age at encounter|age at death|age now|edad|alter|leeftijd",
    ),
)
_KINDS: Final = {phrase.strip(): kind for kind, phrases in _TABLE for phrase in phrases.split("|")}
_LONGEST: Final = max(len(phrase.split()) for phrase in _KINDS)


_TOGETHER: Final = {phrase.replace(" ", ""): phrase.split() for phrase in _KINDS if " " in phrase}
"""Keys that programs and databases write in one word: `lastname`, `PHONENUMBER`, `dateofbirth`."""


def words(key: str) -> list[str]:
    """The words of a key: `patientDOB`, `patient_dob`, `Patient DOB` and `patient-dob` are one, and so are `lastname` and `last_name`."""
    found: list[str] = []
    for word in _WORDS.findall(key):
        folded = word.casefold()
        found += _TOGETHER.get(folded, (folded,)) if folded not in _KINDS else (folded,)
    return found


def kind_of(cue: str) -> Kind | None:
    """The kind that a value under these keys has, or None. The last words decide; `cue` is at most a few keys long.

    Of several names of one value (`grids.APART`) the first that says something counts.
    """
    if APART not in cue:
        return _kind_of_one(cue)
    return next((kind for name in cue.split(APART) if (kind := _kind_of_one(name)) is not None), None)


@lru_cache(maxsize=2048)
def _kind_of_one(cue: str) -> Kind | None:
    parts = words(cue[-120:])
    if not parts or parts[-1] in _QUALIFIERS:
        return None
    return _kind_of(parts) or _of_a_piece(parts) or _of_a_birth(parts)


def _of_a_piece(parts: list[str]) -> Kind | None:
    """`ssn_last4`, `last4_ssn`, `ssn_part2`, `card_last_four`: the key of a piece of a number tells what the whole is."""
    pieces = [word in _PIECES or word.isdigit() for word in parts]
    if not any(pieces):
        return None
    rest = [word for word, piece in zip(parts, pieces, strict=True) if not piece]
    if not rest and parts[0] == "last" and parts[1:2] in (["4"], ["four"]):
        return Kind.OTHER_ID  # of a card, an account or an SSN, and the key does not say which
    kind = _KINDS.get(rest[-1]) or _KINDS.get(" ".join(rest[-2:])) if rest else None
    if kind not in _CUT:
        return None
    return None if rest[-1] in _AMBIGUOUS and rest[-1] != "card" else kind


def _of_a_birth(parts: list[str]) -> Kind | None:
    """`dob_month`, `birth day`, `dob_epoch_ms`: a part of a date of birth, or all of it as machines count time."""
    rest = parts
    while len(rest) > 1 and rest[-1] in _TIMES:
        rest = rest[:-1]
    return Kind.DATE if rest != parts and not _BIRTHS.isdisjoint(rest[-3:]) else None


_TIMES: Final = frozenset(
    "day month dd mm d m of value number index name ms millis milliseconds s sec secs seconds epoch unix ts timestamp utc iso str time date long int at".split()
)
_BIRTHS: Final = frozenset("dob birth birthdate birthday born bday geburtsdatum naissance nacimiento nascita".split())
_MONTHS: Final = frozenset(
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november december".split()
)


def _kind_of(parts: list[str]) -> Kind | None:
    if len(parts) > 1 and parts[-1] in _NUMBERS and " ".join(parts[-2:]) not in _KINDS and parts[-2] in _NUMBERED_OF:
        return _NUMBERED_OF[parts[-2]]
    if parts[-1] in _WRAPPERS and len(parts) > 1:
        parts = parts[:-1] if " ".join(parts[-2:]) not in _KINDS else parts
    for size in range(min(_LONGEST, len(parts)), 0, -1):
        kind = _KINDS.get(" ".join(parts[-size:]))
        if kind is not None:
            return kind if size > 1 or parts[-1] not in _AMBIGUOUS or _speaks_of_a_patient(parts) else None
    return Kind.NAME if parts[-1] == "name" and _speaks_of_a_patient(parts[:-1]) else None


_NUMBERS: Final = frozenset("no num nbr nr number id ident identifier ref reference key".split())
_NUMBERED_OF: Final = {
    **dict.fromkeys("chart mrn hosp hospital patient pat pt uhid".split(), Kind.MRN),
    **dict.fromkeys("acct account guarantor".split(), Kind.ACCOUNT),
    **dict.fromkeys("member memb mbr subscriber subscr enrollee beneficiary insured policy".split(), Kind.PLAN_MEMBER),
    **dict.fromkeys(
        "encounter enc visit accession acc accn claim clm specimen spec sample referral admission adm episode case csn rx prescription".split(),
        Kind.OTHER_ID,
    ),
    **dict.fromkeys("serial implant pump pacemaker".split(), Kind.DEVICE),
}
"""What is numbered in care, however a program shortens it: `enc_id`, `acc_no`, `memberNbr`."""


_PIECES: Final = frozenset(
    "last first four digit digits end ends ending tail suffix prefix start beginning mid middle part piece segment group half".split()
)
_CUT: Final = frozenset(
    {
        Kind.SSN,
        Kind.MRN,
        Kind.CARD,
        Kind.ACCOUNT,
        Kind.PHONE,
        Kind.PLAN_MEMBER,
        Kind.NATIONAL_ID,
        Kind.LICENCE,
        Kind.IBAN,
    }
)
"""Kinds whose numbers people cut into pieces, or tell the last four of."""
_WRAPPERS: Final = frozenset({"value", "text", "number", "no", "num", "content", "raw", "string"})
_QUALIFIERS: Final = frozenset(
    {"type", "description", "format", "pattern", "title", "system", "use", "required", "label", "unit", "model"}
)
_AMBIGUOUS: Final = frozenset(
    {
        "line",
        "given",
        "family",
        "patient",
        "insurance",
        "card",
        "pan",
        "mail",
        "last",
        "first",
        "middle",
        "nick",
        "nom",
        "tin",
        "dl",
        "collected",
        "account",
        "pid",
    }
)
_PEOPLE_WORDS: Final = (
    "patient patients pt person member subscriber insured guarantor mother father spouse guardian parent child kin contact beneficiary customer client "
    "physician doctor provider attending practitioner nurse caregiver subject relative human demographics name address telecom"
)
_PEOPLE: Final = frozenset(_PEOPLE_WORDS.split())


def speaks_of_people(name: str) -> bool:
    """Whether the name of a table is of people in care: `patients`, `dim_member`."""
    return any(part.removesuffix("s") in _PEOPLE for part in words(name))


def _speaks_of_a_patient(parts: list[str]) -> bool:
    return any(part in _PEOPLE for part in parts)


_LONGEST_VALUE: Final = 120
_SHORTEST_LINE: Final = 3
"""Digits of an extension; fewer reach nobody."""
_EMPTY: Final = frozenset(
    "null none true false n/a na unknown string number object array integer boolean undefined tbd redacted".split()
)
_WORDED: Final = frozenset(
    {Kind.NAME, Kind.ADDRESS, Kind.PLACE, Kind.FACILITY, Kind.EMAIL, Kind.URL, Kind.PHOTO, Kind.BIOMETRIC}
)
"""Kinds whose values need no digit."""


def fits(kind: Kind, value: str) -> bool:
    """Whether `value` can be of `kind` at all."""
    if len(value) > _LONGEST_VALUE or value.casefold() in _EMPTY or not any(char.isalnum() for char in value):
        return False
    if _of_a_program(kind, value):
        return False
    if kind is Kind.AGE:
        return value.isdigit() and 90 <= int(value[:4]) <= 130
    if kind is Kind.DATE:
        return _is_day(value)
    if kind is Kind.FACILITY and _is_specialty(value):
        return False
    if (kind is Kind.LICENCE and _SPDX.match(value)) or (kind is Kind.NAME and _GROUP.search(value)):
        return False
    if kind is Kind.NAME:
        return any(char.isalpha() for char in value) and value.count(" ") < 6
    if kind in {Kind.PHONE, Kind.FAX}:
        return sum(char.isdigit() for char in value) >= _SHORTEST_LINE
    if kind is Kind.OTHER_ID and value.isdigit() and len(value) < _SHORTEST_LINE:
        return False  # the second visit, the twelfth sample
    return kind in _WORDED or any(char.isdigit() for char in value)


def told(cue: str, value: str) -> Kind | None:
    """The kind of a value by the keys around it, if it can be of that kind; a key that says who it is makes words a name."""
    kind = kind_of(cue)
    if kind is not None and fits(kind, value):
        return kind
    return Kind.NAME if any(map(_says_who, cue.split(APART))) and _is_called(value) else None


@lru_cache(maxsize=2048)
def _says_who(cue: str) -> bool:
    parts = words(cue[-120:])
    while len(parts) > 1 and parts[-1] in _HELD:
        parts = parts[:-1]
    return bool(parts) and (parts[-1] in _WHO or parts[-2:] == ["of", "kin"])


_HELD: Final = _WRAPPERS | {"title", "rich", "plain", "display", "label", "1", "2"}
"""Behind a key that says who it is: how a program keeps what stands there."""
_WHO: Final = frozenset(
    "patient patients pt paciente patientin mother father mum mom dad spouse husband wife guardian guardians son daughter sibling resident residents inpatient "
    "outpatient decedent deceased informant caregiver carer subscriber insured guarantor beneficiary policyholder nok proband".split()
)
"""Keys under which somebody stands, and not what is said of them."""
_CALLED: Final = re.compile(r"[^\W\d_][\w'’.-]{0,30}(?:,? [^\W\d_][\w'’.-]{0,30}){0,4}")
_NO_NAME: Final = frozenset(
    "a an the this that of and or no not new none all any some is are was has have had in on at to for with without by from self same other unknown "
    "anonymous male female man woman boy girl adult child infant newborn baby patient patients deceased alive dead stable active inactive admitted "
    "discharged pending required optional yes left right string applicable pay see mother father parent healthy sick re portal data record test".split()
)
"""Words of what is said of somebody instead of what they are called."""


def says_how(word: str) -> bool:
    """Whether a word in small letters says how somebody is, and not what they are called."""
    return word in _NO_NAME


def _is_called(value: str) -> bool:
    """Whether words can be what somebody is called; a word of everyday language alone is not, nor is what only says how they are."""
    if _CALLED.fullmatch(value) is None:
        return False
    said = [word.strip(".,") for word in value.split()]
    marks = [lexicon.marks(word.casefold()) for word in said]
    if any(word.casefold() in _NO_NAME for word in said):
        return False
    known = any(mark & lexicon.PEOPLE or not mark for mark in marks)
    return known and (
        len(said) > 1 or (said[0][:1].isupper() and lexicon.ORDINARY not in marks[0]) or bool(marks[0] & lexicon.GIVEN)
    )


def _is_day(value: str) -> bool:
    """A date, or a day or a month of one; a year alone tells nobody's day."""
    if value.isdigit() and len(value) < 3:
        return 0 < int(value) < 32
    if value.casefold() in _MONTHS:
        return True
    return sum(char.isdigit() for char in value) >= 3 and not (value.isdigit() and len(value) == 4)


def _of_a_program(kind: Kind, value: str) -> bool:
    """Whether it is the version of a part, the image of a container, a port: what no person has."""
    if kind is Kind.ADDRESS:
        return not any(char.isalpha() for char in value)
    if kind is Kind.PHOTO:
        return _IMAGE.fullmatch(value) is not None
    return kind in _NUMBERED and _VERSION.fullmatch(value) is not None


_NUMBERED: Final = frozenset({Kind.PLAN_MEMBER, Kind.LICENCE, Kind.DEVICE})
_VERSION: Final = re.compile(r"[v^~=<> ]+\d{1,4}\.\d{1,4}(?:\.\d{1,6})?(?:[-+][\w.+-]+)?|\d{1,2}\.\d{1,2}\.\d{1,2}")
"""`"karma-coverage": "2.2.1"`: the version of a part."""
_IMAGE: Final = re.compile(r"[\w.-]+(?:[:/][\w.-]+)*:[\w.-]+(?:@sha256:[0-9a-f]+)?|[\w.-]+(?:/[\w-]+)+")
"""`image: postgres:16.4-alpine`: of a container (github.com/opencontainers/distribution-spec)."""
_SPDX: Final = re.compile(
    r"(?i)(?:apache|mit|0?bsd|[al]?gpl|mpl|cc|epl|eupl|zlib|artistic|psf|python|cddl|osl|ofl|odbl|ms-pl|bsl|busl|sspl|elastic)\b"
)
"""The licence of a program (spdx.org/licenses), and nobody's: `"license": "Apache-2.0"`."""
_GROUP: Final = re.compile(
    r"\b(?:WG|[Tt]eam|TEAM|[Ww]orking [Gg]roup|Committee|Department|Dept|Office|Consortium|Collaborative|Inc|Ltd|LLC|GmbH|Foundation|Association|Society|Board|Desk|Helpdesk|Project)\.?$"
)
"""`"contact": [{"name": "Interop WG"}]`: many, and nobody."""


def _is_specialty(value: str) -> bool:
    """`primary_care`, `cardiology`: a sort of clinic as programs write it, of words that name nothing else."""
    marks = [lexicon.marks(word) for word in value.split("_")]
    return value.islower() and all(mark and not mark & lexicon.NAMES for mark in marks)


def whole(text: str, passage: Passage) -> list[Hit]:
    """The whole normalised text of a passage as one hit, when the keys around it say what it is."""
    if not passage.cue or len(text) > _LONGEST_VALUE or passage.carrier is Carrier.TOOL_DEFINITION:
        return []
    value = text.strip()
    kind = told(passage.cue, value)
    if kind is None or kind_of(value) is not None:
        return []
    start = len(text) - len(text.lstrip())
    somebodys = kind not in _OF_ANYTHING or not _LIVED_IN.isdisjoint(words(passage.cue))
    return [Hit(kind, start, start + len(value), 0.97, Evidence.CUE, patient=somebodys)]


_OF_ANYTHING: Final = frozenset({Kind.PLACE, Kind.ZIP})
_LIVED_IN: Final = _PEOPLE | {"birth", "birthplace", "born", "hometown", "home", "residence", "mailing"}
"""Words of a key that say whose place it is; weather, stores and flights have cities too."""
