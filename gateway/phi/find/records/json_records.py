"""Records in JSON: FHIR resources, DICOM's JSON model and attributes by keyword; finds the trees, asks their tables."""

from __future__ import annotations

import re
from typing import Final

from gateway.phi.find.records import dicom, fhir, headers, tables
from gateway.phi.find.records.sheet import Sheet
from gateway.phi.find.records.trees import Node, Tree, json_trees

_TAG: Final = re.compile(r"[0-9A-Fa-f]{8}")


def read(text: str, known: dict[int, Tree] | None = None) -> Sheet:
    """The sheet of every record in JSON that stands in a text; `known` are trees of it that were read already."""
    sheet = Sheet(text)
    for tree in json_trees(text, known=known):
        if fhir.resources(sheet, tree.root) or _dicom(sheet, tree.root) or tables.split(sheet, tree.root):
            _signs(sheet, tree)
        else:
            _objects(sheet, tree.root)
    return sheet


def _signs(sheet: Sheet, tree: Tree) -> None:
    for span in tree.signs:
        sheet.calm(*span)
    for span in tree.keys:
        sheet.code(*span)


def _dicom(sheet: Sheet, root: Node) -> bool:
    """Reads data sets in the JSON model: tags as keys, `vr` and `Value` within."""
    found = False
    stack = [root]
    while stack:
        node = stack.pop()
        keywords = sum(dicom.is_keyword(key) for key, child in node.inside if child.scalar)
        for key, child in node.inside:
            if _TAG.fullmatch(key) and not child.scalar:
                vr = child.said("vr", sheet.text)
                found = found or bool(vr)
                for name, value in child.inside:
                    _value(sheet, key.upper(), vr, name, value)
            elif keywords > 1 and child.scalar:
                found = True
                dicom.value(sheet, key, "", child.start, child.end)
            stack.append(child)
    return found


def _value(sheet: Sheet, tag: str, vr: str, name: str, value: Node) -> None:
    if name == "vr":
        sheet.code(value.start, value.end)
    elif name == "Value" and value.scalar:
        dicom.value(sheet, tag, vr, value.start, value.end)
    elif name == "Value" and vr == "PN":
        for _, part in value.inside:
            if part.scalar:
                dicom.value(sheet, tag, vr, part.start, part.end)


def _objects(sheet: Sheet, root: Node) -> None:
    """Reads objects whose keys are the headers of a person's columns, as pandas and interfaces write rows."""
    stack = [root]
    while stack:
        node = stack.pop()
        row = [(headers.column(key), one) for key, one in node.inside if one.scalar]
        if (
            any(column is not None and column.personal for column, _ in row)
            and sum(column is not None for column, _ in row) > 1
        ):
            for column, one in row:
                if column is not None and column.kind is not None and not column.doubtful:
                    tables.note(sheet, column, (one.start, one.end))
        stack.extend(child for _, child in node.inside if not child.scalar)
