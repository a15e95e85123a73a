"""What is of an organisation, of who made something, or of a thing: a firm, a maker, a study; text in, verdicts out.

How to reach somebody is told here by its own shape only (a number that is free to call, the mailbox of a task, an address that begins
with the name of a house); `houses` asks what its own clause says, where a text speaks of nobody. Nothing here
looks for somebody in care; `registers` takes a verdict back where one is spoken of.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon, mailboxes
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.text.ways import one_of

_FIELD: Final = re.compile(r"[\s\"'(\[]{0,6}(?:&lt;|<)[^<>\s]{1,80}(?:@|$)")
_NAMED: Final = re.compile(r"[^\W\d_][\w'’.-]*(?:[ \t]+[^\W\d_][\w'’.-]*){0,4}[\"')]?\s{0,8}(?:&lt;|<{1,2}|\()\s?$")
"""Before an address in brackets: the name of whose it is."""
_ORGANISATION: Final = re.compile(
    r"\b(?:"
    + one_of(
        *(
            "office desk reception team nurses department dept support press media sales service services helpline hotline switchboard unit clinic "
            "hr benefits claims appeals inc ltd llc gmbh plc pharma pharmaceuticals corp corporation company sponsor distributor manufacturer vendor "
            "enquiries inquiries headquarters hq security outpatients administrator administrators committee registry library bookings "
            "college university institute centre center association society foundation agency authority council ministry secretariat laboratory "
            "mailing-list lists? bugs? upstream daemon developers? maintainers? project "
            "helpdesk facilities payroll estates procurement compliance fda mhra ema cdc medwatch poison"
        ).split(),
        r"line\b(?![\"']\s*:)",
        "medical monitor",
        "electronic address",
        "correspondence(?: to)?",
        "corresponding author",
        "service cent(?:re|er)s?",
        "manufactured (?:for|by)",
        "distributed by",
        "marketed by",
        "adverse (?:reactions|events)",
        "product complaints",
        "further information",
        "(?-i:AS|AB|AG|SA|Inc|BV|NV|Oy|KG|A/S|S\\.A\\.)",
        "p\\.?o\\.? box",
        "contact us",
        "ext",
    )
    + r")\b[^\n]{0,70}$",
    re.IGNORECASE,
)
"""What has a place of its own."""
_OF_OFFICE: Final = re.compile(
    r" (?:[Oo]utpatients?|nurses|[Tt]eam|[Cc]linic|[Dd]epartment|[Ww]ard|[Oo]ffice|[Dd]esk|[Uu]nit|[Ss]ervices?|[Hh]elpline|[Pp]harma|[Rr]eception)\b"
)
"""What stands behind the name of a part of a house: "Urology nurses"."""
CONTACTS: Final = frozenset({Kind.PHONE, Kind.FAX, Kind.EMAIL, Kind.ADDRESS, Kind.ZIP, Kind.PLACE, Kind.FACILITY})
_PLACED: Final = frozenset({Kind.ZIP, Kind.PLACE, Kind.FACILITY})
_CREDITED_BY: Final = re.compile(
    r"(?i)\b(?:debianized|packaged|maintained|written|contributed|ported|translated|reported|suggested|sponsored|created|developed|authored|updated|rewritten|designed|"
    r"implemented|edited|provided|requested|fixed|pointed out|thanks to|patch from|credit to) (?:by |to )?(?:[^\W\d_][\w'’.-]*[ \t]+){0,4}(?:&lt;|<{1,2}|\()?\s?$"
)
"""Before who made something, and before the address in brackets behind them."""
_WHOSE: Final = re.compile(
    r"(?i)\b(?:patient|pt|caller|resident|client|member|mother|father|mum|dad|wife|husband|son|daughter|guardian|carer|partner)(?:'s)?(?-i:(?![a-z]))(?! (?:services|support|relations|portal|experience|safety|information|helpline|information|advice))[^\n]{0,40}$"
)
"""Before a contact: the person whose it is."""
_NOBODYS_NUMBER: Final = re.compile(
    r"\(?(?:\+?1[-. ]?)?\(?8(?:00|33|44|55|66|77|88)\)?[-. ]?\d{3}[-. ]?\d{4}"
    r"|(?:\+44[ -]?(?:\(0\))?|0)(?:3[0347]\d|80[08])[ -]?\d{3}[ -]?\d{4}|0800[\d ]{4,8}"
    r"|(?:\+61[ -]?)?1[38]00[ -]?\d{3}[ -]?\d{3}"
)
"""Ranges that no person is given: free to call, or at one rate for organisations (NANP 800 to 888, UK 03, 0800 and 0808,
Australia 1300 and 1800). 555-01xx is for fiction, and may stand for anybody."""
_SERVICE: Final = re.compile(r"116[ -]?\d{3}|11\d|[2-9]11|999|988|000|101|105")
"""Numbers for emergencies and services: of three digits, or beginning with 116 (EU)."""
_HOUSE: Final = re.compile(
    r"(?i)\b(?:university|universit\w+|institut\w*|department|faculty|school|college|hospital|academy|laboratory|centre|center|division|clinic|ltd|inc|gmbh)\b"
)
_AFFILIATED: Final = re.compile(rf"{_HOUSE.pattern}[^\n,;:.]{{0,60}}, (?:[^\n,;:.]{{1,40}}, ){{0,2}}$")
"""Right before the address of a house: its name, and the parts of it that stand between two commas."""


def owned(hit: Hit, text: str, domains: frozenset[str]) -> bool:
    """Whether a hit is of an office, a firm, a thing or a maker by what stands beside it; `domains` are those of `text`."""
    return (
        _of_an_office(hit, text)
        or _of_a_firm(hit, text, domains)
        or of_a_thing(hit, text)
        or _of_a_maker(hit, text)
        or _of_a_machine(hit, text)
    )


def domains(text: str) -> frozenset[str]:
    """The first words of the domains of addresses in a text, with and without the part before their first dot, in small letters."""
    return frozenset(word for found in _DOMAIN.finditer(text.casefold()) for word in found.groups() if word is not None)


_DOMAIN: Final = re.compile(r"(?:@|//|www\.)(\w+)(?:[\w-]*\.(\w+))?")


BRACKETED: Final = frozenset({Kind.NAME, Kind.EMAIL})


def in_its_field(hit: Hit, text: str) -> bool:
    """Whether a name has its address behind it in brackets, or an address its name before it: `Jane Doe <jane@example.org>`."""
    if hit.evidence is Evidence.FIELD:
        return False
    if hit.kind is Kind.NAME:
        return _FIELD.match(text, hit.end, hit.end + 90) is not None
    return _NAMED.search(text, max(0, hit.start - 90), hit.start) is not None


def reaches_nobody(hit: Hit, text: str) -> bool:
    """Whether it is a number of a range that no person is given, whatever a cue took it for."""
    value = text[hit.start : hit.end]
    if hit.kind in _CALLED and _SERVICE.fullmatch(value):
        return True
    return (hit.kind in _CALLED or (hit.kind is Kind.OTHER_ID and not value.isdigit())) and _NOBODYS_NUMBER.fullmatch(
        value
    ) is not None


def is_extension(hit: Hit, text: str) -> bool:
    """Whether a number is one that only the house itself can call."""
    if hit.kind not in _CALLED or hit.end - hit.start > _SHORT:
        return False
    return _INTERNAL.search(text, max(0, hit.start - _LABEL), hit.start) is not None


_CALLED: Final = frozenset({Kind.PHONE, Kind.FAX})
_INTERNAL: Final = re.compile(r"(?i)\b(?:ext(?:ension|n)?|bleep|pager|x)\.?(?: no\.?| number)?[ :#]{0,2}$")
_SHORT: Final = 6
"""Digits of the longest extension."""
_LABEL: Final = 40


def _of_an_office(hit: Hit, text: str) -> bool:
    """Whether it is an organisation, where one is, or how to reach one by what its own shape says."""
    if hit.kind is Kind.NAME and hit.evidence <= Evidence.CUE and _OF_OFFICE.match(text, hit.end):
        marks = [lexicon.marks(word) for word in text[hit.start : hit.end].casefold().split()]
        return all(lexicon.ORDINARY in mark and not lexicon.GIVEN & mark for mark in marks)
    if reaches_nobody(hit, text):
        return True
    if hit.kind not in CONTACTS or _WHOSE.search(text, max(0, hit.start - 60), hit.start):
        return False
    if hit.kind is Kind.EMAIL:
        return mailboxes.of_many(text[hit.start : hit.end])
    above, _, before = text[max(0, hit.start - 260) : hit.start].rpartition("\n")
    if not before.strip(" \t*>#"):  # an address goes to the next line as a whole
        before = f"{above.rpartition(chr(10))[2]} "
    if hit.kind is Kind.ADDRESS:
        return _HOUSE.search(text, hit.start, hit.end) is not None or _AFFILIATED.search(before) is not None
    return hit.kind in _PLACED and _ORGANISATION.search(before) is not None


_OF_A_KEY: Final = re.compile(
    r"(?i)\b(?:pgp|gpg|fingerprint|sha-?\d{0,3}|md5|checksum|digest|build|rebuild with|ticket|issue|bug|cve)[\w ]{0,12}[\s:=#(]{1,3}$"
)


def of_a_thing(hit: Hit, text: str) -> bool:
    """Whether a number that a model takes for somebody's is of a key, a build or a fault."""
    if hit.kind is not Kind.OTHER_ID:
        return False
    before = text[max(0, hit.start - 40) : hit.start]
    return _OF_A_STUDY.search(before) is not None or (
        hit.evidence is Evidence.CONTEXT and _OF_A_KEY.search(before) is not None
    )


_OF_A_STUDY: Final = re.compile(
    r"(?i)\b(?:ethics|irb|hrec|grant|award|trial registration|registered (?:at|with)|clinicaltrials\.gov|prospero|eudract|eu ct|funding)\b[^\n;]{0,30}$"
)


def _of_a_firm(hit: Hit, text: str, domains: frozenset[str]) -> bool:
    """Whether a word that a model takes for a name is also the domain of an address in the text: a firm is called so."""
    if hit.kind is not Kind.NAME or hit.evidence is not Evidence.CONTEXT:
        return False
    if _INCORPORATED.match(text, hit.end):
        return True
    return not domains.isdisjoint(_LONG_WORD.findall(text[hit.start : hit.end].casefold())[:2])


_INCORPORATED: Final = re.compile(
    r"(?: [A-Z][a-z]+){0,2},? (?:Inc|Ltd|LLC|GmbH|Corp|Pharma(?:ceuticals)?|plc|B\.?V|S\.?A|A/S|AB|AS|AG)\b"
    r"| (?:Medical|Devices|Diagnostics|Therapeutics|Biologics|Instruments|Technologies|Software|Analytics|Systems)\b"
)
_LONG_WORD: Final = re.compile(r"[a-z]{5,}")


def _of_a_maker(hit: Hit, text: str) -> bool:
    """Whether it is who made a program or a page, or the address behind them: `maintained by Jane Doe <jane@example.org>`."""
    if hit.kind not in BRACKETED or not in_its_field(hit, text):
        return False
    return _CREDITED_BY.search(text[max(0, hit.start - 120) : hit.start].replace("\n", " ")) is not None


def _of_a_machine(hit: Hit, text: str) -> bool:
    """Whether it is an address of a network of one's own (RFC 1918), which nobody can be traced by, and nobody is said to use it."""
    if (
        hit.kind is not Kind.IP
        or hit.evidence is Evidence.FIELD
        or _PRIVATE.fullmatch(text, hit.start, hit.end) is None
    ):
        return False
    low = max(text.rfind("\n", 0, hit.start) + 1, hit.start - _LINE)
    end = text.find("\n", hit.end, hit.end + _LINE)
    return _USED.search(text, low, end if end >= 0 else hit.end + _LINE) is None


_LINE: Final = 160
_PRIVATE: Final = re.compile(
    r"(?i)(?:[a-z_ ]{1,12}[=:] ?)?(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})(?::\d{1,5})?"
)
_USED: Final = re.compile(
    r"(?i)patients?\b|\b(?:pt|his|her|their|my|mr|mrs|ms|portal|mychart|logged in|caller|member|resident)\b|\buser[ =:]"
)
