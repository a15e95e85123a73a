"""How people are reached: telephone, fax, e-mail, URL and network addresses, by their shape and by the words before them."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find import lexicon, mailboxes
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.cue import announced
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_EXT: Final = r"(?:,?\s?(?:x|ext\.?|extension)\s?\d{1,6})?"
_US: Final = rf"(?:(?:\+|00)?1[-. ]?)?(?:\(\d{{3}}\)[\s.-]?|\d{{3}}[-. /]\s?)\d{{3}}[-. ]\d{{4}}{_EXT}"
_PLUS: Final = rf"(?:\+|\b00)[1-9]\d{{0,2}}[-. ]?(?:\(\d{{1,4}}\)[-. ]?)?\d{{1,5}}(?:[-. /]?\d{{2,5}}){{1,5}}\b{_EXT}"
_NATIONAL: Final = r"0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,5}|0[1-9](?:[ .-]\d{2}){4}|\(0\d{1,4}\)\s?\d{3,4}[ -]?\d{3,5}|\(0\)\s?[1-9]\d{1,3}[ -]\d{3,4}[ -]?\d{3,4}"
_ANY: Final = rf"(?:\+?\(?\d[\d\s()./-]{{5,18}}\d|\d{{3}}[-. ]\d{{4}}){_EXT}"
_PHONE_CUE: Final = one_of(
    *r"(?:tele)?phone tel\.? cell(?:ular|phone)? mobile mob ph call(?:ed|ing)?".split(),
    "call ?back",
    *"contact(?:ed)? reach(?:ed|able)? text(?:ed)? dial(?:ed|ing)? pager beeper".split(),
    "whats ?app",
    "sms",
    "voicemail",
    "landline",
    "(?:home|work|office|day|evening|emergency|mother|wife|husband|son|daughter)'?s? ?(?:phone|number|cell|contact)",
    *"telefon handy telephone telefono portable".split(),
)


def _digits(value: str) -> str:
    return "".join(char for char in re.split(r"(?i)\s?,?\s?(?:x|ext)", value)[0] if char.isdigit())


_SAMPLE: Final = re.compile(r"(?i)(?:such as|e\.?g\.?,?|example:?|format:?|like|matche?s?|placeholder:?)\W*$")


_NUMBERED_THING: Final = re.compile(
    r"(?i)\b(?:ndc|gtin|lot|batch|lock|seal|tag|catalog(?:ue)?|cat|sku|item|part|model|asset|isbn|issn|ean|upc|po)\b(?: ?(?:no|nos|number|code|id)\b)?[\s.:#]{0,3}$"
)
"""A word for a thing in trade before its number, which a telephone's may look like."""
_FREEPHONE: Final = re.compile(r"(?:44|0044)?0?(?:80[08]|30[0-9]|34[0-9]|37[0-9])\d{6,7}$")
"""Numbers that the United Kingdom gives to services alone: nobody lives there (Ofcom, National Telephone Numbering Plan)."""


_FROM_GREENWICH: Final = re.compile(r"[+-]\d\d:?\d\d")
_CLOCK: Final = re.compile(r"\d\d:\d\d(?:\.\d+)? ?$")


def _phone(value: str, before: str, after: str) -> float:
    digits = _digits(value)
    if _NUMBERED_THING.search(before) or (value.lstrip("(").startswith(("0", "+44")) and _FREEPHONE.match(digits)):
        return 0.0
    if (
        digits[-10:] in lexicon.PUBLIC_LINES
        or before[-1:].isalnum()
        or before[-1:] in {".", "/"}
        or re.match(r"[-./]?\d|-[A-Za-z]{2}|,\d{1,5} @@|\s?%", after)
        or (_FROM_GREENWICH.fullmatch(value) and _CLOCK.search(before))
    ):
        return 0.0
    if len(set(digits[-7:])) == 1 and _SAMPLE.search(before):
        return 0.0
    if len(digits) in {10, 11} and digits[-10] in "23456789" and digits[-7] in "23456789":
        return 0.95
    return 0.8


def _cued_phone(value: str, before: str, after: str) -> float:  # noqa: ARG001
    digits = _digits(value)
    if (
        digits in lexicon.PUBLIC_LINES
        or not 7 <= len(digits) <= 15
        or re.match(r"(?i) ?(?:mg|ml|%|years?|yo|mcg|units?)\b|[-/]\d", after)
    ):
        return 0.0
    if re.fullmatch(r"(?:19|20)\d\d-\d\d-\d\d(?: \d+)?|\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d\d(?: \d+)?", value.strip()):
        return 0.0
    return 0.98


_PAGER: Final = re.compile(r"(?i)\b(?:pager|bleep|beeper|ext|extension|dect|vocera|ascom)\b[\s:.#(]*$")
_YEAR: Final = re.compile(r"(?:19|20)\d\d$")


def _internal(value: str, before: str, after: str) -> float:
    """`pager 4-0188`, `paged x @ 555.0188`; four bare digits only right after the device, for "paged at 1430" is an hour."""
    if re.match(r"[-./:]?\d|\s?(?:mg|ml|%|h\b|hrs|hours)", after) or _YEAR.match(value):
        return 0.0
    return 0.95 if len(_digits(value)) > 4 or _PAGER.search(before) else 0.0


def mailbox(address: str) -> float:
    """How sure it is that an address of mail is somebody's own."""
    return 0.6 if mailboxes.of_many(address) else 0.99


def _email(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return mailbox(value)


_DISGUISED: Final = re.compile(r"(?i)\bdot\b|_dot_|[(\[{<](?:at|@|\.)[)\]}>]|_at_|\bat[- ]sign\b|\s@|@\s")
_AT_A_DOMAIN: Final = re.compile(r"([a-z]+)\s+@[^\s@]+")


def _spelt_email(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """`maria dot g at example dot org`; `with @example.org` is a word of everyday English and a domain."""
    if _DISGUISED.search(value) is None:
        return 0.0
    domain = _AT_A_DOMAIN.fullmatch(value)
    return 0.0 if domain and lexicon.is_ordinary(domain.group(1)) else 0.9


_LOCAL_V4: Final = re.compile(r"(?:127|0|255)\.")
_VERSION: Final = re.compile(
    r"(?i)(?:version|ver|release|build|firmware|software|section|chapter|table|figure|v|oid|loinc|schema|sdk|api)\.?:? ?$"
)


def _ipv4(value: str, before: str, after: str) -> float:
    if _LOCAL_V4.match(value) or _VERSION.search(before) or re.match(r"\.\d", after) or before[-1:] == ".":
        return 0.0
    return 0.9 if all(int(part) < 256 for part in value.split("/", maxsplit=1)[0].split(".")) else 0.0


def _cued_ipv4(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """After its cue any address but those that are everybody's: this host, all hosts, a link; a host within a house is no patient's."""
    if _LOCAL_V4.match(value) or value.startswith("169.254."):
        return 0.0
    return 0.5 if _PRIVATE_V4.match(value) and _HOST.search(before) else 0.98


_HOST: Final = re.compile(r"(?i)host\W{0,6}$")
_PRIVATE_V4: Final = re.compile(r"(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.")
"""Addresses within a house (RFC 1918): `"host": "10.20.4.11"` says nothing of a patient by itself."""


def _ipv6(value: str, before: str, after: str) -> float:  # noqa: ARG001
    if sum(char.isdigit() for char in value) < 2 or value.count(":") < 3 or re.fullmatch(r"\d\d(?::\d\d)+", value):
        return 0.0
    try:
        address = ipaddress.IPv6Address(value)
    except ValueError:
        return 0.0
    return 0.0 if address.is_loopback or address.is_unspecified else 0.95


_NO_CARD: Final = re.compile(
    r"(?i)(?:ff[:-]){5}|(?:00[:-]){5}|00[:-]00[:-]5e[:-]00[:-]|01[:-]00[:-]5e[:-]|33[:-]33[:-]|02[:-]42[:-]"
)
"""Of many, of documentation (RFC 9542), or made for a container: on no card that somebody has."""


def _mac(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return 0.0 if _NO_CARD.match(value) else 0.95


_LOCAL_HOST: Final = re.compile(
    r"(?i)(?:https?|wss?)://(?:localhost|127\.|0\.0\.0\.0|\[::1\]|(?:www\.)?(?:json-schema\.org|w3\.org|hl7\.org|loinc\.org|snomed\.info|"
    r"schema\.org|unitsofmeasure\.org|terminology\.hl7\.org)(?:[/:]|$))"
)


def _url(value: str, before: str, after: str) -> float:  # noqa: ARG001
    return 0.0 if _LOCAL_HOST.match(value) else 0.95


_TLD: Final = r"(?:com|org|net|edu|gov|mil|int|info|biz|health|care|clinic|hospital|med|doctor|app|dev|io|ai|me|co|us|uk|de|fr|es|it|nl|eu|ca|au|ch|at|be|se|no|dk|ie|in|br|mx|jp|nz|za|pl|pt|example)"
_URL: Final = r"(?i:\b(?:https?|ftps?|sftp|wss?|s3|smb|file|hxxps?)://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]}|*])"
_BARE: Final = (
    rf"(?i:\bwww\d?\.[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:[/?#:][^\s<>\"'`,;]*[^\s<>\"'`.,;:!?)\]}}])?"
    rf"|\b(?:[a-z0-9](?:[a-z0-9-]{{0,40}}[a-z0-9])?\.){{1,5}}{_TLD}/[^\s<>\"'`,;]*[^\s<>\"'`.,;:!?)\]}}]"
    rf"|\b(?:[a-z0-9](?:[a-z0-9-]{{0,40}}[a-z0-9])?\.){{1,4}}(?:com|org|net|edu|gov|health|care|clinic|io|blog(?:\.[a-z]{{2,8}})?))\b"
)

RULES: Final[tuple[Rule, ...]] = (
    announced(
        Kind.FAX,
        r"fax(?:ed)?(?: (?:to|number|no|line|machine))?|facsimile|telefax|efax|(?-i:\bF:)",
        _ANY,
        _cued_phone,
        hits=("fax: «250-555-0130»",),
        misses=("faxed 2021-03-04",),
    ),
    announced(
        Kind.PHONE, _PHONE_CUE, _ANY, _cued_phone, hits=("WhatsApp «+234 803 555 0172»",), misses=("phone 2021-03-04",)
    ),
    announced(
        Kind.PHONE,
        r"(?-i:\b[PTCHMW])(?:h|el)?\b",
        _ANY,
        _cued_phone,
        tail=r"\s?[:.]\s?",
        hits=("Tel: «07700 900 702»", "Ph: «08644-555012»"),
        misses=("Tel: unknown",),
    ),
    announced(
        Kind.PHONE,
        r"paged|pager|bleep(?:ed)?|beeper|ext(?:ension)?|dect|vocera|ascom",
        r"\d{3}[-. ]\d{4}|\d[-.]\d{4}|\d{4,5}",
        _internal,
        tail=r"\.?(?:[ (][A-Za-z/-]{2,14}){0,3}[\s:#@(]{1,4}",
        hits=("Paged cardiology @ «555.0188»", "Pager: #«20417»"),
        misses=("paged at 1430",),
    ),
    Rule(
        Kind.PHONE,
        rf"(?:^|[^\w.+/-])({_US})",
        judge=_phone,
        hits=("«800.555.0193 ext 41»", "«+1 (808) 555-0126»"),
        misses=("1.415.555.0199.2",),
    ),
    Rule(
        Kind.PHONE,
        rf"(?:^|[^\w.-])({_PLUS})",
        judge=_phone,
        hits=("«+234 802 555 0147»", "«+234 803 555 0190»"),
        misses=("+1 2",),
    ),
    Rule(
        Kind.PHONE,
        rf"(?:^|[^\w.+/-])({_NATIONAL})\b",
        0.7,
        judge=lambda value, before, after: 0.7 * (_phone(value, before, after) > 0),
        hits=("«(0141) 496 0772»", "«(0)20 7946 0411»"),
        misses=("-01415 496 0772",),
    ),
    Rule(
        Kind.EMAIL,
        r"(?:\b[A-Za-z][\w-]{0,40}=)?([A-Za-z0-9][A-Za-z0-9._%+'/=-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,6}\.[A-Za-z]{2,24})\b",
        evidence=Evidence.CHECKED,
        judge=_email,
        hits=("«meadowlark.kemp@inboxly.test»", "«hr.leave@deerfieldplant.test»", "TO=«ops@deerfieldplant.test»"),
        misses=("team@localhost",),
    ),
    Rule(
        Kind.EMAIL,
        r"(?i:\b((?:[a-z0-9] ){0,20}[a-z0-9][a-z0-9._+-]{0,40}(?:\s(?:dot|underscore|dash|hyphen|\[dot\]|\(dot\))\s[a-z0-9]{1,30}){0,3}\s?(?:@|\(at\)|\[at\]|\{at\}|\sat\s|<at>|_at_|[\[({<]@[\])}>]|\sat[- ]sign\s)\s?"
        r"(?:[a-z0-9] ){0,20}[a-z0-9-]{1,40}(?:\s?(?:\.|\(dot\)|\[dot\]|\{dot\}|<dot>|\sdot\s|_dot_|[\[({<]\.[\])}>])\s?[a-z0-9-]{2,30}){0,3}\s?(?:\(dot\)|\[dot\]|\{dot\}|<dot>|\sdot\s|_dot_|[\[({<]\.[\])}>]|\.)\s?"
        r"(?:com|org|net|edu|gov|co|uk|de|io|health|me|us|ca|au|fr|es|nl|example)))\b",
        0.9,
        judge=_spelt_email,
        hits=(
            "write to «maria dot g at example dot org»",
            "write to «maria[@]example[.]org»",
            "write to «maria@example[.]org»",
            "write to «maria AT-SIGN example.org»",
        ),
        misses=("patient at risk. Com",),
    ),
    Rule(
        Kind.URL,
        rf"({_URL})",
        evidence=Evidence.CHECKED,
        judge=_url,
        hits=("«http://fhir.internal:8088/v2»", "«https://docs.example.org/api»"),
        misses=("http://localhost:8080/v1",),
    ),
    Rule(
        Kind.URL,
        rf"(?:^|[^\w@./-])({_BARE})",
        0.7,
        judge=_url,
        hits=("blog at «keonistrong.blog.example»",),
        misses=("e.g. the rest",),
    ),
    Rule(
        Kind.IP,
        r"(?:^|[^\w.-])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:/\d{1,2}\b)?)",
        judge=_ipv4,
        hits=("«198.51.100.143»", "«198.51.100.214»"),
        misses=("in section 1.2.3.4.5",),
    ),
    Rule(
        Kind.IP,
        r"(?i:(?:^|[^\w:.])((?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}|:){1,7}|(?:[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4}))",
        judge=_ipv6,
        hits=("«2001:db8::ff00:42:8329»", "«2001:db8:4:1::9f»"),
        misses=("00:1A:2B:3C:4D:5E",),
    ),
    announced(
        Kind.IP,
        r"ip(?:v[46])?(?: address)?|host",
        r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}",
        _cued_ipv4,
        hits=('"client_ip": "«198.51.100.7»', "X-Originating-IP: «185.22.14.90»"),
        misses=("listening on IPv4 address 0.0.0.0, port 5432",),
    ),
    Rule(
        Kind.DEVICE,
        r"(?i:(?:^|[^\w:-])([0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}))(?:$|[^\w:-])",
        judge=_mac,
        hits=("«3C:5A:B4:19:0E:7D»", "«00:1A:2B:3C:4D:5E»"),
        misses=("ff:ff:ff:ff:ff:ff", "00:00:5E:00:53:01", "02:42:ac:11:00:02"),
    ),
)
