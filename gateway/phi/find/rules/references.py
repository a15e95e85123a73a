"""Numbers of an encounter, a claim, a specimen, a login ...: every other identifier that a word announces."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.cue import STRICT, announced, cued
from gateway.phi.find.rules.ids import plain
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_NUMBER: Final = r"(?:(?:numbers?|num|nbr|no|nr|ids?|identifier)(?:\b|_)|#)"
_NOUNS: Final = one_of(
    *(
        "encounter visit accession case claim order specimen sample referral authorization confirmation reference ref "
        "ticket rx prescription employee badge student subject participant barcode wristband admission episode "
        "appointment incident donor recipient report requisition patient pt client member"
    ).split()
)
_DEVICES: Final = one_of(
    *(
        "device pacemaker implant pump stent sensor defibrillator ventilator monitor generator cpap recorder "
        "prosthesis wheelchair glucometer implanted"
    ).split()
)


_ACTED: Final = (
    "(?:"
    + one_of(
        *(
            "viewed closed opened created modified updated signed edited entered verified accessed reviewed "
            "authored acknowledged released filed co-?signed locked unlocked printed deleted changed approved "
            "scheduled exported downloaded logged charted documented scanned dispensed assigned requested "
            "submitted completed"
        ).split()
    )
    + ")"
)


def _handle(value: str, before: str, after: str) -> float:
    """The name of an account after `viewed_by=`."""
    if _OF_A_SERVER.search(before):
        return 0.0
    return 0.0 if value.casefold() in _NOBODY or _SERVICE.match(value) or after[:1] in {"@", "("} else 0.95


def _of_somebody(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A name under which somebody logs in, and no server's."""
    return 0.0 if _OF_A_SERVER.search(before) else 0.98


_OF_A_SERVER: Final = re.compile(
    r"(?i)\b(?:database|db|datasource|jdbc|smtp|amqp|mongo\w*|postgres\w*|pg|mysql|redis|ldap|kafka|rabbit\w*|elastic\w*)[\w.]{0,20}[._-](?:user(?:_?name)?|login)[\"']?\s?[:=]\s?[\"']?$"
)
"""`database.username=mirth`: by what name a program goes to another."""


_NOBODY: Final = frozenset(
    (
        "system admin root user null none true false batch service nobody anonymous postgres guest cron daemon jenkins nginx www-data ubuntu runner deploy app test "
        "mysql redis grafana kafka airflow"
    ).split()
)
_SERVICE: Final = re.compile(
    r"(?i)(?:svc|srv|sa|bot|batch|cron|job|sys|api|ci|etl|sync|worker|backup|service)[-_.][a-z]|.{1,24}[-_](?:svc|bot|sa|runner|reader|writer|ro|rw|job)$"
)
"""`svc-mirth`, `report_ro`: the account of a program."""


def _user(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`closed by mtuttle`: digits at the end, or an initial and a family name that make no word."""
    if value.casefold() in _NOBODY or lexicon.words().get(value):
        return 0.0
    return (
        0.9
        if value[-1].isdigit() or any(lexicon.marks(part) & lexicon.FAMILY for part in (value[1:], value[:-1]))
        else 0.0
    )


def _dotted(value: str, before: str, after: str) -> float:
    """`opened by d.hoxha`, `by rn.jsmith`: no field of a variable (`by e.target`), whose words are of everyday English."""
    last = re.split(r"[._]", value)[-1].rstrip("0123456789")
    marks = lexicon.marks(last)
    plain = lexicon.ORDINARY in marks or lexicon.TERM in marks
    if _SORTED.search(before) or after[:1] in {"(", "@", "[", "="}:
        return 0.0
    return 0.0 if plain and not marks & lexicon.FAMILY else 0.9


_SORTED: Final = re.compile(r"(?i)\b(?:group|order|partition|sort|cluster|distribut(?:e|ed)|siblings) by\s$")
"""What stands before a column in SQL."""
_NEAR: Final = 30
_SOCIAL: Final = re.compile(
    r"(?i)\b(?:handle|insta\w*|ig|twitter|tweet\w*|tik ?tok|snap\w*|telegram|dm\w*|user ?name|follow\w*|tag\w*|threads|bluesky|mastodon|social|venmo|cash ?app|discord|reddit|facebook|x)\b"
)


_SITE: Final = re.compile(
    r"(?i)\b(?:insta\w*|ig|twitter|tik ?tok|snapchat|telegram|bluesky|mastodon|venmo|cash ?app|discord|reddit|facebook)\b"
)


def _at_handle(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A word of everyday English needs the name of a site: `handle String @unique` is an attribute."""
    ordinary = lexicon.is_ordinary(value[1:].casefold())
    told = (_SITE if ordinary else _SOCIAL).search(before[-_NEAR:])
    return 0.9 if told and _DOMAIN.search(value) is None else 0.0


_DOMAIN: Final = re.compile(r"(?i)\.(?:com|org|net|edu|gov|mil|int|io|nhs|co|uk|de|fr|ca|au|us|eu|example|test)$")
"""`your @example.org address`: where mail goes, and nobody's handle."""


RULES: Final[tuple[Rule, ...]] = (
    cued(
        Kind.OTHER_ID,
        one_of(
            "(?:[a-z]+ )?case",
            "encounter",
            "visit",
            "accession",
            "acc(?:n|ess)",
            "claim",
            "order",
            "specimen",
            "(?:sample|specimen|blood) (?:tube|pot|bottle|container|vial)",
            "sample",
            "referral",
            "(?:prior )?auth(?:orization)?",
            "confirmation",
            "reference",
            "ref",
            "ticket",
            "rx",
            "prescription",
            "script",
            "employee",
            "emp",
            "staff",
            "badge",
            "student",
            "(?:study |trial |research )?(?:subject|participant|volunteer|enrollee|research|trial)",
            "enrol?lment",
            "screening",
            "randomi[sz]ation",
            "barcode",
            "wristband",
            "tracking",
            "admission",
            "admit",
            "episode",
            "appointment",
            "appt",
            "booking",
            "incident",
            "registry",
            "donor",
            "recipient",
            "transplant",
            "unos",
            "cohort",
            "biobank",
            "pathology",
            "path",
            "lab",
            "requisition",
            "report",
            "exam",
            "study",
            "procedure",
            "surgery",
            "unique",
            "internal",
            "external",
            "personal",
            "site",
            "user",
            "login",
            "customer",
            "client",
            "contact",
            "profile",
            "household",
            "family",
            "emergency",
            "ems",
            "(?:ems|ambulance)[ _-]?run",
            "police",
            "docket",
            "court",
            "veteran",
            "va",
            "military",
            "service",
            "dod",
            "edipi",
            "matter",
            "record locator",
            "locator",
            "voucher",
            "membership",
            "loyalty",
            "library",
            "locker",
            "parcel",
            "aktenzeichen",
            "kundennummer",
            "discharge",
            "application",
            "complaint",
            "grievance",
            "inmate",
            "prisoner",
            "booking",
            "tribal",
            "immigration",
            "alien",
            "intake",
            "visa",
            "job",
            "dictation",
            "interpreter",
            "operator",
            "session",
            "device user",
        ),
        STRICT,
        digits=3,
        uuid=False,
        hits=("enrolment no. «TH-550-2291»",),
        misses=("report: 2023 guideline",),
    ),
    announced(
        Kind.OTHER_ID,
        _NOUNS,
        r"(?-i:[A-Z]{1,5}[-/]?\d{3,}[A-Z0-9]*(?:[-/][A-Z0-9]+){0,4})",
        tail=r"\s",
        judge=plain,
        hits=("reference «PA-2025-00061148»", "participant «KNT-0417»"),
        misses=("reference unknown",),
    ),
    announced(
        Kind.DEVICE,
        _DEVICES,
        r"(?-i:[A-Z]{1,5}-?\d{4,}[A-Z0-9]*(?:-[A-Z0-9]+){0,4})",
        tail=r"\s",
        judge=plain,
        hits=("monitor «BX-00915527»", "pacemaker «PM-88120»"),
        misses=("monitor unknown",),
    ),
    cued(
        Kind.OTHER_ID,
        r"run",
        r"[ _-]?(?:no\b\.?|num(?:ber)?\b|nbr\b|#)[\s:#]{0,3}",
        digits=3,
        uuid=False,
        hits=("Run # «25-0019384»", "run #«4471209»"),
        misses=("Run # unknown",),
    ),
    cued(
        Kind.OTHER_ID,
        r"(?:encounter|accession|visit|specimen|(?:sample|specimen|blood) (?:tube|pot|bottle|container|vial)|claim|referral|rx|case|badge|order|prior auth\w*|tracking|waybill|consignment|(?-i:CAD))",
        r"\s",
        digits=6,
        uuid=False,
        hits=(
            "Sample tube «G23-10771-B»",
            "CAD «3381-0906» on scene",
            "tracking «1Z44B8811402»",
            "Specimen «B24-2760881»",
        ),
        misses=("accession NM_007294.4",),
    ),
    cued(
        Kind.OTHER_ID,
        one_of("(?:prior )?auth(?:ori[sz]ation)?(?: code)?", "approval(?: code)?", "ubrn", "erefer", "crn", "visa"),
        r"[\s:#]{1,3}",
        digits=5,
        hits=("UBRN «0004 1127 8830»", "UBRN «2288 3044 8819»"),
        misses=("UBRN unknown",),
    ),
    cued(
        Kind.OTHER_ID,
        r"(?:portal|access|activation|registration|sign-?up|invite|pairing|my ?chart|gate|door|lock ?box|key ?safe|entry|verification|one-time|security|login|enrol?lment|linking) "
        r"(?:access |activation )?(?:code|pin|key|passcode)|passcode|(?-i:PIN)",
        r"(?:\s(?:no|number|code)\b\.?)?(?: is| was)?[\s:=#\"']{1,3}",
        digits=2,
        value=r"[a-z0-9]{1,12}(?:-[a-z0-9]{1,12}){0,5}",
        hits=("portal code is «QX4-82M»", "portal code «KX4-9245»"),
        misses=("PIN code",),
    ),
    Rule(
        Kind.OTHER_ID,
        r"\b((?:FBI|AFIS|SID|NCIC|TCN)(?:/[A-Z]{2})?(?: (?:no\.?|number|#))?[ :#]{1,2}[A-Z]{0,3}\d[\dA-Z-]{4,})\b",
        0.95,
        Evidence.CUE,
        patient=True,
        hits=("«FBI/MN 5571-22-908»", "«SID CT00914422»"),
    ),
    announced(
        Kind.OTHER_ID,
        _ACTED + r"[_ ]by[\"']?\s?[:=]",
        r"(?-i:[a-z][a-z0-9._-]{2,30}|[A-Z]{2,12}\d{1,6})\b",
        _handle,
        tail=r"\s?[\"']?",
        hits=('{"closed_by": "«mtuttle9»', "viewed_by=«ssimmons2»"),
        misses=("viewed_by=system",),
    ),
    announced(
        Kind.OTHER_ID,
        _ACTED + r" by",
        r"(?-i:[a-z][a-z0-9._-]{3,30})\b",
        _user,
        tail=r" ",
        hits=("closed by «mtuttle»",),
        misses=("reviewed by cardiology",),
    ),
    announced(
        Kind.OTHER_ID,
        one_of("by", "users?", "login", "account", "operator", "clerk"),
        r"(?-i:(?:[a-z]|rn|lpn|md|do|np|pa|dr|cna|tech|nurse|pharm)[._][a-z]{3,20}\d{0,4})\b",
        _dotted,
        tail=r"[\s:]{1,2}",
        hits=("user «rn_tcallow»", "by «tech_mpatel3»"),
        misses=("the handler is called by e.target",),
    ),
    announced(
        Kind.OTHER_ID,
        one_of("user(?:_?(?:name|id))?", "login", "uid", "operator", "actor", "account_?name", "sam_?account"),
        r"[a-z][a-z0-9._\\-]{2,30}\b",
        _handle,
        tail=r"[\"']?=[\"']?",
        hits=("operator=«wschreiber»", "user=«kmcallister2»"),
        misses=("user=system",),
    ),
    Rule(
        Kind.OTHER_ID,
        r"(?:^|[\s(\"':])(@[A-Za-z_][A-Za-z0-9_.]{1,28}[A-Za-z0-9_])(?:$|[^\w/.@(]|\.(?:\s|$))",
        judge=_at_handle,
        patient=True,
        hits=("twitter from «@BigSteveo_1979»", "Handle: «@bigweld_ray»"),
        misses=("@dataclass above", "handle String @unique"),
    ),
    announced(
        Kind.OTHER_ID,
        r"(?-i:RQ|REQ|ACSN|ACCN|SPEC|ENC|ORD|REF|JOB|TKT)",
        r"(?-i:[A-Z]{0,4}-?\d{5,}[A-Z0-9-]*)",
        plain,
        tail=r"[\s:#]{1,3}",
        hits=("REQ  #«LR-6228812»", "ENC:«E-9921740»"),
        misses=("REQ  #unknown",),
    ),
    cued(
        Kind.OTHER_ID,
        one_of("case #", "identifier", "(?-i:ID)", "id[:#]", r"unique id\w*", "identified (?:as|by)", "identification"),
        STRICT,
        digits=3,
        uuid=False,
        hits=("ID: «784-1979-4471092-3»", "ID no «8406150298083»"),
        misses=("ID: unknown",),
    ),
    cued(
        Kind.OTHER_ID,
        r"(?-i:ID)|identifier",
        r"\s",
        digits=5,
        uuid=False,
        hits=("ID «YLH0055812907»", "ID «HX-4471-900-3»"),
        misses=("transmitter ID 9KL4T7",),
    ),
    cued(
        Kind.OTHER_ID,
        r"\bid(?:entification)? (?:number|num|no\b\.?|#|card|code)",
        digits=4,
        uuid=False,
        hits=("ID no «8406150298083»",),
        misses=("ID no unknown",),
    ),
    announced(
        Kind.OTHER_ID,
        one_of("user ?names?", "login(?: name)?", "screen ?name", "handle", "portal (?:user|login)"),
        r"@?[a-z0-9][a-z0-9._-]{2,30}",
        _of_somebody,
        tail=r"\s?(?:is |[:=]) ?[\"']?",
        hits=("Handle: «@bigweld_ray»",),
        misses=("database.username=mirth",),
    ),
)
