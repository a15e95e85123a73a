"""Numbers that a word announces (MRN, account, member, licence, device ...): tables of the words people use for them."""

from __future__ import annotations

from typing import Final

from gateway.domain import Kind
from gateway.phi.cues import STRICT, TAIL, VALUE, announced, cued, identifies
from gateway.phi.rules import Rule

_NUMBER: Final = r"(?:(?:numbers?|num|nbr|no|nr|ids?|identifier)(?:\b|_)|#)"

_LICENCE_VALUE: Final = (
    r"(?:[a-z]{2,8}[ -])?(?:[a-z]{1,7}[-./_:]?){0,3}\d[a-z0-9]*(?:[-._/ ][a-z]{0,2}\d[a-z0-9]*){0,6}(?:-[a-z]{1,3}\b)?"
)
"""Licences are written with spaces, and a state or a surname may stand first."""

_MRN: Final = (
    cued(Kind.MRN, r"m\.?r\.?n\.?s?", value=VALUE, dated=True),
    cued(
        Kind.MRN,
        r"mrnumber|med(?:ical|\.)?[\s._-]{0,2}(?:hx )?rec(?:ord)?s?\b\.?|med[\s_-]?rec|(?:health|hospital|patient) records?"
        r"|mr[\s_-]?(?:#|no\b|num\b|number|id\b)|e\.?mpi|uhid|hrn|nhc|historia clinica|n[ou]m?(?:ero)? de (?:dossier|historia)|ipp"
        r"|cartella clinica|patient(?:en)?[\s-]?(?:nummer|nr)|fall[\s-]?(?:nummer|nr)|krankenblatt(?:nummer)?|numero de expediente|expediente",
    ),
    cued(
        Kind.MRN,
        rf"(?:patient|pt|pat|client|chart|hospital|hosp|clinic|unit|u\.?r|facility|record|file|folder|opd|ipd|epic|cerner|emr|ehr"
        rf"|health system|inpatient|outpatient|resident|person|case record)['s]{{0,2}}[\s._-]{{0,2}}{_NUMBER}",
    ),
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
    announced(Kind.ACCOUNT, r"(?-i:FIN|HAR|CSN|HSP)", r"\d{5,}"),
)
_PLAN: Final = (
    cued(
        Kind.PLAN_MEMBER,
        r"(?:health ?plan|insurance|insurer?|insur|ins\.?|medicaid|medicare|beneficiary|subscriber|member(?:ship)?|enrollee|insured|payer|payor"
        r"|plan|policy|coverage|tricare|champva|medi-?cal|hmo|ppo|group|bcbs|blue cross(?: blue shield)?|aetna|cigna|humana|"
        rf"united ?health(?:care)?|kaiser|anthem|benefits?|rx ?(?:bin|pcn|grp|group)|certificate)['s]{{0,2}}[\s._-]{{0,2}}(?:card |plan |policy )?{_NUMBER}",
        digits=3,
    ),
    cued(
        Kind.PLAN_MEMBER,
        r"hicn?|mbi|hbn|hpn|hpb|hpbn|\bcin\b|health plan beneficiary|versicherten-?n(?:ummer|r)|health insurance claim|polici?y holder",
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
_LICENCE: Final = (
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
        r"hearing aid|glucometer|cgm|loop recorder|defibrillator|valve|unit)?['s]{0,2}\s?serial\b|s/n|imei|udi(?:-?[dp]i)?\b|gtin|meid|asset tag",
        digits=3,
        value=r"(?:\(\d\d\))?(?:[a-z]{1,7}[-./_:]?){0,4}\d[a-z0-9]*(?:[-._/()][a-z0-9()]+){0,10}(?: \d{3,}[a-z0-9]*){0,3}",
    ),
    cued(
        Kind.DEVICE,
        rf"(?:device|implant|pacemaker|icd|pump|stent|sensor|generator|equipment|prosthe\w+|cpap|ventilator|hearing aid|"
        rf"glucometer|cgm|defibrillator|valve|loop recorder|(?-i:SN))['s]{{0,2}}[\s._-]{{0,2}}(?:unit |serial )?{_NUMBER}",
        digits=3,
    ),
    cued(Kind.DEVICE, r"(?-i:SN|Sn)|sn[:#]|device|pacemaker|implant|insulin pump|serial", STRICT, digits=4),
    cued(Kind.DEVICE, r"(?-i:SN|S/N)", r"[\s-]?", digits=4),
)
_NOUNS: Final = (
    r"encounter|visit|accession|case|claim|order|specimen|sample|referral|authorization|confirmation|reference|ref|ticket|rx|prescription|employee|badge|"
    r"student|subject|participant|barcode|wristband|admission|episode|appointment|incident|donor|recipient|report|requisition|patient|pt|client|member"
)
_DEVICES: Final = r"device|pacemaker|implant|pump|stent|sensor|defibrillator|ventilator|monitor|generator|cpap|recorder|prosthesis|wheelchair|glucometer|implanted"


def _plain(value: str, before: str, after: str) -> float:
    return 0.93 if identifies(value, before, after, digits=3, weak=True) else 0.0


_OTHER: Final = (
    cued(
        Kind.OTHER_ID,
        r"(?:[a-z]+ )?case|encounter|visit|accession|acc(?:n|ess)|claim|order|specimen|sample|referral|(?:prior )?auth(?:orization)?|confirmation|reference|ref|"
        r"ticket|rx|prescription|script|employee|emp|staff|badge|student|(?:study |trial |research )?(?:subject|participant|volunteer|enrollee|research|trial)|"
        r"enrol?lment|screening|randomi[sz]ation|barcode|wristband|tracking|admission|admit|episode|appointment|appt|booking|incident|registry|"
        r"donor|recipient|transplant|unos|cohort|biobank|pathology|path|lab|requisition|report|exam|study|procedure|surgery|unique|"
        r"internal|external|personal|site|user|login|customer|client|contact|profile|household|family|emergency|ems|run|police|docket|"
        r"court|veteran|va|military|service|dod|edipi|matter|record locator|locator|voucher|membership|loyalty|library|locker|parcel|"
        r"aktenzeichen|kundennummer|discharge|application|complaint|grievance|inmate|prisoner|tribal|immigration|alien",
        STRICT,
        digits=3,
        uuid=False,
    ),
    announced(
        Kind.OTHER_ID, _NOUNS, r"(?-i:[A-Z]{1,5}[-/]?\d{3,}[A-Z0-9]*(?:[-/][A-Z0-9]+){0,4})", tail=r"\s", judge=_plain
    ),
    announced(Kind.DEVICE, _DEVICES, r"(?-i:[A-Z]{1,5}-?\d{4,}[A-Z0-9]*(?:-[A-Z0-9]+){0,4})", tail=r"\s", judge=_plain),
    cued(
        Kind.OTHER_ID,
        r"(?:encounter|accession|visit|specimen|claim|referral|rx|case|badge|order|prior auth\w*)",
        r"\s",
        digits=6,
        uuid=False,
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
