"""Whether an address of mail is of a task, a group or a part of a house by its own words; one address in, a verdict out.

What stands around it says nothing: a list of patients can be laid out like one of staff.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from gateway.phi.find import lexicon, strange

_SHARED: Final = frozenset(
    "team teams staff group groups list lists ops devops dev devel developers maintainers contributors support help helpdesk desk bot alerts alarms "
    "notifications noreply users announce discuss commits patches request owner bugs bug security office clinic clinics dept department unit service "
    "services committee reception".split()
)
"""What a group is called after something by: `tidycase-devel`. The other word may then be any that is nobody's."""
_TASKS: Final = frozenset(
    "info contact contacts admin administrator reply donotreply sales billing privacy abuse webmaster postmaster hostmaster root feedback press "
    "media legal careers jobs hello git enquiries inquiries example examples user name email mailer sre api ci cd build builds buildd release releases alert "
    "alarm watch notify notification notice notices digest status error errors cron monitoring oncall call bi core data analytics report reports reporting "
    "performance quality platform infra it web community docs training events library libraries register registry booking bookings appointment appointments "
    "frontdesk payroll hr estates facilities procurement communication communications comms rota pharmacy editor editors editorial submission "
    "submissions volunteers fundraising order orders batch safety drugsafety people publication publications research return returns complaint complaints "
    "finance project projects outpatients inpatients theatres guideline guidelines referrals admissions discharges stewardship governance formulary coding "
    "secretaries nursing education learning imaging dietetics catering operations informatics helpline triage screening vaccinations immunisations "
    "immunizations infection trials ethics claims appeals benefits membership providers enrolment enrollment eligibility purchasing supplies stores "
    "laboratory diagnostics".split()
)
"""Tasks and parts of a house, none of which is anybody's name."""
_MANY: Final = _SHARED | _TASKS
_RESERVED: Final = frozenset(
    "noreply donotreply postmaster abuse webmaster hostmaster security support privacy legal press".split()
)
"""Names that no provider gives to anybody."""
_FIELD_OF_MEDICINE: Final = re.compile(
    r"[a-z]*(?:ology|ologia|ologie|iatrics?|iatria|crobials?|therapy|terapia|surgery|radiography)"
)
_WORD: Final = re.compile(r"([a-z]+)\d{0,2}")
_APART: Final = re.compile(r"[._+-]")
_MOST_WORDS: Final = 8
_ACRONYM: Final = 4
_UNREAD: Final = re.compile(r"[^@]+@(?:[\w-]+\.)*(?:no-?reply|donotreply)\.")
"""At such a domain nobody reads."""
_ANYBODYS: Final = re.compile(
    r"@(?:[\w-]+\.)*(?:gmail|googlemail|google|outlook|hotmail|live|msn|yahoo|ymail|rocketmail|icloud|me|mac|proton|protonmail|pm|gmx|web|aol|mail|zoho|yandex|fastmail|"
    r"hey|tutanota|tuta|t-online|freenet|orange|wanadoo|libero|btinternet|sky|virginmedia|ntlworld|talktalk|comcast|verizon|att|sbcglobal|cox|charter|qq|163)\.[a-z.]{2,6}$"
)
"""Domains at which everybody can have a mailbox, and call it as they like."""
_SAID: Final = frozenset({lexicon.ORDINARY, lexicon.TERM, lexicon.BODY, lexicon.DRUG})


def of_many(address: str) -> bool:
    """Whether a mailbox is called after what many do there, in words none of which is anybody's name."""
    address = address.casefold()
    box = address.partition("@")[0]
    words = _APART.split(box, maxsplit=_MOST_WORDS)
    if _UNREAD.match(address) or "".join(words) in _RESERVED:
        return True
    found = [_WORD.fullmatch(word) for word in words]
    if len(words) > _MOST_WORDS or not all(found) or _ANYBODYS.search(address) or _of_a_family(address):
        return False
    said = [one[1] for one in found if one]
    told = [word in _MANY or _FIELD_OF_MEDICINE.fullmatch(word) is not None for word in said]
    shared = not _SHARED.isdisjoint(said)
    return any(told) and all(many or _nobodys(word, shared=shared) for many, word in zip(told, said, strict=True))


def _of_a_family(address: str) -> bool:
    """Whether a domain is a family's or a person's own: `info@skarsgaardt-family.example`, `contact@maria-garcia.example`, `….name`."""
    labels = address.rpartition("@")[2].split(".")
    if len(labels) > 1 and labels[-1] == "name":
        return True
    for label in labels[:-1]:
        parts = [part for part in label.split("-") if part]
        if _FAMILY.search(label) or any(strange.are_named(*two) for two in pairwise(parts)):
            return True
        if len(parts) == 1 and any(_are_joined(label[:at], label[at:]) for at in range(_LEAST, len(label) - _REST + 1)):
            return True
    return False


def _are_joined(first: str, second: str) -> bool:
    """Whether a label begins with a given name and goes on with a word on no list: `ottoskarsgaardt`."""
    given = bool(lexicon.marks(first) & lexicon.GIVEN) and not lexicon.is_ordinary(first)
    return given and strange.is_strange(second)


_FAMILY: Final = re.compile(r"^(?:the)?[a-z]{3,24}-?(?:family|familie|household)$")
_LEAST, _REST = 4, 6


def _nobodys(word: str, *, shared: bool) -> bool:
    """Whether a word is no name: of everyday language, of medicine or an acronym; beside a group any that no list of names has."""
    marks = lexicon.marks(word)
    if marks & lexicon.PEOPLE:
        return False
    return 1 < len(word) <= _ACRONYM or bool(marks & _SAID) or shared
