"""What can be found in a request, and how it is said; no behaviour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """A kind of identifier: the 18 of Safe Harbor (45 CFR 164.514(b)(2)(i)), split where a rule may want to."""

    NAME = "name"
    ADDRESS = "address"
    PHONE = "phone"
    FAX = "fax"
    EMAIL = "email"
    SSN = "ssn"
    MRN = "mrn"
    PLAN_MEMBER = "plan_member"
    ACCOUNT = "account"
    CARD = "card"
    IBAN = "iban"
    LICENCE = "licence"
    DEA = "dea"
    NPI = "npi"
    VEHICLE = "vehicle"
    PLATE = "plate"
    DEVICE = "device"
    NATIONAL_ID = "national_id"
    BIOMETRIC = "biometric"
    PHOTO = "photo"
    OTHER_ID = "other_id"
    TOKEN = "token"  # text of the caller that already looks like one of our pseudonyms  # noqa: S105
    DATE = "date"
    AGE = "age"
    ZIP = "zip"
    PLACE = "place"
    FACILITY = "facility"
    URL = "url"
    IP = "ip"


# Kinds that identify only beside something else: they count next to a direct finding or a patient cue.
INDIRECT = frozenset({Kind.DATE, Kind.AGE, Kind.ZIP, Kind.PLACE, Kind.FACILITY, Kind.URL, Kind.IP})
DIRECT = frozenset(Kind) - INDIRECT
GROUPS: Mapping[str, frozenset[Kind]] = {"any": frozenset(Kind), "direct": DIRECT, "indirect": INDIRECT}


class UnknownReason(StrEnum):  # what cannot be checked is treated as PHI (law 4)
    IMAGE = "image"
    AUDIO = "audio"
    FILE = "file"
    TOKEN_IDS = "token_ids"  # noqa: S105
    LANGUAGE = "language"
    ENCODED = "encoded"
    SCAN_FAILED = "scan_failed"
    UNDETECTABLE = "undetectable"
    UNREADABLE = "unreadable"  # a structural field outside its closed set


class Content(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    FILE = "file"
    TOKEN_IDS = "token_ids"  # noqa: S105


class Carrier(StrEnum):
    """The part of a request in which something was found; a closed set, because it is a metric label."""

    SYSTEM = "system"
    MESSAGE = "message"
    TOOL_ARGS = "tool_args"
    TOOL_RESULT = "tool_result"
    TOOL_DEFINITION = "tool_definition"
    NAME = "name"
    USER = "user"
    METADATA = "metadata"
    ATTACHMENT = "attachment"
    URL = "url"
    INPUT = "input"
    STRUCTURE = "structure"  # what software writes: ids, settings, signatures
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Finding:
    """PHI in one text: characters [start, end) of the text as it was handed in.

    `counts` is False for an indirect finding (a bare date) with neither a direct finding nor a patient cue beside it:
    no reason by itself to keep a request at home, yet redacted where a decision takes its kind out. `entry` names the
    entry of the configuration that says so (`scan.also[0]`), or is "".
    """

    kind: Kind
    start: int
    end: int
    confidence: float = 1.0
    counts: bool = True
    entry: str = ""


class Part(StrEnum):
    """How a passage stands beside the next one of its carrier."""

    TEXT = "text"  # running text: what it says may go on in the next
    VALUE = "value"  # a value of its own: only what announces it may stand in another
    CHOICE = "choice"  # the same, and one of those that a schema lets somebody choose from
    WORD = "word"  # a word or a stretch of one text, which is cut into many values
    KEY = "key"  # the key of a value: never goes on, and is never gone on with


@dataclass(frozen=True, slots=True)
class Passage:
    """One text to look at; `cue` holds the nearest object keys (`"patient mrn"`), which are evidence, not text.

    Where a value is also named elsewhere, as the cells of a table are, the names follow, apart by `|`.
    """

    text: str
    cue: str = ""
    carrier: Carrier = Carrier.MESSAGE
    part: Part = Part.TEXT


@dataclass(frozen=True, slots=True)
class Detection:
    """What a detector says of one passage: findings in order of `start`, not overlapping; reasons it could not tell.

    `spared` are findings that an entry of the configuration took back.
    """

    findings: tuple[Finding, ...] = ()
    unknowns: frozenset[UnknownReason] = frozenset()
    spared: tuple[Finding, ...] = ()


class Detector(Protocol):
    """Finds PHI. Pure and synchronous; may be handed any text; must never raise on one.

    `detect` sees all passages of a request in order, so that a name found in one is found in all, and returns exactly
    one `Detection` per passage. `covers` is the set of kinds it can find at all; `version` changes when answers may.
    """

    @property
    def version(self) -> str: ...
    @property
    def covers(self) -> frozenset[Kind]: ...
    def detect(self, passages: Sequence[Passage]) -> Sequence[Detection]: ...


class Style(StrEnum):
    """How a kind is taken out: `token` is restored in the answer, the others are not."""

    TOKEN = "token"  # noqa: S105
    GENERALISE = "generalise"
    REMOVE = "remove"
