"""X12 005010 as the HIPAA guides use it (837P/I/D, 835, 270/271, 276/277, 278, 834, 997/999): text in, a sheet out.

Sources: ASC X12 005010 segment and element dictionary; TR3 005010X222, X223, X221, X279, X212, X217, X220, X231.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from gateway.domain import Kind
from gateway.phi.find.records.sheet import Sheet, split
from gateway.phi.find.text.ways import one_of

_SEGMENTS: Final = (
    "AAA|ACT|AK1|AK2|AK3|AK4|AK5|AK9|AMT|AT1|BGN|BHT|BPR|CAS|CL1|CLM|CLP|CN1|COB|CR1|CR2|CR3|CR4|CR5|CR6|CRC|CTP|CTX|CUR|DMG|DN1|DN2|DSB|DTM|DTP|EB|EC|"
    "ENT|EQ|FRM|GE|GS|HCP|HCR|HD|HI|HL|HLH|HSD|ICM|IDC|IEA|III|IK3|IK4|IK5|INS|ISA|K3|LC|LE|LIN|LQ|LS|LUI|LX|MEA|MIA|MOA|MPI|MSG|N1|N2|N3|N4|NM1|NTE|NX1|"
    "OI|OII|PAT|PER|PLA|PLB|PRV|PS1|PWK|QTY|RDM|REF|RMR|SBR|SE|ST|STC|SV1|SV2|SV3|SV4|SV5|SV6|SVC|SVD|TA1|TOO|TRN|TS2|TS3|UM|VEH"
)
_HEADER: Final = re.compile(r"(?<![A-Za-z0-9])ISA([^\w\s])(?=\d\d)")
_ENVELOPE: Final = 16
_LONGEST_ENVELOPE: Final = 240
GATE: Final = rf"(?:^|[^A-Za-z0-9])(?:(?:{_SEGMENTS})\*|ISA[^\w\s]\d\d)"
"""What a text must hold for any of this; the star is the separator of nearly all, another is told by its ISA."""
_CERTAIN: Final = re.compile(
    "(?:"
    + one_of(
        *(
            r"NM1.[A-Z0-9]{2,3}.[12] N1.[A-Z0-9]{2,3}. REF.[A-Z0-9]{2,3}. DMG.D8. DT[PM].\d{3}. PER.[A-Z]{2}. "
            r"CL[MP].\S{1,40}.\d HL.\d+. TRN.[12]."
        ).split(),
        "SBR.[A-H PSTU].",
        *(
            r"ST.\d{3}. ISA.\d\d. INS.[YN]. N[34].[^*]{2,} BHT.\d{4} BGN.\d\d GS.[A-Z]{2}. AK[0-9]. IK[345]. "
            "CAS.[A-Z]{2}. HI.[A-Z]{2,3}. SV[1-6]. SVC. STC. EB."
        ).split(),
    )
    + ")"
)
"""The beginning of a segment that nothing but X12 writes so."""


class Segment(NamedTuple):
    """A segment: its id, and where its elements stand (the first is element 1)."""

    name: str
    elements: Sequence[tuple[int, int]]


def read(text: str) -> Sheet:
    """The sheet of every X12 segment in a text."""
    sheet = Sheet(text)
    reader = _Reader(sheet)
    for separator, terminators in _delimiters(text):
        pattern = re.compile(
            rf"(?<![A-Za-z0-9{re.escape(separator)}])({_SEGMENTS}){re.escape(separator)}([^{re.escape(terminators)}\r\n]*)[{re.escape(terminators)}]?"
        )
        found = list(pattern.finditer(text))
        if len(found) < _ENOUGH and not any(_CERTAIN.match(segment.group()) for segment in found):
            continue
        for segment in found:
            start, end = segment.span(2)
            sheet.calm(segment.start(), start)
            sheet.calm(end, segment.end())
            reader.segment(Segment(segment.group(1), list(split(text, start, end, separator))))
    return sheet


_MOST: Final = 3
"""Separators that one text is read with: each costs a pass over it."""
_ENOUGH: Final = 2
"""Segments that need no other sign: one may be a word and a star."""


def _delimiters(text: str) -> Iterator[tuple[str, str]]:
    """Each element separator with the segment terminators beside it: those that an ISA declares, and the usual."""
    seen: dict[str, str] = {}
    for header in _HEADER.finditer(text):
        separator = header.group(1)
        parts = text[header.start() : header.start() + _LONGEST_ENVELOPE].split(separator, _ENVELOPE)
        last = parts[_ENVELOPE][1:2] if len(parts) > _ENVELOPE else ""
        declared = last if last and not last.isalnum() and not last.isspace() else ""
        seen[separator] = seen.get(separator, "~") + declared
        if len(seen) > _MOST:
            break
    seen.setdefault("*", "~")
    yield from seen.items()


_PAYERS: Final = frozenset(
    {
        "PR",
        "40",
        "41",
        "IN",
        "2B",
        "TT",
        "PRP",
        "SEP",
        "TTP",
        "X3",
        "ACV",
        "AY",
        "BO",
        "TV",
        "Y2",
        "P5",
        "GP",
        "RGA",
        "36",
        "M8",
    }
)
"""Entity codes of payers, clearing houses, sponsors and reviewers: an organisation there is nobody's provider."""
_PERSONAL_IDS: Final = {
    "34": Kind.SSN,
    "SY": Kind.SSN,
    "XX": Kind.NPI,
    "MI": Kind.PLAN_MEMBER,
    "II": Kind.PLAN_MEMBER,
    "HN": Kind.PLAN_MEMBER,
}
_CONTACT: Final = {"TE": Kind.PHONE, "HP": Kind.PHONE, "WP": Kind.PHONE, "CP": Kind.PHONE, "AP": Kind.PHONE, "BN": Kind.PHONE, "FX": Kind.FAX, "EM": Kind.EMAIL, "UR": Kind.URL}  # fmt: skip
_REFERENCES: Final = {"SY": Kind.SSN, "0F": Kind.PLAN_MEMBER, "1W": Kind.PLAN_MEMBER, "1L": Kind.PLAN_MEMBER, "IG": Kind.PLAN_MEMBER, "6P": Kind.PLAN_MEMBER,
                      "EA": Kind.MRN, "EJ": Kind.ACCOUNT, "0B": Kind.LICENCE, "HPI": Kind.NPI, "HJ": Kind.PLAN_MEMBER, "NQ": Kind.PLAN_MEMBER, "23": Kind.OTHER_ID}  # fmt: skip
_CODED: Final = frozenset({"87", "F2", "EV", "FY", "NF", "2U", "PXC", "G3", "DX", "QQ", "9V", "ZX", "17", "CE", "VS"})
"""Qualifiers of references that name a version, a class or a payer, and no person."""
_ENVELOPES: Final = frozenset({"ISA", "GS", "BHT", "BGN", "BPR", "GE", "IEA"})
"""Segments whose dates are those of the message."""
_TEXTS: Final = {"NTE": {2}, "MSG": {1}, "K3": {1}, "STC": {12}, "PWK": {7}, "SBR": {4}, "EB": {5}, "IDC": {1}, "CR1": {9, 10}, "CR2": {10, 11}, "CR5": {5}, "HSD": {8}, "SV5": {7}, "OI": {6}, "TOO": {4}, "HD": {4}}  # fmt: skip
"""Elements that people fill with words: they stay text where the words speak of somebody."""
_VALUES: Final[dict[str, dict[int, Kind]]] = {
    "N2": {1: Kind.NAME, 2: Kind.NAME},
    "N3": {1: Kind.ADDRESS, 2: Kind.ADDRESS},
    "N4": {1: Kind.PLACE, 3: Kind.ZIP},
    "DMG": {2: Kind.DATE},
    "CLM": {1: Kind.ACCOUNT},
    "CLP": {1: Kind.ACCOUNT, 7: Kind.OTHER_ID},
    "SBR": {3: Kind.PLAN_MEMBER},
    "PAT": {6: Kind.DATE},
    "INS": {12: Kind.DATE},
    "PWK": {6: Kind.OTHER_ID},
    "COB": {2: Kind.PLAN_MEMBER},
    "ACT": {1: Kind.ACCOUNT, 3: Kind.ACCOUNT},
    "MPI": {7: Kind.DATE},
    "VEH": {4: Kind.VEHICLE},
    "IDC": {3: Kind.PLAN_MEMBER},
    "ENT": {4: Kind.OTHER_ID},
    "RMR": {2: Kind.OTHER_ID},
    "TRN": {2: Kind.OTHER_ID, 4: Kind.OTHER_ID},
}  # fmt: skip
"""Elements that are always of one kind. Those of N2 to N4 follow whom the NM1 or N1 before them named."""


class _Reader:
    """Reads segments in order, since whose address it is was said by the NM1 before."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._payer = self._organisation = False

    def segment(self, segment: Segment) -> None:
        """Notes what the elements of one segment hold."""
        if segment.name in _NEW:
            self._payer = self._organisation = False
        match segment.name:
            case "NM1":
                self._named(segment)
            case "N1":
                self._party(segment)
            case "N2" | "N3" | "N4":
                self._place(segment)
            case "PER":
                self._contact(segment)
            case "REF":
                self._reference(segment)
            case _:
                self._other(segment)

    def _other(self, segment: Segment) -> None:
        values, texts = _VALUES.get(segment.name, {}), _TEXTS.get(segment.name, ())
        for number, span in enumerate(segment.elements, start=1):
            kind = values.get(number)
            if kind is not None:
                self._sheet.mark(kind, *span, weak=segment.name == "TRN")
            elif number in texts:
                self._sheet.display(*span)
            elif segment.name not in _ENVELOPES and _DAY.fullmatch(self._sheet.text[slice(*span)].strip()):
                self._sheet.mark(Kind.DATE, *span, weak=True)
            else:
                self._sheet.code(*span)

    def _said(self, segment: Segment, number: int) -> str:
        if number > len(segment.elements):
            return ""
        return self._sheet.text[slice(*segment.elements[number - 1])].strip()

    def _others(self, segment: Segment, taken: frozenset[int]) -> None:
        for number, span in enumerate(segment.elements, start=1):
            if number not in taken:
                self._sheet.code(*span)

    def _named(self, segment: Segment) -> None:
        """NM1: 01 entity, 02 person (1) or not (2), 03 family or organisation, 04 given, 05 middle, 06 prefix, 07 suffix, 08 and 09 id."""
        entity, person = self._said(segment, 1), self._said(segment, 2) == "1"
        self._payer, self._organisation = entity in _PAYERS, not person
        for number in range(3, 8):
            if number <= len(segment.elements):
                self._name(segment.elements[number - 1], person=person)
        self._identifier(segment, 8, person=person)
        self._others(segment, frozenset(range(3, 8)) | {9})

    def _party(self, segment: Segment) -> None:
        """N1: 01 entity, 02 name, 03 and 04 id; in the 834 the sponsor, in the 835 payer and payee."""
        self._payer, self._organisation = self._said(segment, 1) in _PAYERS, True
        if len(segment.elements) > 1:
            self._name(segment.elements[1], person=False)
        self._identifier(segment, 3, person=False)
        self._others(segment, frozenset({2, 4}))

    def _name(self, span: tuple[int, int], *, person: bool) -> None:
        if person:
            self._sheet.mark(Kind.NAME, *span)
        elif self._payer:
            self._sheet.display(*span)
        else:
            self._sheet.mark(Kind.FACILITY, *span, weak=True)

    def _identifier(self, segment: Segment, qualifier: int, *, person: bool) -> None:
        if len(segment.elements) <= qualifier:
            return
        span = segment.elements[qualifier]
        if person:
            self._sheet.mark(_PERSONAL_IDS.get(self._said(segment, qualifier), Kind.OTHER_ID), *span)
        else:
            self._sheet.calm(*span)

    def _place(self, segment: Segment) -> None:
        """N2, N3 and N4 of a person; those of an organisation tell where it is and count only beside somebody."""
        for number, span in enumerate(segment.elements, start=1):
            kind = _VALUES[segment.name].get(number)
            if kind is None:
                self._sheet.code(*span)
            elif self._organisation:
                coarse = Kind.FACILITY if segment.name != "N4" else Kind.PLACE
                self._sheet.mark(coarse, *span, weak=True)
            else:
                self._sheet.mark(kind, *span)

    def _contact(self, segment: Segment) -> None:
        """PER: 02 a person, then pairs of what a number is and the number."""
        weak = self._organisation
        if len(segment.elements) > 1:
            start, end = segment.elements[1]
            if weak and self._payer:
                self._sheet.display(start, end)
            else:
                self._sheet.mark(Kind.NAME, start, end, weak=weak)
        for number in range(3, len(segment.elements), 2):
            kind = _CONTACT.get(self._said(segment, number), Kind.OTHER_ID)
            self._sheet.mark(kind, *segment.elements[number], weak=weak)
            self._sheet.calm(*segment.elements[number - 1])
        self._others(segment, frozenset(range(2, len(segment.elements) + 1)))

    def _reference(self, segment: Segment) -> None:
        qualifier = self._said(segment, 1)
        for number, span in enumerate(segment.elements, start=1):
            if number == 2 and qualifier not in _CODED and (not self._payer or qualifier in _REFERENCES):
                weak = self._organisation and qualifier not in _REFERENCES
                if _REFERENCE.fullmatch(self._sheet.text, *self._sheet.bare(*span)):
                    self._sheet.mark(_REFERENCES.get(qualifier, Kind.OTHER_ID), *span, weak=weak)
            elif number == 3:
                self._sheet.display(*span)
            else:
                self._sheet.code(*span)


_NEW: Final = frozenset({"CLM", "CLP", "INS", "LX", "ST", "HL", "UM", "EQ", "SVC", "SV1", "SV2", "SV3", "STC", "DMG"})
"""Segments after which the organisation that was named before is no longer spoken of."""
_DAY: Final = re.compile(r"(?:19|20)\d{6}(?:\d{4}(?:\d\d)?)?(?:-(?:19|20)\d{6}(?:\d{4}(?:\d\d)?)?)?")
_REFERENCE: Final = re.compile(r"(?=\D*\d)\S{1,50}(?: \S{1,30}){0,2}|[A-Z-]{1,40}")
