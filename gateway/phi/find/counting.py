"""Whether a finding is about a patient; never looks for identifiers itself.

An indirect finding counts beside a direct one or a patient cue; the date of a guideline does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gateway.domain import DIRECT, Carrier, Kind
from gateway.phi.find.credits import credited
from gateway.phi.find.crowds import many
from gateway.phi.find.everyday import NUMBERED, PLACEHOLDER, of_anybody
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.public import public, treated
from gateway.phi.find.registers import nobodys
from gateway.phi.find.text.told import once
from gateway.phi.find.text.ways import one_of

_EVENT: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        *(
            "admit(?:ted|s)? admission re-?admitted discharg(?:ed|e) seen treated evaluated diagnosed "
            "presented presenting presents visit(?:ed|s)? hospitali[sz]ed underwent undergone operated "
            "referred transferred examined excised died death deceased expired"
        ).split(),
        "passed away",
        "(?<!children )(?<!those )(?<!people )(?<!infants )(?<!babies )born(?! (?:on or |before|after|between))",
        *r"dob d\.o\.b birth(?:day|date)? consulted followed scheduled appointment appt".split(),
        "checked in",
        "check-?up",
        "follow(?:ed)?[ -]?up",
        "last seen",
        "had (?:an?|her|his|the)",
        "was (?:an?|started|given|prescribed|told|found|sent|put|placed)",
        "started on",
        *"prescribed lives? living resid(?:es?|ing|ent)".split(),
        "works? (?:at|for(?! (?:any|every|all|each|both|either|multiple|the (?:next|last|first|whole|entire))\\b))",
        "employed",
        "from our",
        "in our",
        "at our",
        "our (?:clinic|hospital|patient|office|practice)",
        "(?-i:Dad|Daddy|Mum|Mummy|Mom|Mommy|Gran|Granny|Grandma|Grandad|Grandpa|Nan|Nana)\\b(?! (?:and|or|jokes?)\\b)",
        "my (?:patient|mother|father|wife|husband|son|daughter|clinic|hospital)",
        "this (?:patient|pt|man|woman|gentleman|lady|boy|girl|child)",
        r"the (?:patient|pt)\b(?! (?:cohort|population|group|sample|database|list|id|record|safety|name))",
        "patient's",
        "pt'?s(?!/)",
        r"pt\b",
        "(?:his|her) (?:last|first|next|mri|ct|surgery|labs?|visit|scan|records?|notes?|chart|procedure|doctor|pcp|insurance|contact|phone|email|address)",
        *r"he\b she\b collected drawn resulted procedure surgery operation biopsy transplant(?:ed)?".split(),
        "records? (?:from|at)",
        *"encounter dx'?d rx'?d s/p d/c lmp edd".split(),
        "follows? (?:up )?(?:at|with)",
        "care at",
        *(
            "brought arrived came attend(?:ed|ing) suffered reviewed discussed call(?:ed)? collapsed dialy[sz]e[sd]"
        ).split(),
        "stays (?:at|in|around)",
        "sleeps (?:at|in|under)",
        "(?:given|administered|vaccinated|injected|taken)(?: on| at| in)? $",
        "(?:patient|pt|client|man|woman|lady|gentleman|boy|girl|child|baby) (?:is |was )?from",
        "(?:i|we) (?:(?:was|were|have been) (?:at|to|in|seen|sent)|went to|live|moved|returned|flew)",
        "(?:tests?|tested|swab) positive",
        r"(?:i|we) (?:had|got) (?:my |an? |the |some )?(?:shots?|jabs?|vaccin\w+|scan|x-?rays?|mri|ct|echo|surgery|stents?|stitches|tests?|bloods?)",
        r"my (?:[\w-]+ )?(?:"
        + one_of(
            *(
                r"echo\w* scans? mri ct x-?rays? ultrasound mammogram \w+oscopy e[ck]g inr a1c hba1c psa tsh "
                "periods? cycle"
            ).split(),
            "due date",
            "reports?(?! (?:generator|template|builder|script))",
            "results?",
            "labs?",
            "blood ?(?:work|tests?)",
            *(
                r"biops\w+ letter endo gp pcp ob gyn doc(?:tor)? \w+ologist surgeon midwife dentist therapist "
                r"pharmac\w+ appointment appt surgery operation visit prescription insurance neighbou?rs? "
                "aunt(?:ie)? uncle cousin friend sister brother kids?"
            ).split(),
            "child(?! process)",
            *r"baby toddler mom mum dad grand\w+ niece nephew partner boyfriend girlfriend roommate co-?worker".split(),
        )
        + ")",
    )
    + r")(?!\w)"
)
_PERSON: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        r"\d{1,3}[- ]?(?:years?|yrs?|y|months?|mo|weeks?|days?)[- /]?(?:o(?:ld)?)\b",
        r"\d{1,3}\s?(?:yo|y/o|y\.o\.)",
        r"\d{2}[mf]\b",
        r"(?:this|the|our|my|a|an) (?:patient|pt|man|woman|boy|girl|infant|newborn|toddler|gentleman|lady|child|baby)\b(?! (?:cohort|population|group|sample|process|with the|id|record|safety|name|chart|database|list|portal))",
        r"pt\b",
        r"(?:mr|mrs|ms)\b",
        "(?:my|his|her) (?:mother|father|wife|husband|son|daughter|brother|sister)",
        r"(?<!/)(?<!or )\b(?:he|she|his|her|him)\b(?!/| or )",
        r"patient's\b(?! (?:name|mrn|dob))",
    )
    + ")"
)
_MANY: Final = re.compile(
    r"(?i)\b(?:patients|participants|subjects|adults|children|women|men|people|individuals|cases|cohorts?)\b"
)
_PERSONAL: Final = re.compile(
    "(?i)"
    + one_of(
        *(
            r"/(?:patients?|members?|profile|people|users?|in|p|rec(?:ord)?s?)/[\w.-]*[\d.-] "
            r"(?:mrn|ssn|dob|patient_?id|pid)= portal mychart (?<![/\w])profile"
        ).split(),
        "logged in",
        r"(?<![/\w])log-?in",
        "patient (?:session|blog|web ?site|web ?page|page|account|log|ip)",
        r"patient(?:'s)? (?:portal |app |home |own )?(?:session|connection|device|phone|laptop|browser|computer) (?:(?:was |is )?(?:came|comes|coming|originat\w+|connect\w+|seen|opened|started))",
        r"patient (?:has |had |was |is )?(?:connect(?:ed|s|ing)|sign(?:ed|s) (?:in|up|on)|dial(?:l?ed|s) in|brows(?:ed|es)|authenticat(?:ed|es)|join(?:ed|s) (?:the |a |her |his )?(?:[\w-]+ ){0,2}(?:visit|call|session|meeting)) (?:from|at|via|through|using|with)",
        r"\b(?:charts?|records?) (?:was |were )?(?:opened|viewed|accessed|exported)",
        r"(?:opened|viewed|accessed|exported) (?:[\w']+ ){0,3}(?:charts?|records?)\b",
        r"\b(?:visits?|telehealth|telemed\w*|consult\w*|appointment|patient)\b.{0,60}/(?:rooms?|j|join|visits?|meet|session|call|w)/[\w.-]*[\d-]",
    )
)
_BARE: Final = re.compile(r"(?i)portal|mychart|profile|logged in|log-?in")
"""What a handbook links to as well; beside a person it is theirs."""
_COURSE: Final = re.compile(
    r"(?i)\b(?:immuni[sz]ation|vaccination|vaccine|shots?|jabs?) (?:record|history|card|log|booklet)[ \t]*[:\n]"
)
"""The head of a list whose lines tell one person's days."""
_PUBLIC: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        *(
            "guidelines? recommendations? publish(?:ed|ing)? publication approv(?:ed|al) fda ema cdc updated? "
            "version revis(?:ed|ion) released? trial study studies journal conference recall(?:ed)? label"
        ).split(),
        "effective date",
        "as of",
        "today(?:'s)?(?: date)? is",
        "current date",
        "knowledge cutoff",
        *(
            r"cutoff copyright licensed deadline deploy\w* commit changelog law act rule regulation edition "
            "meeting webinar congress lecture seminar symposium talk pandemic epidemic launched withdrawn "
            "announced issued posted accessed retrieved (?-i:SELECT|WHERE|BETWEEN|INSERT|UPDATE|VALUES)"
        ).split(),
    )
    + r")\b"
)
_OWNER: Final = re.compile(
    r"(?i)\b(?:his|her|my|their|pt|mr|mrs|ms|patient's|pt's|for patient|(?:the|this|our) patient (?:logged|login|used|visited|accessed|posted))\b|by the patient\b"
)
_OWNS_PAGE: Final = re.compile(
    r"(?i)\b(?:his|her|their|pt's|patient's|(?:mr|mrs|ms)\.? [\w'-]+) (?:own |personal |new |old |public |online )?(?:[\w-]+ )?(?:blog|page|web ?site|site|profile|channel|vlog|video|photos?|album|link|account|fundraiser|portal|url|post)\b|"
    r"\b(?:pt|for patient|(?:the|this|our) patient) (?:logged|login|used|visited|accessed|posted|blogs|runs)|\bmy (?:own |personal )?(?:blog|page|web ?site|profile|channel|vlog|account|fundraiser|url)\b|by the patient\b|\b(?:he|she) (?:blogs|posts|posted|wrote|writes|runs)\b"
)
"""Whose address on the web it is; `their` alone says nothing in a handbook."""
_EDITION: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        "(?:page|leaflet|document|article|information|policy|guidance|label|content)s? (?:last )?(?:reviewed|updated|revised|checked)",
        "last (?:reviewed|updated|revised|modified|checked)",
        "(?:next |for )?review(?: due| date)?",
        "(?-i:reviewed:)",
        "valid (?:from|until|to)",
        "in force",
        "(?:data )?(?:lock|snapshot|cut-?off)",
        *"revised updated effective ratified adopted approved issued published amended superseded".split(),
    )
    + r")(?: on| by)?[\s:=*_-]{0,6}$"
)
"""What stands before the day on which a text was written, not one on which somebody was seen."""
_NUMBER: Final = re.compile(r"\d+")
_BESIDE: Final = 24
"""An event at most this many characters before a place or date happened there or then."""
_NEAR: Final = (80, 45)
_WIDE: Final = 300
"""Characters before and after a finding in which a cue is looked for."""


DEVELOPERS: Final = frozenset({Carrier.SYSTEM, Carrier.TOOL_DEFINITION})
"""Who writes there is a developer, not a clinician."""
SHARED_MAILBOX: Final = 0.6
"""Confidence of the address of a task or a group, such as support@: nobody's own."""
_CONTACTS: Final = frozenset({Kind.EMAIL, Kind.PHONE, Kind.FAX, Kind.ADDRESS})
SOMEBODYS: Final = DIRECT - _CONTACTS - {Kind.NAME, Kind.OTHER_ID}
"""Numbers that are somebody's whatever stands around: no author, office or notice has a record number."""


def counted(hits: Sequence[Hit], text: str, *, carrier: Carrier = Carrier.MESSAGE) -> list[bool]:
    """For each hit whether it counts: direct ones always, indirect ones beside a direct one or a cue for a patient.

    The mailbox of a task or a group is nobody's, unless they say whose. Authors and maintainers are credited with a text or a program, and are nobody in care (`credits`).

    Ways to reach somebody that developers wrote down are their own ("Questions? help@…, 1-800-…") and do not count,
    unless they speak of one person there. A tool's definition speaks of patients in general ("fetch a patient by …"), which is no cue.
    """
    if any(hit.kind in SOMEBODYS and not (hit.kind in NUMBERED and of_anybody(hit, text)) for hit in hits):
        return [True] * len(hits)  # as nearly every note: what stands around need not be read
    house = [
        (carrier in DEVELOPERS and _of_the_house(hit, text))
        or _shared(hit, text)
        or _asked(hit, text)
        or _nobody(hit, text)
        or of_anybody(hit, text)
        for hit in hits
    ]
    known = excused(hits, text)
    house = [ours or one for ours, one in zip(house, known, strict=True)]
    if any(hit.kind in DIRECT and not ours for hit, ours in zip(hits, house, strict=True)):
        return [True] * len(hits)
    if carrier is Carrier.TOOL_DEFINITION:
        return [False] * len(hits)
    others = any(known)  # he, she and what happened to them in such a text are theirs, unless it speaks of care
    about = [
        not ours
        and (
            hit.patient
            or (
                hit.evidence is not Evidence.FIELD
                and _about_a_patient(hit, text)
                and (not others or treated(hit, text))
            )
        )
        for hit, ours in zip(hits, house, strict=True)
    ]
    if any(about) and not any(hit.patient for hit in hits) and once(many, text):
        return [False] * len(hits)
    return [True] * len(hits) if any(about) else about


def excused(hits: Sequence[Hit], text: str) -> list[bool]:
    """For each hit whether the text around says that it is nobody's in care."""
    told = zip(credited(hits, text), public(hits, text), nobodys(hits, text), strict=True)
    return [any(one) for one in told]


def _asked(hit: Hit, text: str) -> bool:
    """Whether a day bounds what a query asks for (`dob >= '1990-01-01'`), or a question is about a post code itself."""
    before = text[max(0, hit.start - _NEAR[0]) : hit.start].rpartition("\n")[2]
    if hit.kind is Kind.DATE:
        return _COMPARED.search(before) is not None
    if hit.kind is not Kind.ZIP:
        return False
    after = text[hit.end : hit.end + _NEAR[1]].partition("\n")[0]
    return _WHERE.search(before) is not None and all(_SOMEONE.search(side) is None for side in (before, after))


_COMPARED: Final = re.compile(
    r"(?:[<>]=?|\b(?i:between)) ?(?:(?i:date|timestamp) )?'$|[<>]=? ?(?:(?i:date|datetime|datevalue)\(\"?|#)$|\b(?i:between) '[\d-]{8,10}' (?i:and) '$"
)
"""Before a day in SQL that is the end of a range; after `=` it is somebody's."""
_WHERE: Final = re.compile(
    r"(?i)\b(?:which|what) (?:county|counties|city|town|state|district|region|time ?zone|area)\b[^.?!\n]{0,40}\b(?:zip|post(?:al)? ?code)s?\b[^.?!\n]{0,8}$"
)


def _shared(hit: Hit, text: str) -> bool:
    """Whether it is the mailbox of a task or a group, and nobody is said to use it."""
    if hit.kind is not Kind.EMAIL or hit.confidence > SHARED_MAILBOX:
        return False
    before = text[max(0, hit.start - _NEAR[0]) : hit.start].rpartition("\n")[2]
    after = text[hit.end : hit.end + _NEAR[1]].partition("\n")[0]
    return all(said.search(side) is None for said in (_SOMEONE, _OWNER) for side in (before, after))


_EXAMPLE: Final = re.compile(
    r"(?i)\b(?:examples?|sample|placeholder|dummy|mock|fake|fixtures?|template|hypothetical|fictional|made[- ]up|test data|lorem ipsum)\b|\be\.g\."
)
"""What says that a text shows how something looks. Hospitals call John Doe whom they do not know."""


def _nobody(hit: Hit, text: str) -> bool:
    """Whether it is who stands for anybody, in an example that speaks of nobody in care beside it."""
    if (
        hit.kind is not Kind.NAME
        or hit.evidence is Evidence.FIELD
        or not PLACEHOLDER.fullmatch(text, hit.start, hit.end)
    ):
        return False
    low, high = max(0, hit.start - _WIDE), hit.end + _WIDE
    sides = ((low, hit.start), (hit.end, high))
    shown = any(_EXAMPLE.search(text, *side) for side in sides)
    return shown and not any(said.search(text, *side) for said in (_SOMEONE, _EVENT) for side in sides)


def _of_the_house(hit: Hit, text: str) -> bool:
    """The day of the request, a contact of the vendor, or a number of the product.

    Contacts near a word for a person ("patient", "mother") are theirs, not the vendor's.
    """
    if hit.kind is Kind.DATE:
        return not hit.patient and _NOW.search(text, max(0, hit.start - _BESIDE), hit.start) is not None
    if hit.patient or not (hit.kind in _CONTACTS or (hit.kind is Kind.OTHER_ID and hit.evidence is Evidence.CONTEXT)):
        return False
    before = text[max(0, hit.start - _NEAR[0]) : hit.start].rpartition("\n")[2]
    after = text[hit.end : hit.end + _NEAR[1]].partition("\n")[0]
    return _SOMEONE.search(before) is None and _SOMEONE.search(after) is None


_NOW: Final = re.compile(
    r"(?i)(?:\btoday(?:'s date)?|\b(?:current|local|server|system)(?: date(?: and time)?| time)|\bnow|\bcut-?off(?: date)?)(?: is)?\s?[:=]?\s{0,2}$"
)
"""What stands before the day of the request itself."""
_SOMEONE: Final = re.compile(
    r"(?i)\b(?:"
    + one_of(
        r"patient(?! (?:portal|support|services|experience|safety|education|relations|access|app)\b)",
        *"pt subscriber resident caller guarantor".split(),
        "member(?! (?:services|support))",
        *(
            "mother father mum mom dad wife husband son daughter spouse partner brother sister guardian caregiver"
        ).split(),
        "next of kin",
        "nok",
        "emergency contact",
        *"mr mrs ms he she his her him".split(),
    )
    + r")\b"
)


_OF_OLD: Final = re.compile(r"\d{1,2}([./-])\d{1,2}\1(?:19[2-9]\d|200\d)|(?:19[2-9]\d|200\d)-\d\d-\d\d")
_ERRAND: Final = re.compile(
    r"(?i)\b(?:re-?fills?|repeat prescription|prescriptions?|scripts?|slot|appointments?|appt|re-?book(?:ed)?|walk-?in|no-?show|dna'?d)\b"
)
"""What a practice does for one who is called or comes."""


def _about_a_patient(hit: Hit, text: str) -> bool:
    """Whether what stands around an indirect finding speaks of one patient, and of what happened to them.

    The nearer cue before it wins: "guidelines for a man seen on March 3" is about him, "approved on March 3" is not.
    """
    before = text[max(0, hit.start - _NEAR[0]) : hit.start].rpartition("\n")[2]
    after = text[hit.end : hit.end + _NEAR[1]].partition("\n")[0]
    person = _PERSON.search(text, max(0, hit.start - _WIDE), min(len(text), hit.end + _WIDE)) is not None
    if hit.kind in _REACHED:
        around = before + text[hit.start : hit.end] + after
        owner = _OWNS_PAGE if hit.kind is Kind.URL else _OWNER
        bare = hit.kind in {Kind.URL, Kind.IP} and not person
        said = any(not bare or _BARE.fullmatch(told.group()) is None for told in _PERSONAL.finditer(around))
        return owner.search(around) is not None or said
    event, public = _last(_EVENT, before), _last(_PUBLIC, before)
    if public > event or _EDITION.search(before) or (hit.kind is Kind.DATE and _stamped(before, text[hit.end :][:60])):
        return False
    instant = hit.evidence is Evidence.SHAPE and _INSTANT.search(text[hit.start : hit.end + _CLOCK]) is not None
    if instant and (event < 0 or _LAPSED.search(before)):
        return False
    if hit.kind is Kind.DATE and _OF_OLD.fullmatch(text, hit.start, hit.end) and _ERRAND.search(f"{before} {after}"):
        return True  # a day of a generation ago by which somebody on a list is known: "the 10:15 slot, 14.02.1958"
    if hit.kind is Kind.DATE and _COURSE.search(text, max(0, hit.start - _WIDE), hit.start):
        return True
    if hit.kind is Kind.AGE or (hit.kind is Kind.FACILITY and person):
        return person
    if hit.kind is Kind.DATE and not _NUMBER.search(text[hit.start : hit.end]) and event < 0:
        return person and _PUBLIC.search(after) is None  # a month alone is everybody's
    if event >= 0 or _EVENT.search(after):
        exact = len(_NUMBER.findall(text[hit.start : hit.end])) > 1 or len(before) - event < _BESIDE
        return person or exact or _MANY.search(before) is None
    return person and _PUBLIC.search(after) is None


def _stamped(before: str, after: str) -> bool:
    """Whether a day is when a program wrote a line or a file, or where a query begins or ends."""
    return _STAMP_BEFORE.search(before) is not None or (
        not before.strip(" \t[\"'") and _STAMP_AFTER.match(after) is not None
    )


_STAMP_BEFORE: Final = re.compile(
    r"^[-dlcbps][rwxsStT-]{9}[.+@]?[ \t][^\n]*[ \t]\d[\d.,]*[KMGTB]?[ \t]+$| - \S+ \[$|(?i:[<>]=?|\bbetween|\binterval|\band) (?:date |timestamp )?'$"
)
"""Before the day in `ls -l`, a web server's log, the bound of a range in SQL."""
_STAMP_AFTER: Final = re.compile(
    r"[T ]?[\d:.,]{0,15}(?:Z|[ ]?[+-]\d\d:?\d\d)?[\]\"']?[ \t:|-]{1,3}(?:\[[^\]\n]{1,32}\][ \t:|-]{1,3})?\[?(?:INFO|WARN(?:ING)?|ERROR|DEBUG|TRACE|FATAL|NOTICE|CRIT(?:ICAL)?|SEVERE|LOG|info|warn(?:ing)?|error|debug|trace)\b"
    r"|[ \t]+\d\d:\d\d(?: [AP]M)?[ \t]+(?:<DIR>|[\d,]+)[ \t]+\S"
)
"""After the day in a log (the hour, a level) and in `dir`."""
_INSTANT: Final = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)")
"""An instant as machines write it (RFC 3339); where it is a patient's the field of a record says so."""
_CLOCK: Final = 24
_LAPSED: Final = re.compile(
    r"(?i)\b(?:certificates?|certs?|tokens?|keys?|licen[cs]es?|sessions?|leases?|passwords?|cookies?)\b[^.\n]{0,20}$"
)
"""What of a machine runs out on a day."""
_REACHED: Final = _CONTACTS | {Kind.URL, Kind.IP}


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)
