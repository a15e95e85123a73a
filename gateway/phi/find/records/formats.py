"""Which records stand in a text, and what they say of it: every format asked once, behind one cheap gate.

Nothing here hides: a quiet stretch is one that its format's table knows and whose value has the form that it promises.
Rules with a checksum or a telling shape look there too; a model and lists of names do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.domain import DIRECT, Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.records import apart, ccda, dicom, escapes, fhir, hl7, json_records, leaves, tables, x12
from gateway.phi.find.records.sheet import Sheet, joined
from gateway.phi.find.records.trees import Tree, elements
from gateway.phi.find.text.gate import Gate
from gateway.phi.find.text.normalise import Normalised

_GATE: Final = Gate(
    {
        "x12": x12.GATE,
        "hl7": hl7.GATE,
        "dicom": dicom.GATE,
        "fhir": fhir.GATE,
        "ccda": ccda.GATE,
        **tables.GATES,
        "escaped": escapes.GATE,
        "named": apart.NAMED,
        "rows": apart.ROWS,
        "wrapped": apart.WRAPPED,
        "words": apart.WORDS,
        "json": r"(?i)[\"'][\w .-]*(?:name|nom|birth|dob|mrn|patient|ssn|member|naissance|geb|columns)[\w .-]*[\"']\s*:",
    }
)


@dataclass(frozen=True, slots=True)
class Records:
    """What the records of a text say: values by their fields, and stretches that others need not read, in no order.

    `closed` are those in which no model looks at all; `quiet` those whose words are no finding of a rule, and `hushed`
    those whose words are none of a model: the cells of a table, since a model needs the line around a cell.
    """

    hits: tuple[Hit, ...] = ()
    closed: tuple[tuple[int, int], ...] = ()
    quiet: tuple[tuple[int, int], ...] = ()
    hushed: tuple[tuple[int, int], ...] = ()
    formats: frozenset[str] = frozenset()
    texts: tuple[tuple[tuple[int, int], ...], ...] = ()
    """Texts that are cut into words: where each word stands, in order."""

    def open(self, text: str) -> list[tuple[int, int]]:
        """The stretches of its text that a model has to read: not closed, and with a letter or digit in them."""
        edges = [0, *(edge for span in joined(self.closed) for edge in span), len(text)]
        gaps = zip(edges[::2], edges[1::2], strict=True)
        return [(low, high) for low, high in gaps if any(map(str.isalnum, text[low:high]))]


_NONE: Final = Records()


def recognised(folded: Normalised, cue: str = "") -> Records:
    """The records of a normalised text; nothing, for nearly every text. `cue` says where it stands in a parsed record."""
    if (leaf := leaves.read(folded.text, cue)) is not None:
        return _gathered({"leaf": leaf})
    opened = _GATE.open(folded.shape)
    if not opened:
        return _NONE
    said = _read(folded.text, opened)
    if "escaped" in opened:
        said = _with(said, _unescaped(folded.text, _ESCAPES))
    return said


_ESCAPES: Final = 2
"""Levels of strings in strings that are undone."""


def _unescaped(text: str, levels: int) -> Records:
    """The records within strings of JSON, by the places that they have in the text around."""
    plain = escapes.undo(text)
    opened = _GATE.open(_shape(plain.text))
    inside = _read(plain.text, opened)
    if "escaped" in opened and levels > 1:
        inside = _with(inside, _unescaped(plain.text, levels - 1))
    hits = []
    for hit in inside.hits:
        start, end = plain.origin(hit.start, hit.end)
        hits.append(hit._replace(start=start, end=end))

    def back(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        return tuple(plain.origin(*span) for span in spans)

    texts = tuple(back(words) for words in inside.texts)
    return Records(tuple(hits), back(inside.closed), back(inside.quiet), back(inside.hushed), inside.formats, texts)


def _shape(text: str) -> bytes:
    return text.encode("ascii", "replace")


def _with(one: Records, other: Records) -> Records:
    return Records(
        (*one.hits, *other.hits),
        (*one.closed, *other.closed),
        (*one.quiet, *other.quiet),
        (*one.hushed, *other.hushed),
        one.formats | other.formats,
        (*one.texts, *other.texts),
    )


def _read(text: str, opened: frozenset[str]) -> Records:
    prefixes = _prefixes(text)
    text = _blanked(text, prefixes, " ")
    sheets: dict[str, Sheet] = {}
    trees: dict[int, Tree] = {}
    for name in opened:
        match name:
            case "x12":
                sheets[name] = x12.read(text)
            case "hl7":
                sheets[name] = hl7.read(text)
            case _:
                pass
    if opened & {"dicom", "fhir", "json"}:
        sheets["json"] = json_records.read(text, trees)
    texts: list[list[tuple[int, int]]] = []
    if opened & {"named", "rows", "wrapped", "words"}:
        sheets["apart"], texts = apart.read(text, trees)
    if "dicom" in opened:
        sheets["dicom"] = dicom.read(text)
    if opened & {"ccda", "fhir", "dicom"} and "<" in text:
        sheets["xml"] = _xml(text)
    if separators := [name for name in tables.GATES if name in opened]:
        sheets[_TABLES] = tables.read(_blanked(text, _taken(sheets.values()), "\n"), separators)
    gathered = _gathered(sheets, prefixes)
    return replace(gathered, texts=tuple(map(tuple, texts))) if texts else gathered


def _taken(sheets: Iterable[Sheet]) -> list[tuple[int, int]]:
    """What these formats read: no cell of a table reaches into it."""
    return joined([span for sheet in sheets for span in (*sheet.quiet, *((hit.start, hit.end) for hit in sheet.hits))])


def _xml(text: str) -> Sheet:
    sheet = Sheet(text)
    found, signs = elements(text)
    resources = [one for one in found if one.said("xmlns", text) == "http://hl7.org/fhir"]
    if resources:
        for resource in resources:
            if not any(above.name == "Bundle" for above in resource.up()):
                fhir.from_xml(sheet, resource)
    elif ccda.known(found):
        ccda.read(sheet, found)
    else:
        dicom.from_xml(sheet, found)
    if sheet.hits or sheet.quiet:
        for span in signs:
            sheet.calm(*span)
    return sheet


def _gathered(sheets: dict[str, Sheet], prefixes: Iterable[tuple[int, int]] = ()) -> Records:
    """One answer of several sheets: what one calls a value is quiet in none."""
    telling = {name: sheet for name, sheet in sheets.items() if sheet.hits or sheet.quiet or sheet.hushed}
    if not telling:
        return _NONE
    messages = [sheet for name, sheet in telling.items() if name not in _LOOSE]
    return Records(
        tuple(hit for sheet in telling.values() for hit in sheet.hits),
        (*_taken(messages), *(prefixes if messages else ())),
        (*prefixes, *(span for sheet in telling.values() for span in sheet.quiet)),
        tuple(span for sheet in telling.values() for span in sheet.hushed),
        frozenset(telling),
    )


_TABLES: Final = "tables"
_LOOSE: Final = frozenset({_TABLES, "apart"})
"""Formats that say of single values what they are, and not of the text around them that it is a record."""


_PREFIX: Final = re.compile(
    r"(?m)^(?:(?:>[ ]?)+(?=[^>])|(?=\[?\d{4}-))(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?[ \t]+(?:\[?[A-Z]{4,8}\]?[ \t]+)?(?:[\w.\[\]-]{1,40}:[ ]?|- )?)?"
)
"""What a log or the quotation in a mail puts before each line."""
_SEVERAL: Final = 2


def _prefixes(text: str) -> list[tuple[int, int]]:
    """Where the lines of a text have such a prefix, if several have one: its time is no day of anybody's."""
    spans = [match.span() for match in _PREFIX.finditer(text) if match.end() > match.start()]
    return spans if len(spans) >= _SEVERAL else []


def _blanked(text: str, spans: Iterable[tuple[int, int]], sign: str) -> str:
    """A text of the same length in which stretches are nothing but `sign`."""
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += (text[done:start], sign * (end - start))
        done = end
    return "".join([*pieces, text[done:]])


_STAND: Final = frozenset({Kind.SSN, Kind.EMAIL, Kind.CARD, Kind.IBAN, Kind.NATIONAL_ID, Kind.VEHICLE})
"""Kinds that a rule tells by shape or check digits, whatever a record calls the field."""


def _stands(hit: Hit, text: str) -> bool:
    if hit.kind in _STAND:
        return hit.kind is Kind.EMAIL or sum(map(str.isdigit, text[hit.start : hit.end])) >= _LONG
    return hit.evidence is Evidence.CHECKED and hit.kind in DIRECT - _SHORT_CHECKED


_SHORT_CHECKED: Final = frozenset({Kind.NPI, Kind.DEA})
"""Kinds whose one check digit agrees by chance in every tenth code."""
_LONG: Final = 7
"""Digits of the shortest number that tells what it is by itself."""


def outside(hits: Sequence[Hit], records: Records, text: str) -> list[Hit]:
    """Hits of rules without those in quiet stretches, cut where they reach into one; what has a checksum stays."""
    return _cut_out(hits, records.quiet, text, frozenset(index for index, hit in enumerate(hits) if _stands(hit, text)))


def loud(hits: Sequence[Hit], records: Records) -> list[Hit]:
    """Hits without those that begin in a code, a display or a separator of a record: read otherwise, those may look like anything."""
    known = (*records.quiet, *records.hushed)
    return [hit for hit in hits if not any(start <= hit.start < end for start, end in known)]


def unhushed(hits: Sequence[Hit], records: Records, text: str) -> list[Hit]:
    """Hits of a model without those in quiet and hushed stretches."""
    return _cut_out(hits, (*records.quiet, *records.hushed), text)


def _cut_out(
    hits: Sequence[Hit], spans: Iterable[tuple[int, int]], text: str, standing: frozenset[int] = frozenset()
) -> list[Hit]:
    """Hits without what is in `spans`, but for those at the places `standing`."""
    mask = bytearray(len(text) + 1)
    for start, end in spans:
        mask[start:end] = b"\1" * (end - start)
    kept: list[Hit] = []
    for index, hit in enumerate(hits):
        if index in standing or not any(mask[hit.start : hit.end]):
            kept.append(hit)
        else:
            kept.extend(_cut(hit, mask, text))
    return kept


def accompanied(hits: list[Hit]) -> list[Hit]:
    """Hits without identifiers that are weak signs (the number of a payment, an organisation's line) if nothing else is found."""
    if any(hit.kind in DIRECT and not _weak(hit) for hit in hits):
        return hits
    return [hit for hit in hits if hit.kind not in DIRECT or not _weak(hit)]


def _weak(hit: Hit) -> bool:
    return hit.evidence is Evidence.FIELD and not hit.patient


def _cut(hit: Hit, quiet: Sequence[int], text: str) -> Iterable[Hit]:
    start = hit.start
    for at in range(hit.start, hit.end + 1):
        if at == hit.end or quiet[at]:
            if start < at and any(map(str.isalnum, text[start:at])):
                yield hit._replace(start=start, end=at)
            start = at + 1
