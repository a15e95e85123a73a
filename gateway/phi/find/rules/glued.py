"""Numbers that stand in one word with what announces them: `ptid88213047`, `acct00412233`; a table of such beginnings."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_NUMBER: Final = r"(?i:ids?|num|nbr|nr|no|number|ref)?"
_OF_THIS_TIME: Final = re.compile(
    r"[A-Za-z]+(?:20[1-3]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|1[5-9]\d{8}(?:\d{3})?)"
)
"""A day of these years or an instant, by which files and runs are called."""


def _of_somebody(value: str, before: str, after: str) -> float:
    """No day, no instant, and no piece of a longer word (`pkg/acc_visit20260114`, `pt1234567.so`)."""
    if _OF_THIS_TIME.fullmatch(value) or re.match(r"\.[A-Za-z]{1,4}\d?\b", after) or before[-1:] in {"$", "#", "@"}:
        return 0.0
    return 0.93


def _glued(kind: Kind, words: str, digits: str, hit: str, miss: str) -> Rule:
    beginning = one_of(*words.split())
    return Rule(
        kind,
        rf"(?:^|[^A-Za-z0-9])((?i:{beginning}){_NUMBER}{digits})(?:$|[^A-Za-z0-9])",
        judge=_of_somebody,
        patient=True,
        hits=(hit,),
        misses=(miss,),
    )


RULES: Final = (
    _glued(
        Kind.MRN,
        "pt pat patient ptnt mrn chart hosp hospital uhid emr ehr urn record inpatient resident",
        r"\d{6,12}",
        "open «ptid88213047» now",
        "patient12 and pt20261130",
    ),
    _glued(Kind.MRN, "pid hn mpi", r"\d{7,12}", "open «pid88213047» now", "pid48213, hn20261130"),
    _glued(Kind.ACCOUNT, "acct account guarantor", r"\d{6,12}", "bill «acct00412233»", "acct1 and acct1764496800"),
    _glued(
        Kind.PLAN_MEMBER, "member memb subscriber policy mbr", r"\d{6,12}", "of «memberid88213047»", "member20261130"
    ),
    _glued(
        Kind.OTHER_ID,
        "csn enc encounter visit accession acc accn specimen spec admission adm episode case referral claim rx",
        r"\d{7,12}",
        "close «enc88213047»",
        "visit20261130, case12",
    ),
    _glued(
        Kind.PHONE,
        "tel telephone phone fax mob mobile cell whatsapp sms",
        r"\+?\d{9,13}",
        "ring «tel4155550132»",
        "tel1764496800",
    ),
)
