"""HL7 v2 messages and loose segments: each field has a data type, each data type says what its components hold.

Source: HL7 v2.5.1, chapters 2 (data types, delimiters, escapes), 3 (ADT), 4 (orders), 6 (financial), 7 (results), 9 (documents),
10 (scheduling). A segment or field that is not in the table is text; so are the fields of Z segments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.records.sheet import Sheet, is_plain, split

_ROWS: Final = """
MSH - QUIET HD HD HD HD QUIET QUIET MSG QUIET PT VID NM ST ID ID ID ID CE ID EIQ
FHS - ST HD HD HD HD QUIET ST ST ST ST ST
BHS - ST HD HD HD HD QUIET ST ST ST ST ST
EVN ID TS TS IS XCN TS HD
PID SI CX CX CX XPN XPN BIRTH IS XPN CE XAD IS XTN XTN CE CE CE ACCT SSN DLN CX CE PLACE ID NM CE CE CE BIRTH ID ID IS TS HD CE CE ST CE CWE
PD1 IS IS XON XCN IS IS IS IS ID CX CE ID DT XON CE IS DT DT IS IS IS
NK1 SI XPN CE XAD XTN XTN CE DT DT ST JCC CX XON CE IS BIRTH IS IS CE CE IS CE ID IS CE XPN CE CE CE XPN XTN XAD CX IS CE IS SSN PLACE IS
PV1 SI IS PL IS CX PL XCN XCN XCN IS PL IS IS IS IS IS XCN IS ACCT FC IS IS IS IS DT NM NM IS IS DT IS NM NM IS DT IS DLD CE IS IS IS PL PL TS TS NM NM NM NM ACCT IS XCN
PV2 PL CE CE CE ST ST IS TS TS NM NM ST XCN DT ID IS DT IS ID NM IS ID XON IS IS DT IS DT DT CE IS ID TS ID ID ID ID CE CE CE CE CE IS IS CE DT TS TS IS
IN1 SI CE CE XONQ XAD~ XPN~ XTN~ MEMBER GROUP MEMBER XON DT DT AUI IS XPN CE BIRTH XAD IS IS ST ID DT ID DT IS MEMBER TS XCN IS IS NM NM IS MEMBER CP CP NM CP CP CE IS XAD ST IS IS ST MEMBER IS DT PLACE IS
IN2 CX SSN XCN IS IS MEMBER XPN MEMBER XPN MEMBER CE ST ST IS IS IS DT ID ID ID ST XPN ST IS MEMBER ST IS ST ST ST ID ID ID CE CE CE XPN CE IS XPN CE CE CE CE DT DT ST ST XPN XTN ST XPN XTN ST ST XPN XTN ST ST MEMBER MEMBER CE XTN XTN CE ID ID CE XON XON CE
IN3 SI CX XCN ID MOP TS TS XCN DT DT ICD ST TS TS XCN ST XTN ST CE ST DT IS ST ST XCN
GT1 SI CX XPN XPN XAD XTN XTN BIRTH IS IS CE SSN DT DT NM XPN XAD XTN CX IS XON ID CE BIRTH ID CE NM NM CX CE DT DT CE CE CE CE CE IS CE CE IS XPN CE IS XPN XTN CE IS ST JCC XON IS IS FC PLACE IS
OBR SI EI EI CE ID TS TS TS CQ XCN ID CE ST TS SPS XCN XTN ALT ALT ALT ALT TS MOC ID ID PRL TQ XCN EIP ID CE NDL NDL NDL NDL TS NM CE CE CE ID ID CE CE CE CE CE CWE IS CWE
OBX SI ID CE ST VALUE CE ST IS NM ID ID TS ST TS CE XCN CE DEV TS CE CE ST XON XAD~ XCN
ORC ID EI EI EI ID ID TQ EIP TS XCN XCN XCN PL XTN TS CE CE CE XCN CE XON XAD~ XTN~ XAD CWE CWE TS CWE CWE CNE
NTE SI ID FT CE
AL1 SI CE CE CE ST DT
IAM SI CE CE CE ST CNE EI ST CE ID DT ST TS XPN CE CE CWE XCN XON TS
DG1 SI ID CE DESC TS IS CE CE ID IS CE NM CP DESC ID XCN IS ID TS EI ID
DRG CE TS ID IS CE NM CP IS MO ID
PR1 SI IS CE DESC TS IS NM XCN IS NM XCN XCN CE ID CE CE IS CE EI ID
MRG CX CX ACCT CX CX CX XPN
ACC TS CE ST CE ID ID XCN ST ST ID XAD
TXA SI IS ID TS XCN TS TS TS XCN XCN XCN EI EI EI EI ST ID ID ID ID ST XCN XCN
SCH EI EI NM EI CE CE CE CE NM CE TQ XCN XTN XAD PL XCN XTN XAD PL XCN XTN PL EI EI CE EI EI
RGS SI ID CE
AIS SI ID CE TS NM CE NM CE ID CE CE CE
AIG SI ID XCN CE CE NM CE TS NM CE NM CE ID CE
AIL SI ID PL CE CE TS NM CE NM CE ID CE
AIP SI ID XCN CE CE TS NM CE NM CE ID CE
RXO CE NM NM CE CE CE CE LA ID CE NM CE NM XCN XCN
RXE TQ CE NM NM CE CE CE LA ID NM CE NM XCN XCN OTHER NM NM TS CQ ID CE ID ST CE NM CE CE NM CE NM CE
RXD NM CE TS NM CE CE OTHER NM ST XCN ID CQ LA ID CE NM CE ST TS
RXA NM NM TS TS CE NM CE CE CE XCN LA ST NM CE ST TS CE CE CE ID ID TS
RXR CE CE CE CE CWE CE
RXC ID CE NM CE NM CE CE
SPM SI EIP EIP CWE CWE CWE CWE CWE CWE CWE CWE CQ NM ST CWE CWE TS TS TS ID CWE CWE CWE CWE CQ NM CWE CWE CWE
SAC EI EI EI EI SPS TS CE CE CE EI
FT1 SI OTHER ST TS TS IS CE ST ST NM CP CP CE CE CP PL IS IS CE XCN XCN CP EI XCN CE CE
ROL EI ID CE XCN TS TS CE CE CE CE XAD XTN
PRT EI ID CWE CWE XCN CWE CWE XON PL DEV TS TS XAD DEV XTN
CTD CE XPN XAD PL XTN CE CX
PRD CE XPN XAD PL XTN CE CX TS TS
STF CE CX XPN IS IS BIRTH ID CE CE XTN XAD TS TS CE XTN
PRA CE CE IS ID SPD CX IS DT
MSA ID QUIET ST NM ID CE
ERR ELD ELD CWE ID CWE ST TX TX IS CWE CWE XTN
QPD CE ST QUERY
QRD TS ID ID ST ID TS CQ XCN CE CE ST ID
DB1 SI IS CX ID DT DT
UB2 SI ST IS NM NM UVC OCC
TQ1 SI CQ RPT TM CQ CQ TS TS CWE TX TX
DSP SI SI TX ST TX
NPU PL IS
PDA CE PL ID TS XCN
FTS NM ST
BTS NM ST NM
"""
_FIELDS: Final[dict[str, list[str]]] = {row.split(" ", 1)[0]: row.split(" ")[1:] for row in _ROWS.strip().split("\n")}
_NAMES: Final = "|".join(_FIELDS)
GATE: Final = rf"(?:^|[^A-Za-z0-9|])(?:(?:{_NAMES}|Z[A-Z0-9][A-Z0-9])\||(?:MSH|FHS|BHS)[^\w\s]{{5}})"
_HEADER: Final = re.compile(r"(?<![A-Za-z0-9|])MSH([^\w\s])([^\w\s]{3,5})\1")
_USUAL: Final = "^~\\&"


@dataclass(frozen=True, slots=True)
class _Signs:
    """The delimiters of a message: of fields, components, repetitions and subcomponents."""

    field: str
    component: str
    repetition: str
    subcomponent: str


def read(text: str) -> Sheet:
    """The sheet of every HL7 v2 segment in a text."""
    sheet = Sheet(text)
    for signs in _delimiters(text):
        bar = re.escape(signs.field)
        pattern = re.compile(
            rf"(?<![A-Za-z0-9|])({_NAMES}){bar}([^\r\n]*?)(?=(?:[\r\n]|$|<[Cc][Rr]>|(?<=[ \t{bar}'\"])(?:{_NAMES}|Z[A-Z0-9]{{2}}){bar}))"
        )
        for segment in pattern.finditer(text):
            name = segment.group(1)
            fields = list(split(text, *segment.span(2), signs.field))
            before = len(sheet.quiet)
            sheet.calm(segment.start(), segment.start(2))
            sheet.calm(segment.end(), segment.end() + 1)
            _segment(sheet, name, fields, signs)
            if not _plausible(text, _FIELDS[name], fields):
                del sheet.quiet[before:]
    return sheet


def _delimiters(text: str) -> Iterator[_Signs]:
    """Those that the first MSH segments declare, and the recommended ones."""
    seen: dict[str, _Signs] = {}
    for header in _HEADER.finditer(text):
        encoding = header.group(2).ljust(4, "\0")
        seen.setdefault(header.group(1), _Signs(header.group(1), encoding[0], encoding[1], encoding[3]))
        if len(seen) > _MOST:
            break
    seen.setdefault("|", _Signs("|", "^", "~", "&"))
    yield from seen.values()


_MOST: Final = 3
"""Sets of delimiters that one text is read with: each costs a pass over it."""


def _segment(sheet: Sheet, name: str, fields: list[tuple[int, int]], signs: _Signs) -> None:
    types = _FIELDS[name]
    first = 2 if types[0] == "-" else 1
    valued = sheet.text[slice(*fields[1])].strip() if name == "OBX" and len(fields) > 1 else ""
    for number, (start, end) in enumerate(fields, start=first):
        if start > 0 and sheet.text[start - 1] == signs.field:
            sheet.calm(start - 1, start)
        if start == end:
            continue
        kind = types[number - 1] if number <= len(types) else "TX"
        if number == first and first > 1:
            sheet.calm(start, end)  # the delimiters themselves
        else:
            _field(sheet, valued if kind == "VALUE" else kind, start, end, signs)


def _plausible(text: str, types: list[str], fields: list[tuple[int, int]]) -> bool:
    """Whether counts, numbers and codes of a segment are such: a sentence cut at its bars has none, and nothing in it is quiet."""
    return all(
        (pattern := _PLAUSIBLE.get(kind)) is None or pattern.fullmatch(text, *span) is not None
        for kind, span in zip(types, fields, strict=False)
    )


_PLAUSIBLE: Final = {
    "SI": re.compile(r"\s*(?:\d{0,4}|\W.*)\s*"),
    "NM": re.compile(r"\s*(?:[-+<>=~]*[\d.,]*|\"\"|\W.*|[A-Z]{1,4})\s*"),
    "ID": re.compile(r"(?![A-Z]?[a-z]{3}).*"),
}


def _field(sheet: Sheet, kind: str, start: int, end: int, signs: _Signs) -> None:
    if sheet.text[start:end] == '""':
        sheet.calm(start, end)
        return
    if kind in _WORDS:
        if is_plain(sheet.text[start:end]):
            sheet.calm(start, end)
        return
    if kind == "QUERY":
        _query(sheet, start, end, signs)
        return
    if kind in _SIMPLE and signs.component in sheet.text[start:end]:
        return  # a field slipped by one or more: what stands here is of another type
    weak = kind.endswith("~")
    roles, default = _ROLES.get(kind.rstrip("~"), ("", None))
    if not roles:
        return
    for low, high in split(sheet.text, start, end, signs.repetition):
        sheet.calm(high, min(high + 1, end))
        parts = list(split(sheet.text, low, high, signs.component))
        named = sheet.text[slice(*parts[4])].strip() if len(parts) > _TYPED else ""
        for role, (first, last) in zip(roles + "." * len(parts), parts, strict=False):
            sheet.calm(last, min(last + 1, high))
            for piece in split(sheet.text, first, last, signs.subcomponent):
                sheet.calm(piece[1], min(piece[1] + 1, last))
                _note(sheet, role, piece, _KIND_OF_ID.get(named, default) if role == "I" else default, weak=weak)


_SIMPLE: Final = frozenset({"SI", "ID", "IS", "NM"})


def _query(sheet: Sheet, start: int, end: int, signs: _Signs) -> None:
    """QPD-3: `@PID.5.1^SMITH`, the fields of whom one looks for, or one identifier."""
    for piece in split(sheet.text, start, end, signs.repetition):
        parts = list(split(sheet.text, *piece, signs.component))
        asked = _ASKED.match(sheet.text, *parts[0])
        if asked is not None and len(parts) > 1:
            sheet.calm(*parts[0])
            sheet.mark(_ASKED_FOR.get(asked.group(1), Kind.OTHER_ID), *parts[1])
        elif asked is None:
            sheet.mark(Kind.MRN, *parts[0])


_ASKED: Final = re.compile(r"@PID\.(\d{1,2})")
_ASKED_FOR: Final = {
    "3": Kind.MRN,
    "5": Kind.NAME,
    "6": Kind.NAME,
    "7": Kind.DATE,
    "11": Kind.ADDRESS,
    "13": Kind.PHONE,
    "14": Kind.PHONE,
    "18": Kind.ACCOUNT,
    "19": Kind.SSN,
}
_TYPED: Final = 4


def _note(sheet: Sheet, role: str, span: tuple[int, int], kind: Kind | None, *, weak: bool) -> None:
    value = sheet.text[slice(*span)].strip()
    match role:
        case "I" if kind is not None:
            sheet.mark(
                Kind.NAME if kind is Kind.OTHER_ID and value.isalpha() and not value.isupper() else kind,
                *span,
                weak=weak,
            )
        case "D":
            if _DAY.fullmatch(value):
                sheet.mark(Kind.DATE, *span, weak=True)
            else:
                sheet.code(*span)
        case "P":
            sheet.mark(Kind.EMAIL if "@" in value else Kind.PHONE, *span, weak=weak)
        case "G" if any(map(str.isdigit, value)) and " " not in value:
            sheet.mark(Kind.PLAN_MEMBER, *span)
        case "F":
            sheet.mark(Kind.FACILITY, *span, weak=True)
        case _ if role in _MARKS:
            sheet.mark(_MARKS[role], *span, weak=weak)
        case "#" if _DAY.fullmatch(value) and not value.isdecimal():
            sheet.mark(Kind.DATE, *span, weak=True)
        case "#" if _STRAY.search(value):
            sheet.mark(Kind.OTHER_ID, *span)
        case _:
            sheet.code(*span)
            sheet.display(*span)


_DAY: Final = re.compile(
    r"(?:18|19|20)\d{4}(?:\d\d)?(?:\d{2,6}(?:\.\d+)?)?(?:[+-]\d{4})?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.{0,12}"
)
_STRAY: Final = re.compile(r"\d{5}")
"""Tables of one-letter and three-letter codes hold no long number: one there is an identifier that slipped by a field."""
_MARKS: Final = {"N": Kind.NAME, "A": Kind.ADDRESS, "C": Kind.PLACE, "Z": Kind.ZIP, "E": Kind.EMAIL, "B": Kind.DATE}
_ROLES: Final[Mapping[str, tuple[str, Kind | None]]] = {
    "XPN": ("NNN", None), "XCN": ("INNN", Kind.OTHER_ID), "PPN": ("INNN", Kind.OTHER_ID), "CN": ("INNN", Kind.OTHER_ID), "PN": ("NNN", None),
    "NDL": ("INNN", Kind.OTHER_ID), "XAD": ("AAC.Z..AC", None), "AD": ("AAC.Z..AC", None), "SAD": ("AAA", None), "XTN": ("P..E.PPP.PPP", None),
    "TN": ("P", None), "CX": ("I", Kind.MRN), "CK": ("I", Kind.MRN), "EI": ("I", Kind.OTHER_ID), "EIP": ("II", Kind.OTHER_ID), "EIQ": (".", None), "ACCT": ("I", Kind.ACCOUNT),
    "MEMBER": ("I", Kind.PLAN_MEMBER), "SSN": ("I", Kind.SSN), "DLN": ("I.D", Kind.LICENCE), "DEV": ("I", Kind.DEVICE), "OTHER": ("I", Kind.OTHER_ID),
    "AUI": ("ID", Kind.OTHER_ID), "PL": ("...F", None), "LA": ("...F....AAC.Z", None), "XON": ("F", None), "XONQ": (".", None), "GROUP": ("G", None), "PLACE": ("C", None),
    "TS": ("D", None), "DT": ("D", None), "DTM": ("D", None), "DR": ("DD", None), "BIRTH": ("B", None), "TQ": ("...DD", None), "FC": ("#D", None), "DLD": (".D", None),
    "SI": ("#", None), "ID": ("#", None), "IS": ("#", None), "CP": ("#", None), "JCC": (".", None), "QUIET": (".", None), "DESC": (".", None),
    **dict.fromkeys("NM CE CWE CNE HD MSG PT VID TM CQ MO SN SPS PRL MOC ELD RI RPT UVC OCC MOP ICD VR NR CF".split(), (".", None)),
}  # fmt: skip
"""What the components of a data type hold: I an identifier, N name, A street, C town, Z post code, P phone, E e-mail, D day, B birth,
F facility, and a point for a code or what a code is called; so are all beyond the last.
"""
_WORDS: Final = frozenset({"ST", "TX", "FT", "ALT", "ED", "RP", ""})
_KIND_OF_ID: Final = {
    "SS": Kind.SSN, "MR": Kind.MRN, "PI": Kind.MRN, "PT": Kind.MRN, "AN": Kind.ACCOUNT, "VN": Kind.ACCOUNT, "DL": Kind.LICENCE, "LN": Kind.LICENCE, "MD": Kind.LICENCE,
    "MB": Kind.PLAN_MEMBER, "MC": Kind.PLAN_MEMBER, "MA": Kind.PLAN_MEMBER, "SN": Kind.PLAN_MEMBER, "HC": Kind.PLAN_MEMBER, "NPI": Kind.NPI, "DEA": Kind.DEA,
    "NI": Kind.NATIONAL_ID, "NH": Kind.NATIONAL_ID, "PPN": Kind.NATIONAL_ID,
}  # fmt: skip
"""Table 0203: what an identifier is, by its fifth component."""
