"""Values whose names stand above or beside them in dumps, calls, forms and pages; text in, hits out.

`print_r` and `var_dump` write a key and then, behind an arrow, its value; a program says it in a setter or an assignment, a
test in the selector of a field, a form in the part before, a page in the cell before. Read here are those ways, no vendors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.records import headers, keys
from gateway.phi.placed import bound_to

_CONFIDENCE: Final = 0.95


class _Way(NamedTuple):
    """How a name (group 1) and its value (group 2) stand together, in texts that hold `sign`."""

    sign: str
    pattern: re.Pattern[str]
    labels: bool = False
    """Whether people read the name, as over a column, and no program does."""


_Q: Final = r"[\"']"
_SAID: Final = r"[\"']([^\"'\\\n<>{}$%]{1,120})[\"']"
_KEY: Final = r"([A-Za-z_][\w .-]{0,60})"
_TYPED: Final = (
    r"(?:fill|type|typeText|type_text|sendKeys|send_keys|setValue|set_value|enterText|press_sequentially|val)"
)
_WAYS: Final = (
    _Way(
        "=>", re.compile(rf"\[{_Q}{_KEY}{_Q}(?::[\w:\"\\]{{1,60}})?\]\s{{0,4}}=>\s{{1,40}}string\(\d+\) \"([^\"\n]{{1,120}})\"")
    ),
    _Way("=>", re.compile(rf"\[{_Q}{_KEY}{_Q}(?::[\w:\"\\]{{1,60}})?\]\s{{0,4}}=>\s{{1,40}}(?:int|float)\((\d[\d.]{{0,20}})\)")),
    _Way("(", re.compile(rf"\b([A-Za-z_]\w{{0,40}})\s{{0,4}}(?::=|[:=])\s{{0,4}}(?:[A-Za-z_][\w.:]{{0,40}}(?:<\w{{1,20}}>)?\(\s{{0,4}}){{1,3}}{_SAID}\s{{0,4}}\)")),
    _Way("(", re.compile(r"\b([A-Za-z_]\w{0,40})\s{0,4}(?::=|[:=])\s{0,4}(?:[A-Za-z_][\w.:]{0,40}(?:<\w{1,20}>)?\(\s{0,4}){1,3}(\d[\d_]{3,20})[A-Za-z]{0,3}\s{0,4}\)")),
    _Way("]", re.compile(rf"\[{_Q}{_KEY}{_Q}\]\s{{0,4}}=\s{{0,4}}{_SAID}")),
    _Way("set", re.compile(rf"\bset_?([A-Za-z]\w{{0,60}})\(\s{{0,20}}{_SAID}\s{{0,20}}\)")),
    _Way("(", re.compile(rf"\.with([A-Z]\w{{0,60}})\(\s{{0,20}}{_SAID}\s{{0,20}}\)")),
    _Way("(", re.compile(rf"\b(?:\w{{0,40}}[a-z_])?(?:By|by|_by_|get|load|find|fetch|lookup|void|cancel|close|merge|with|For|for)_?([A-Z_]\w{{2,40}})\(\s{{0,20}}{_SAID}\s{{0,20}}[,)]")),
    _Way("(", re.compile(rf"\b{_TYPED}\(\s{{0,20}}[\"'](?:[^\"'\n]{{0,80}}[^\w\"'\n-])?([A-Za-z][\w-]{{0,40}})[\"'\])]{{1,4}},\s{{0,20}}{_SAID}")),
    _Way("(", re.compile(rf"[\"'](?:[^\"'\n]{{0,80}}[^\w\"'\n-])?([A-Za-z][\w-]{{0,40}})[\"'\])]{{1,4}}\)\s{{0,20}}\.\s{{0,4}}{_TYPED}\(\s{{0,20}}{_SAID}")),
    _Way("form-data", re.compile(rf"form-data;[^\n]{{0,80}}\bname=\"?{_KEY}\"?[^\n]{{0,80}}\n(?:[\w-]{{1,40}}:[^\n]{{0,120}}\n){{0,4}}\s{{0,2}}\n([^\n]{{1,120}})")),
    _Way(
        "</",
        re.compile(r"<(?:dt|th|td|label|b|strong|span|div|p)\b[^<>]{0,200}>\s{0,40}([A-Za-z][^<>:\n]{0,40}?)\s{0,4}:?\s{0,4}</\w{1,9}>\s{0,40}:?\s{0,40}<(?:dd|td|span|div|p|output)\b[^<>]{0,200}>\s{0,40}([^<>\n]{1,120})</"),
        labels=True,
    ),
    _Way("<input", re.compile(r"(?i)<input\b[^<>]{0,200}?\s(?:name|id)=[\"']?([a-z][\w.-]{0,60})[\"']?[^<>]{0,200}?\svalue=[\"']([^\"'<>\n]{1,120})[\"']")),
    _Way("<textarea", re.compile(r"(?i)<textarea\b[^<>]{0,200}?\sname=[\"']?([a-z][\w.-]{0,60})[\"']?[^<>]{0,200}>([^<>\n]{1,120})</")),
)  # fmt: skip
_PRINTED: Final = re.compile(r"\[([A-Za-z_][\w .-]{0,60})(?::[\w:\\]{1,60})?\] => ([^\n\[\])]{1,120})")
_HOLDS: Final = re.compile(r"(?:Array|[\w\\]{1,60} Object)\s*\(?\s*")
_MADE: Final = re.compile(
    r"\b(?:new\s+)?(Patient|Person|Member|Client|Resident|Subscriber|Guarantor|Beneficiary|Caller|HumanName)\w{0,20}\(([^()\n]{1,240})\)"
)
_COMPARED: Final = re.compile(
    r"\b([A-Za-z_]\w{0,60})[\"`\]]?\s{0,4}(?:==?|<>|!=|:=|\b(?i:i?like|similar to)\b|~\*?)\s{0,4}(?:[A-Za-z_]{1,12}\()?[NnEeUu]?([\"'])%?([^\"'\n%]{1,120})%?\2"
)
"""A column or an argument, and what it is or is compared with: `last_name='Farr'`, `surname ILIKE 'farr%'`."""
_ALIASED: Final = re.compile(r"'([^'\n]{1,120})'\s{1,4}(?i:as)\s{1,4}[\"`\[]?([A-Za-z_]\w{0,60})")
_ONLY_PEOPLE: Final = re.compile(
    r"(?i)(?:\w{0,20}_)?(?:sur_?name|(?:last|first|given|family|maiden|middle|patient|pt)_?name|[lf]name|vorname|nachname|prenom|apellidos?)"
)
"""Columns of people, whose names stand there in small letters too."""
_CARDS: Final = re.compile(r"(?im)^BEGIN:V(?:CARD|EVENT|TODO)|^dn: ?\w{1,12}=")
_CARD: Final = re.compile(
    r"(?im)^(?:fn|n|nickname|sn|cn|givenname|displayname)(?:;[^:\n]{0,80})?:[ \t]?([^\n\r]{1,120})|\bCN=(?:\"([^\"\n]{1,80})\"|([^\":;,\n]{1,80}))"
)
"""Names in a vCard (RFC 6350), a calendar (RFC 5545) and LDIF (RFC 2849)."""
_CARD_NAME: Final = re.compile(r"[^\W\d_][\w'’.-]{0,40}(?: [^\W\d_][\w'’.-]{0,40}){0,4}")
_STATEMENT: Final = re.compile(
    r"(?i)\b(?:insert|replace|merge|upsert|select|update|delete)\b[^;]{1,1500}?(?:\?|\$\d|%s|[:@][a-z]\w{0,40})[^;\"'`\n({\[]{0,200}"
)
_VALUES: Final = re.compile(
    r"[(\[{]\s{0,8}((?:(?:[\"'][^\"'\n]{0,120}[\"']|-?\d[\d.]{0,20}|None|null|true|false)\s{0,8},?\s{0,8}){1,60})[)\]}]"
)
_VALUE: Final = re.compile(r"[\"']([^\"'\n]{0,120})[\"']|(-?\d[\d.]{0,20})|None|null|true|false")
_BEHIND: Final = 240
"""Characters behind a statement in which the values stand that are bound to it."""
_ARGUMENT: Final = re.compile(rf"(?:([A-Za-z_]\w{{0,40}})\s?[=:]\s?)?{_SAID}")
_CALLED: Final = re.compile(r"[^\W\d_a-z][^\W\d_]{1,30}(?:[ '’-][^\W\d_]{1,30}){0,3}")
_XDT: Final[dict[str, Kind]] = {
    "3000": Kind.MRN,
    **dict.fromkeys(("3100", "3101", "3102", "3104", "3120"), Kind.NAME),
    "3103": Kind.DATE,
    **dict.fromkeys(("3105", "3119"), Kind.PLAN_MEMBER),
    **dict.fromkeys(("3106", "3113"), Kind.PLACE),
    "3107": Kind.ADDRESS,
    "3112": Kind.ZIP,
    **dict.fromkeys(("3618", "3626"), Kind.PHONE),
    "3619": Kind.EMAIL,
}
"""Fields of a patient in the xDT family (KBV, QMS Medizintechnik: GDT 2.1)."""
_XDT_LINE: Final = re.compile(r"(?:^|\n)[ \t]{0,8}\d{3}([3689]\d{3})([^\n\r]{1,80})")


def find(text: str) -> list[Hit]:
    """Hits by the name that stands above or beside each value. Linear in the text."""
    hits = [
        hit
        for way in _WAYS
        if way.sign in text
        for said in way.pattern.finditer(text)
        for hit in _told(said.group(1), said.group(2), said.start(2), labels=way.labels)
    ]
    if "] => " in text:
        hits += _printed(text)
    if "(" in text:
        hits += [*_made(text), *_bound(text)]
    if "'" in text or '"' in text:
        hits += _compared(text)
    if _CARDS.search(text):
        hits += _carded(text)
    return hits + _xdt(text)


def _told(name: str, value: str, at: int, *, labels: bool = False, small: bool = False) -> Iterator[Hit]:
    """A value by its name; a name of somebody in small letters only where it is `small`, as data may be."""
    bare = value.strip()
    kind = keys.told(name, bare)
    column = headers.column(name) if labels else None
    if column is not None and column.personal and (kind is None or column.person):
        kind = Kind.MRN if column.person and any(map(str.isdigit, bare)) else column.kind
    if (
        kind is None
        or not keys.fits(kind, bare)
        or keys.kind_of(bare) is not None
        or (kind is Kind.NAME and bare.islower() and not small)
    ):
        return
    start = at + value.index(bare)
    yield Hit(kind, start, start + len(bare), _CONFIDENCE, Evidence.CUE, patient=kind is not Kind.URL)


def _printed(text: str) -> Iterator[Hit]:
    """`[last_name] => Farr`, where an object within another has the name of the one around it before its own."""
    around = ""
    for said in _PRINTED.finditer(text):
        if _HOLDS.fullmatch(said.group(2)):
            around = said.group(1)
        else:
            yield from _told(f"{around} {said.group(1)}".strip(), said.group(2), said.start(2))


def _made(text: str) -> Iterator[Hit]:
    """`new Patient("Joan", "Pettigrew")`: a program that makes a person."""
    for made in _MADE.finditer(text):
        for said in _ARGUMENT.finditer(text, *made.span(2)):
            if said.group(1):
                yield from _told(f"{made.group(1)} {said.group(1)}", said.group(2), said.start(2))
            elif _CALLED.fullmatch(said.group(2)) and keys.kind_of(said.group(2)) is None:
                yield Hit(Kind.NAME, *said.span(2), _CONFIDENCE, Evidence.CUE, patient=True)


def _bound(text: str) -> Iterator[Hit]:
    """`execute("INSERT INTO t (surname, mrn) VALUES (?, ?)", ("Farr", "448812"))`: columns beside the values for them."""
    for statement in _STATEMENT.finditer(text):
        columns = bound_to(statement[0])
        values = _VALUES.search(text, statement.end(), statement.end() + _BEHIND) if columns else None
        said = list(_VALUE.finditer(text, *values.span(1))) if values else []
        if len(said) == len(columns):
            for column, value in zip(columns, said, strict=True):
                if value.lastindex:
                    yield from _told(column, value[value.lastindex], value.start(value.lastindex), small=True)


def _compared(text: str) -> Iterator[Hit]:
    """Values of columns in statements, and of arguments that have a name."""
    for said in _COMPARED.finditer(text):
        yield from _told(said[1], said[3], said.start(3), small=_ONLY_PEOPLE.fullmatch(said[1]) is not None)
    for said in _ALIASED.finditer(text):
        yield from _told(said[2], said[1], said.start(1), small=_ONLY_PEOPLE.fullmatch(said[2]) is not None)


def _carded(text: str) -> Iterator[Hit]:
    """Whom a card, an appointment or an entry of a directory names, in each part of the property."""
    for said in _CARD.finditer(text):
        for name in _CARD_NAME.finditer(text, *said.span(said.lastindex or 1)):
            yield Hit(Kind.NAME, *name.span(), _CONFIDENCE, Evidence.CUE, patient=True)


def _xdt(text: str) -> list[Hit]:
    """The fields of a patient in a file of a practice; one line alone may be any number."""
    lines = [line for line in _XDT_LINE.finditer(text) if line.group(1) in _XDT]
    if len({line.group(1) for line in lines}) < _LEAST_FIELDS or not any(line.group(1) in _XDT_NAMES for line in lines):
        return []
    return [Hit(_XDT[line.group(1)], *line.span(2), _CONFIDENCE, Evidence.FIELD, patient=True) for line in lines]


_LEAST_FIELDS: Final = 2
_XDT_NAMES: Final = frozenset({"3101", "3102"})
