"""Values of people inside absolute URLs: in queries, which are forms, in paths and in fragments; text in, hits out.

A URL is found as a whole too, and identifies only beside a patient. What stands in it and identifies by itself is here a
hit of its own, percent-encoded or not (RFC 3986, 2.1; application/x-www-form-urlencoded).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote, unquote_plus

from gateway.domain import Kind
from gateway.phi.find import lexicon
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.records import keys, paths
from gateway.phi.find.rules import contact
from gateway.phi.find.text.normalise import Normalised

_URL: Final = re.compile(
    r"(?i)\b([a-z][a-z0-9+]{1,9}):/{2,3}([^\s<>\"'`/?#\\]*)([^\s<>\"'`\\]*)"
    r"|(?<![\w.@/:+%-])()((?:[a-z0-9][a-z0-9-]{0,40}\.){1,5}[a-z]{2,12}(?::\d{2,5})?)(?=[/?#])([^\s<>\"'`\\]+)"
)
"""Absolute, or as people write one: a host without a scheme, and something behind it."""
_PIECE: Final = re.compile(r"([/?&#;:])([^/?&#;]*)")
_USER: Final = re.compile(r"(?i)([a-z]{2,30})[._][a-z]{2,30}(?::[^@]*)?@")
_USERS_AT: Final = re.compile(
    r"(?i)@(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|aol|proton(?:mail)?|gmx|web|live|msn|me)\."
)


class _Address(NamedTuple):
    """A URL in a text: its scheme, which may be left out, its authority, and where it, that and what is behind it begin."""

    scheme: str
    authority: str
    whole: str
    start: int
    host: int
    rest: int
    end: int

    @classmethod
    def of(cls, found: re.Match[str]) -> _Address:
        first = 1 if found[1] is not None else 4
        return cls(
            found[first],
            found[first + 1],
            found[0],
            found.start(),
            found.start(first + 1),
            found.start(first + 2),
            found.end(),
        )


def find(folded: Normalised) -> list[Hit]:
    """Hits in the URLs of a normalised text, each one that its text or its key says to be what it is."""
    text = folded.text
    if "/" not in text and "?" not in text:
        return []
    hits: list[Hit] = []
    for found in _URL.finditer(text):
        url = _Address.of(found)
        hits += _owner(url)
        first = True
        for piece in _PIECE.finditer(text, url.rest, url.end):
            mark, value = piece.groups()
            key, equals, said = value.partition("=")
            query = mark in "?&#;" and bool(equals)
            start = piece.start(2) + (len(key) + 1 if query else 0)
            hits += _mails(said if query else value, start)
            if query:
                hits += _value(url, key, said, start, text)
            elif mark == "/":
                hits += _segment(url, value, start, text, first=first)
                first = False
    return hits


# --- addresses of mail ------------------------------------------------------------------------------------------------

_MAIL: Final = re.compile(
    r"(?i)((?<![a-z0-9])[a-z0-9][a-z0-9._+'-]{0,63}(?:%2B[a-z0-9._+'-]{1,40})?)(@|%40|%2540)([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,6}\.[a-z]{2,24})\b"
)
_NO_MAIL: Final = re.compile(
    r"(?i)\d{8,}[.-].*|.*@(?:\d+(?:\.\d+)+|\dx)[.-].*|.*\.(?:js|css|png|jpe?g|webp|svg|gif|tgz|zip|whl)"
)
"""The id of a message, the version of a package (`vue@3.2.1-beta.js`), a picture for fine screens (`logo@2x.png`)."""


def _mails(said: str, at: int) -> Iterator[Hit]:
    if "@" not in said and "%" not in said:
        return
    for mail in _MAIL.finditer(said):
        address = f"{unquote(mail[1])}@{mail[3]}"
        if _NO_MAIL.fullmatch(address) is None:
            start, end = at + mail.start(), at + mail.end()
            encoded = re.match(r"(?i)(?:%[0-9a-f]{2})+", mail[1])  # what was decoded before the address is none of it
            yield Hit(
                Kind.EMAIL, start + (encoded.end() if encoded else 0), end, contact.mailbox(address), Evidence.CUE
            )


def _owner(url: _Address) -> Iterator[Hit]:
    """Who logs in, where that is a person's address; `git@` and a token of a program are nobody's."""
    start, authority = url.host, url.authority
    user = _USER.match(authority)
    person = user is not None and bool(lexicon.marks(user[1].casefold()) & lexicon.PEOPLE)
    if person or _USERS_AT.search(authority):
        yield Hit(Kind.EMAIL, start, start + len(authority), 0.95, Evidence.CUE)


# --- values of a query ------------------------------------------------------------------------------------------------

_PHONE_KEYS: Final = frozenset("phone tel telephone mobile cell msisdn sms whatsapp".split())
_INTERNATIONAL: Final = re.compile(r"[+ ] ?[1-9]\d{0,2}[-. ()]{0,2}\d[\d .()-]{5,16}\d")
_AMERICAN: Final = re.compile(r"1[2-9]\d\d[2-9]\d{6}")
_PARTED: Final = re.compile(r"\(?[2-9]\d\d\)?[-. ][2-9]\d\d[-. ]\d{4}")
_SSN: Final = re.compile(r"(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}")
_PERSONS: Final = frozenset(
    "patient patients pt subject member subscriber person resident mother father guardian beneficiary".split()
)
_NAMING: Final = frozenset(
    "family given surname lastname firstname fullname fname lname middlename displayname patient patients subject".split()
)
_NAME_KEYS: Final = frozenset({"name"})
_RESOURCE: Final = re.compile(
    r"(?i)/(?:patients?|persons?|relatedperson|members?|residents?|subscribers?)/?(?:_search)?\?"
)
_TYPEFACE: Final = re.compile(r"(?i)font|css")
_NAME_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_MOST_NAMES: Final = 4
_PERSONAL_KINDS: Final = frozenset(
    {
        Kind.SSN,
        Kind.MRN,
        Kind.PLAN_MEMBER,
        Kind.NATIONAL_ID,
        Kind.PHONE,
        Kind.FAX,
        Kind.LICENCE,
        Kind.ACCOUNT,
        Kind.CARD,
        Kind.IBAN,
    }
)
_LEAST_DIGITS: Final = 5


def _value(url: _Address, key: str, said: str, at: int, text: str) -> Iterator[Hit]:
    """A parameter read as a form's field: its key may say what it is, as its shape may."""
    value = unquote_plus(said)
    bare = value.strip(".,;:!?)]}|*'\"")
    end = at + len(said.rstrip(".,;:!?)]}|*"))
    if not bare or end <= at:
        return
    kind = _kind(url, key, value, bare, text)
    if kind is not None:
        yield Hit(kind, at, end, 0.95, Evidence.CUE, patient=True)


def _kind(url: _Address, key: str, value: str, bare: str, text: str) -> Kind | None:
    words = keys.words(unquote(key))
    digits = sum(map(str.isdigit, bare))
    cued = keys.kind_of(unquote(key))
    if _SSN.fullmatch(bare):
        return Kind.SSN
    phone = cued in {Kind.PHONE, Kind.FAX} or not _PHONE_KEYS.isdisjoint(words)
    if _INTERNATIONAL.fullmatch(value.rstrip()) and (value[:1] == "+" or phone or "to" in words) and digits >= 9:
        return Kind.PHONE
    if (
        _AMERICAN.fullmatch(bare)
        or _PARTED.fullmatch(bare)
        or (phone and 7 <= digits <= 15 and not any(map(str.isalpha, bare)))
    ):
        return Kind.PHONE
    if cued in _PERSONAL_KINDS and digits >= _LEAST_DIGITS and keys.fits(cued, bare):
        return cued
    if (
        digits >= _LEAST_DIGITS
        and words
        and (
            not _PERSONS.isdisjoint(words)
            or (words[-1] in {"id", "mrn", "pid", "uid", "number"} and _spoken_of(url, text))
        )
    ):
        return Kind.OTHER_ID
    return Kind.NAME if _names(url, words, bare, cued) else None


def _names(url: _Address, words: list[str], said: str, cued: Kind | None) -> bool:
    if not words or _digits_in(said) or (words[-1] == "family" and _TYPEFACE.search(url.whole)):
        return False
    joined = "".join(words)
    strong = joined in _NAMING or words[-1] in _NAMING or cued is Kind.NAME
    weak = words[-1] in _NAME_KEYS
    found = _NAME_WORD.findall(said.rpartition("/")[2])
    if not (strong or weak) or not 0 < len(found) <= _MOST_NAMES:
        return False
    marks = [lexicon.marks(word.casefold()) for word in found]
    known = any(mark & lexicon.PEOPLE and lexicon.ORDINARY not in mark for mark in marks)
    capital = all(word[0].isupper() for word in found)
    full = capital and len(found) > 1 and any(mark & lexicon.GIVEN for mark in marks)
    if strong or _RESOURCE.search(url.whole):
        return known or full or (capital and all(not mark & lexicon.ELSE or mark & lexicon.PEOPLE for mark in marks))
    return full or (capital and known)


def _digits_in(said: str) -> bool:
    """Whether a value holds a digit, as names do not."""
    return any(map(str.isdigit, said))


# --- paths --------------------------------------------------------------------------------------------------------------

_MESSENGERS: Final = re.compile(r"(?i)(?:[\w-]+\.)*(?:wa\.me|whatsapp\.com|signal\.me|viber\.com|t\.me)\Z")
_DIALLED: Final = re.compile(r"(?:%2B|\+)?[1-9]\d{8,14}")
_SPOKEN_OF: Final = re.compile(
    r"(?i)\b(?:patients?(?! (?:portals?|safety|experience|education)\b)|pt|resident|he|she|his|her|mr|mrs|ms|mother|father|wife|husband|son|daughter)\b"
)
_AROUND: Final = 120


def _spoken_of(url: _Address, text: str) -> bool:
    """Whether what stands around a URL speaks of one person in care."""
    before = text[max(0, url.start - _AROUND) : url.start]
    after = text[url.end : url.end + _AROUND].partition("\n")[0]
    return any(_SPOKEN_OF.search(side) is not None for side in (before.rpartition("\n")[2] or before, after))


def _segment(url: _Address, value: str, at: int, text: str, *, first: bool) -> Iterator[Hit]:
    """A part of a path: a number that a messenger dials, or what is called after a person who is spoken of."""
    bare = value.rstrip(".,;:!?)]}|*")
    end = at + len(bare)
    if first and _MESSENGERS.match(url.authority) and _DIALLED.fullmatch(bare):
        yield Hit(Kind.PHONE, at, end, 0.95, Evidence.CUE)
        return
    if _SSN.fullmatch(bare):
        yield Hit(Kind.SSN, at, end, 0.95, Evidence.CUE)
        return
    local = url.scheme.casefold() in {"file", "smb"}
    last = not text[end : url.end].strip(".,;:!?)]}|*")
    if (local and last) or _spoken_of(url, text):
        if paths.is_person(unquote(bare)):
            yield Hit(Kind.NAME, at, end, 0.9, Evidence.CUE, patient=True)
        elif not local and _ID.fullmatch(bare) and _OF_PERSONS.search(text[max(url.start, at - _FOLDER) : at]):
            yield Hit(Kind.OTHER_ID, at, end, 0.9, Evidence.CUE, patient=True)


_ID: Final = re.compile(r"(?:[A-Z]{1,4}-?)?\d{6,12}")
_FOLDER: Final = 16
_OF_PERSONS: Final = re.compile(
    r"(?i)/(?:members?|subscribers?|residents?|patients?|clients?|people|persons?|charts?|records?|p)/\Z"
)
