"""Numbers that a word announces (MRN, account, member, licence, device ...): tables of the words people use for them."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.cue import STRICT, TAIL, VALUE, announced, cued, identifies
from gateway.phi.find.rules.rule import Rule

_NUMBER: Final = r"(?:(?:numbers?|num|nbr|no|nr|ids?|identifier)(?:\b|_)|#)"

_LICENCE_VALUE: Final = (
    r"(?:[a-z]{2,8}[ -])?(?:[a-z]{1,7}[-./_:]?){0,3}\d[a-z0-9]*(?:[-._/ ][a-z]{0,2}\d[a-z0-9]*){0,6}(?:-[a-z]{1,3}\b)?"
)
"""Licences are written with spaces, and a state or a surname may stand first."""


def _plain(value: str, before: str, after: str) -> float:
    return 0.93 if identifies(value, before, after, digits=3, weak=True) else 0.0


_MRN: Final = (
    cued(Kind.MRN, r"m\.?r\.?n\.?s?", value=VALUE, dated=True),
    cued(
        Kind.MRN,
        r"(?-i:URN)\b|hospital ref|tube label+ed|specimen label+ed|label+ed as|mrnumber|med(?:ical|\.)?[\s._-]{0,2}(?:hx )?rec(?:ord)?s?\b\.?|med[\s_-]?rec|(?:health|hospital|patient) records?"
        r"|mr[\s_-]?(?:#|no\b|num\b|number|id\b)|e\.?mpi|uhid|hrn|nhc|historia clinica|n[ou]m?(?:ero)? de (?:dossier|historia)|ipp"
        r"|cartella clinica|patient(?:en)?[\s-]?(?:nummer|nr)|fall[\s-]?(?:nummer|nr)|krankenblatt(?:nummer)?|numero de expediente|expediente",
    ),
    cued(
        Kind.MRN,
        rf"(?:patient|pt|pat|client|chart|hospital|hosp|clinic|unit|u\.?r|facility|record|file|folder|opd|ipd|epic|cerner|emr|ehr"
        rf"|health system|inpatient|outpatient|resident|person|case record)['s]{{0,2}}[\s._-]{{0,2}}{_NUMBER}",
    ),
    cued(Kind.MRN, r"(?-i:UR|U\.R\.|HN|AN|PID)", r"[\s:#.]{1,3}(?:no\.?\s)?", digits=5),
    Rule(
        Kind.MRN,
        r"\b\d{1,3}\s?(?:y/?o )?[MF] ([A-Z]{1,3}\d{5,8})\b",  # Okafor 52M RX448120
        0.9,
        patient=True,
    ),
    Rule(Kind.OTHER_ID, r"\b[A-Z][a-z]+(?: [A-Z]\.?)?\s{1,6}#([A-Z]{1,4}-?\d{3,})\b", 0.85, patient=True),
    cued(Kind.MRN, r"(?-i:MR|M\.R\.)", r"\s#?", digits=5, value=r"[a-z]{0,2}\d{5,}"),
    cued(Kind.MRN, r"chart|emr|ehr|medical chart|hospital file|pt|patient", STRICT, digits=4),
    cued(Kind.MRN, r"patient|pt|chart|client", r"\s", digits=5),
)
_ACCOUNT: Final = (
    cued(
        Kind.ACCOUNT,
        r"(?:bank |billing |hospital |guarantor |checking |savings |financial |patient |payment )?"
        r"(?:account|acct|acnt)s?\b\.?|a/c|routing|sort code|\baba\b|konto(?:nummer)?|bank",
        digits=4,
    ),
    cued(
        Kind.ACCOUNT,
        r"account|acct|acnt|acc|a/c|bill|billing|invoice|statement|receipt|payment|guarantor",
        STRICT,
        digits=3,
    ),
    announced(Kind.ACCOUNT, r"(?-i:FIN|HAR|CSN|HSP|PB|HB)", r"(?-i:[A-Z]{0,2}\d{5,})"),
    announced(
        Kind.ACCOUNT,
        r"invoice|inv|receipt|statement|estimate|quote|remit(?:tance)?|bill",
        r"(?-i:[A-Z]{1,5}[-/]?\d{3,}[A-Z0-9]*(?:[-/][A-Z0-9]+){0,4})",
        tail=r"\s",
        judge=_plain,
    ),
)
_PLAN: Final = (
    cued(
        Kind.PLAN_MEMBER,
        r"(?:health ?plan|insurance|insurer?|insur|ins\.?|medicaid|medicare|beneficiary|subscriber|member(?:ship)?|enrollee|insured|payer|payor"
        r"|plan|policy|coverage|tricare|champva|medi-?cal|hmo|ppo|group|bcbs|blue cross(?: blue shield)?|aetna|cigna|humana|"
        rf"united ?health(?:care)?|kaiser|anthem|benefits?|rx ?(?:bin|pcn|grp|group)|certificate)['s]{{0,2}}[\s._-]{{0,2}}(?:card |plan |policy )?{_NUMBER}",
        digits=3,
        value=rf"(?:[a-z]{{3}} )?{VALUE}",
    ),
    cued(
        Kind.PLAN_MEMBER,
        r"hicn?|mbi|pm-?jay|ayushman(?: bharat)?(?: card)?|abha|gms(?: card)?|medi-?cal|medi-?cal bic|lwc|ghic|ehic|european health insurance|mutuelle|hbn|hpn|hpb|hpbn|\bcin\b|health plan beneficiary|versicherten-?n(?:ummer|r)|health insurance claim|polici?y holder",
    ),
    cued(
        Kind.PLAN_MEMBER,
        r"(?:health |medical |dental )?(?:insurance|insur|ins|plan|policy|member|subscriber|medicaid|medicare|beneficiary|group|coverage|"
        r"insured|bcbs|aetna|cigna|humana|enrollee)(?: (?:plan|policy|card|is|info))?",
        TAIL,
        digits=5,
    ),
    cued(
        Kind.PLAN_MEMBER,
        r"insurance|insur|ins|policy|member|subscriber|medicaid|medicare|beneficiary|coverage|insured|enrollee|health plan",
        STRICT,
        digits=3,
    ),
)
_COUNCILS: Final = r"(?-i:GMC|GOC|GDC|GPhC|NMC|HCPC|AHPRA|Ahpra|IMC|NMBI|CORU|PSI|CPSO|CPSBC|RPPS|ADELI|LANR|CRM|COREN|CRP|SLMC|MCI|PMDC|HPCSA|MPMP|NZMC|MCNZ|BIG-?(?:nr|register))"
"""Councils that register doctors, nurses and other clinicians, by their short names."""
_CREDENTIAL: Final = "(?:RN|LPN|LVN|APRN|ARNP|CRNA|CNM|LMFT|LCSW|LMSW|LPCC?|PharmD|RPh|PsyD|DPM|DPT|RMN|RGN)"
"""Letters after a clinician's name that are no state before a ZIP code."""
_LICENCE: Final = (
    cued(
        Kind.LICENCE,
        _COUNCILS,
        r"(?:[/-][A-Z]{2})?(?:\s(?:no|reg(?:istration)?|number|pin|id)\b\.?){0,2}[\s:#.]{1,3}",
        digits=4,
        value=r"[a-z]{0,4}[ -]?\d[a-z0-9]*(?:[-./ ]\d[a-z0-9]*){0,4}",
    ),
    announced(
        Kind.LICENCE,
        rf"(?-i:{_CREDENTIAL})",
        rf"(?-i:(?:{_CREDENTIAL}|[A-Z]{{1,2}})[ -]?\d{{4,}}(?:-\d+)?|\d{{5,}}(?:-\d+)?)",
        _plain,
        tail=r",?\s?(?:lic\.?|license|no\.?)?[\s#:]{1,3}",
    ),
    cued(Kind.LICENCE, r"(?-i:[Ll]ic|LIC)\b\.?", r"\s?#?", digits=4, value=r"[a-z]{0,6}\d[a-z0-9-]{4,}"),
    cued(
        Kind.LICENCE,
        r"(?:(?:medical )?(?:marijuana|cannabis)|mmj|conceal\w* carry|ccw|firearms?|foid|pilot|driver\w*|fishing|hgv|cdl) (?:card|licen[cs]e|permit|id)|foid",
        digits=4,
    ),
    cued(
        Kind.LICENCE,
        r"licen[cs]e|licen[cs]ed (?:under|as)|dln?|licen[cs]ure|lic|certificate(?: of [a-z]+)?|certification|cert|credential|permit|registration|reg\.?|gmc|nmc|bar|board|(?:drivers?|driver's|driving) "
        r"licen[cs]e|state id|fuhrerschein|permis de conduire|patente",
        STRICT,
        digits=3,
        value=_LICENCE_VALUE,
    ),
    cued(
        Kind.LICENCE,
        r"(?:drivers?'?s?|driving|medical|nursing|professional|state|pharmac\w+|physician'?s?|provider|rn|md|np|pa|dental|pilot'?s?|commercial"
        r"|practitioner|practice|marriage|hunting|teaching|[a-z]{2}) (?:licen[cs]e|lic|permit|certificate)\b\.?|(?-i:DLN?|CDL)\b|licen[cs]e",
        digits=5,
        value=_LICENCE_VALUE,
    ),
)
_DEVICE: Final = (
    cued(
        Kind.DEVICE,
        r"(?:device|implant|pacemaker|icd|pump|stent|monitor|sensor|generator|equipment|prosthesis|machine|cpap|ventilator|scanner|lead|"
        r"hearing aid|glucometer|cgm|loop recorder|defibrillator|valve|unit|transmitter|reader|receiver)?['s]{0,2}\s?serial\b|s/n|imei|udi(?:-?[dp]i)?\b|gtin|meid|asset tag",
        digits=3,
        value=r"(?:\(\d\d\))?(?:[a-z]{1,7}[-./_:]?){0,4}\d[a-z0-9]*(?:[-._/()][a-z0-9()]+){0,10}(?: \d{3,}[a-z0-9]*){0,3}",
    ),
    cued(
        Kind.DEVICE,
        rf"(?:device|implant|pacemaker|icd|pump|stent|sensor|generator|equipment|prosthe\w+|cpap|ventilator|hearing aid|"
        rf"glucometer|cgm|defibrillator|valve|loop recorder|transmitter|reader|receiver|watch|tracker|wearable|tag|beacon|bracelet|wander-?guard|lead|(?-i:SN))['s]{{0,2}}[\s._-]{{0,2}}(?:unit |serial )?{_NUMBER}",
        digits=3,
    ),
    cued(Kind.DEVICE, r"(?-i:SN|Sn)|sn[:#]|device|pacemaker|implant|insulin pump|serial", STRICT, digits=4),
    announced(
        Kind.DEVICE,
        r"serial(?: (?:number|no\.?))?",
        r"(?-i:[A-Z]{1,5}-?\d{1,}[A-Z0-9]*(?:-[A-Z0-9]+){1,4})",
        tail=r"(?: [a-z]{2,9}){1,4}\s",
        judge=_plain,
    ),
    cued(Kind.DEVICE, r"(?-i:SN|S/N|sn)", r"[\s-]?", digits=4),
)
_NOUNS: Final = (
    r"encounter|visit|accession|case|claim|order|specimen|sample|referral|authorization|confirmation|reference|ref|ticket|rx|prescription|employee|badge|"
    r"student|subject|participant|barcode|wristband|admission|episode|appointment|incident|donor|recipient|report|requisition|patient|pt|client|member"
)
_DEVICES: Final = r"device|pacemaker|implant|pump|stent|sensor|defibrillator|ventilator|monitor|generator|cpap|recorder|prosthesis|wheelchair|glucometer|implanted"


_ACTED: Final = (
    r"(?:viewed|closed|opened|created|modified|updated|signed|edited|entered|verified|accessed|reviewed|authored|acknowledged|released|filed|co-?signed|locked|unlocked|printed|"
    r"deleted|changed|approved|scheduled|exported|downloaded|logged|charted|documented|scanned|dispensed|assigned|requested|submitted|completed)"
)


def _handle(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """The name of an account after `viewed_by=`."""
    return 0.0 if value.casefold() in _NOBODY or after[:1] in {"@", "("} else 0.95


_NOBODY: Final = frozenset(
    {
        "system",
        "admin",
        "root",
        "user",
        "null",
        "none",
        "true",
        "false",
        "batch",
        "service",
        "nobody",
        "anonymous",
        "postgres",
        "guest",
        "cron",
        "daemon",
    }
)


def _user(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`closed by mtuttle`: digits at the end, or an initial and a family name that make no word."""
    if value.casefold() in _NOBODY or lexicon.words().get(value):
        return 0.0
    return (
        0.9
        if value[-1].isdigit()
        or any(set(lexicon.words().get(part, "")) & lexicon.FAMILY for part in (value[1:], value[:-1]))
        else 0.0
    )


def _dotted(value: str, before: str, after: str) -> float:
    """`opened by d.hoxha`, `by rn.jsmith`: no field of a variable (`by e.target`), whose words are of everyday English."""
    last = re.split(r"[._]", value)[-1].rstrip("0123456789")
    marks = set(lexicon.words().get(last, ""))
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


def _at_handle(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return 0.9 if _SOCIAL.search(before[-_NEAR:]) else 0.0


_OTHER: Final = (
    cued(
        Kind.OTHER_ID,
        r"(?:[a-z]+ )?case|encounter|visit|accession|acc(?:n|ess)|claim|order|specimen|sample|referral|(?:prior )?auth(?:orization)?|confirmation|reference|ref|"
        r"ticket|rx|prescription|script|employee|emp|staff|badge|student|(?:study |trial |research )?(?:subject|participant|volunteer|enrollee|research|trial)|"
        r"enrol?lment|screening|randomi[sz]ation|barcode|wristband|tracking|admission|admit|episode|appointment|appt|booking|incident|registry|"
        r"donor|recipient|transplant|unos|cohort|biobank|pathology|path|lab|requisition|report|exam|study|procedure|surgery|unique|"
        r"internal|external|personal|site|user|login|customer|client|contact|profile|household|family|emergency|ems|(?:ems|ambulance)[ _-]?run|police|docket|"
        r"court|veteran|va|military|service|dod|edipi|matter|record locator|locator|voucher|membership|loyalty|library|locker|parcel|"
        r"aktenzeichen|kundennummer|discharge|application|complaint|grievance|inmate|prisoner|booking|tribal|immigration|alien|intake|visa|job|dictation|interpreter|operator|session|device user",
        STRICT,
        digits=3,
        uuid=False,
    ),
    announced(
        Kind.OTHER_ID, _NOUNS, r"(?-i:[A-Z]{1,5}[-/]?\d{3,}[A-Z0-9]*(?:[-/][A-Z0-9]+){0,4})", tail=r"\s", judge=_plain
    ),
    announced(Kind.DEVICE, _DEVICES, r"(?-i:[A-Z]{1,5}-?\d{4,}[A-Z0-9]*(?:-[A-Z0-9]+){0,4})", tail=r"\s", judge=_plain),
    cued(Kind.OTHER_ID, r"run", r"[ _-]?(?:no\b\.?|num(?:ber)?\b|nbr\b|#)[\s:#]{0,3}", digits=3, uuid=False),
    cued(
        Kind.OTHER_ID,
        r"(?:encounter|accession|visit|specimen|claim|referral|rx|case|badge|order|prior auth\w*|tracking|waybill|consignment)",
        r"\s",
        digits=6,
        uuid=False,
    ),
    cued(
        Kind.OTHER_ID,
        r"(?:prior )?auth(?:ori[sz]ation)?(?: code)?|approval(?: code)?|ubrn|erefer|crn|visa",
        r"[\s:#]{1,3}",
        digits=5,
    ),
    cued(
        Kind.OTHER_ID,
        r"(?:portal|access|activation|registration|sign-?up|invite|pairing|my ?chart|gate|door|lock ?box|key ?safe|entry|verification|one-time|security|login|enrol?lment|linking) "
        r"(?:access |activation )?(?:code|pin|key|passcode)|passcode|(?-i:PIN)",
        r"(?:\s(?:no|number|code)\b\.?)?(?: is| was)?[\s:=#\"']{1,3}",
        digits=2,
        value=r"[a-z0-9]{1,12}(?:-[a-z0-9]{1,12}){0,5}",
    ),
    Rule(
        Kind.OTHER_ID,
        r"\b((?:FBI|AFIS|SID|NCIC|TCN)(?:/[A-Z]{2})?(?: (?:no\.?|number|#))?[ :#]{1,2}[A-Z]{0,3}\d[\dA-Z-]{4,})\b",
        0.95,
        Evidence.CUE,
        patient=True,
    ),
    announced(
        Kind.OTHER_ID,
        _ACTED + r"[_ ]by[\"']?\s?[:=]",
        r"(?-i:[a-z][a-z0-9._-]{2,30}|[A-Z]{2,12}\d{1,6})\b",
        _handle,
        tail=r"\s?[\"']?",
    ),
    announced(Kind.OTHER_ID, _ACTED + r" by", r"(?-i:[a-z][a-z0-9._-]{3,30})\b", _user, tail=r" "),
    announced(
        Kind.OTHER_ID,
        r"by|users?|login|account|operator|clerk",
        r"(?-i:(?:[a-z]|rn|lpn|md|do|np|pa|dr|cna|tech|nurse|pharm)[._][a-z]{3,20}\d{0,4})\b",
        _dotted,
        tail=r"[\s:]{1,2}",
    ),
    announced(
        Kind.OTHER_ID,
        r"user(?:_?(?:name|id))?|login|uid|operator|actor|account_?name|sam_?account",
        r"[a-z][a-z0-9._\\-]{2,30}\b",
        _handle,
        tail=r"[\"']?=[\"']?",
    ),
    Rule(
        Kind.OTHER_ID,
        r"(?:^|[\s(\"':])(@[A-Za-z_][A-Za-z0-9_.]{1,28}[A-Za-z0-9_])(?:$|[^\w/.@(]|\.(?:\s|$))",
        judge=_at_handle,
        patient=True,
    ),
    announced(
        Kind.OTHER_ID,
        r"(?-i:RQ|REQ|ACSN|ACCN|SPEC|ENC|ORD|REF|JOB|TKT)",
        r"(?-i:[A-Z]{0,4}-?\d{5,}[A-Z0-9-]*)",
        _plain,
        tail=r"[\s:#]{1,3}",
    ),
    cued(
        Kind.OTHER_ID,
        r"case #|identifier|(?-i:ID)|id[:#]|unique id\w*|identified (?:as|by)|identification",
        STRICT,
        digits=3,
        uuid=False,
    ),
    cued(Kind.OTHER_ID, r"(?-i:ID)|identifier", r"\s", digits=5, uuid=False),
    cued(Kind.OTHER_ID, r"\bid(?:entification)? (?:number|num|no\b\.?|#|card|code)", digits=4, uuid=False),
    announced(
        Kind.OTHER_ID,
        r"user ?names?|login(?: name)?|screen ?name|handle|portal (?:user|login)",
        r"@?[a-z0-9][a-z0-9._-]{2,30}",
        tail=r"\s?(?:is |[:=]) ?[\"']?",
    ),
)

RULES: Final[tuple[Rule, ...]] = (*_MRN, *_ACCOUNT, *_PLAN, *_LICENCE, *_DEVICE, *_OTHER)
