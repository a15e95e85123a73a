"""One scalar of a record that came as a parsed tree: its cue is the way to it from the root of the record."""

from __future__ import annotations

import re
from typing import Final

from gateway.phi.find.records import dicom, fhir
from gateway.phi.find.records.sheet import Sheet
from gateway.phi.find.records.trees import Node

_CUE: Final = re.compile(r"([A-Za-z]{3,40}):([\w.-]*)")
DICOM: Final = "dicom"
KEY: Final = "key"


def read(text: str, cue: str) -> Sheet | None:
    """The sheet of a scalar under `Patient:name.family` or `dicom:00100010.Value`; None where the cue names no record."""
    way = _CUE.fullmatch(cue) if ":" in cue else None
    if way is None:
        return None
    sheet = Sheet(text)
    if way.group(1) == KEY:
        sheet.code(0, len(text))
        return sheet
    path = tuple(way.group(2).split("."))
    if way.group(1) != DICOM:
        fhir.place(sheet, way.group(1), path, Node(0, len(text), scalar=True), Node(), coded=path[-2:-1] == ("coding",))
    elif path[-1] == "vr":
        sheet.code(0, len(text))
    elif path[-1] in {"Value", "Alphabetic", "Ideographic", "Phonetic"}:
        vr = "" if path[-1] == "Value" else "PN"
        tag = next((step for step in reversed(path) if re.fullmatch(r"[0-9A-Fa-f]{8}", step)), "")
        dicom.value(sheet, tag.upper(), vr, 0, len(text))
    return sheet
