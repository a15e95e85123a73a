"""Walks a payload along the table of its dialect and collects leaves, unknowns and errands; scans nothing itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gateway.domain import JSON, Capability, Carrier, Path, UnknownReason
from gateway.phi.leaf import Errand, Form, Leaf, Unknown
from gateway.wire.fields import (
    Closed,
    Dropped,
    Either,
    Field,
    Free,
    Items,
    JsonText,
    Keyed,
    Local,
    Name,
    Number,
    Object,
    Opaque,
    Replaced,
    Signed,
    Strict,
    Text,
    TokenIds,
    Url,
    Variant,
)
from gateway.wire.fields import Errand as ErrandField
from gateway.wire.jsontext import LiteralKind, literals

MAX_DEPTH: Final = 96
MAX_LEAVES: Final = 100_000
"""Beyond either limit the rest of a payload is `unreadable`, so that the time for one body is bounded."""
MAX_UNKNOWNS: Final = 1_000
_DATA_URL = re.compile(r"data:([\w.+-]+)/[\w.+-]+(?:;[\w.+-]+=[\w.+-]+){0,4};base64,[A-Za-z0-9+/=_-]*\Z")
_MEDIA = {"image": UnknownReason.IMAGE, "audio": UnknownReason.AUDIO}
_JSON_FORMS = {
    LiteralKind.KEY: Form.JSON_KEY,
    LiteralKind.STRING: Form.JSON_STRING,
    LiteralKind.NUMBER: Form.JSON_NUMBER,
}
_ESCAPED = re.compile(r"\\u[0-9a-fA-F]{4}")


class Visitor:
    """One walk. Every method takes a value, what the table says of it, and where it stands."""

    __slots__ = ("_further", "errands", "leaves", "unknowns")

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.unknowns: list[Unknown] = []
        self.errands: list[Errand] = []
        self._further: set[UnknownReason] = set()

    def visit(self, value: JSON, field: Field, path: Path = ()) -> None:  # noqa: C901, PLR0912
        """Visit one value; the tables have no cycles, so this goes no deeper than they do."""
        if value is None:
            return
        match field:
            case Object():
                self._object(value, field, path)
            case Variant():
                self._variant(value, field, path)
            case Items():
                self._items(value, field, path)
            case Either():
                self.visit(value, field.text if isinstance(value, str) else field.other, path)
            case Text() | Signed():
                self._scalar(value, field.carrier, path, Form.TEXT)
            case Name():
                self._scalar(value, field.carrier, path, Form.NAME)
            case JsonText():
                self._json_text(value, field.carrier, path)
            case Free():
                self._free(value, field, path)
            case Closed() | Strict() | Number():
                if not _well_formed(value, field):
                    self._unreadable(value, path)
            case Dropped() | Local():
                self.visit(value, field.field, path)
            case ErrandField():
                self._errand(value, field, path)
            case Keyed():
                self._keyed(value, field, path)
            case Url():
                self._url(value, field, path)
            case Opaque():
                self._opaque(value, field, path)
            case TokenIds():
                self._token_ids(value, path)
            case Replaced():
                return

    # --- things with something inside ------------------------------------------------------------------------------

    def _object(self, value: JSON, field: Object, path: Path) -> None:
        if not isinstance(value, dict):
            self._free(value, Free(field.carrier), path)
            return
        fields = field.fields
        for key, inner in value.items():
            known = fields.get(key)
            if known is None:
                self._key(key, field.carrier, path)
                self._free(inner, Free(field.carrier), (*path, key))
                continue
            if isinstance(known, Text) and isinstance(inner, str):  # the shortest way for what most values are
                if inner:
                    self.leaves.append(Leaf((*path, key), inner, known.carrier))
            elif isinstance(known, Signed) and value.get(known.signature):
                self._scalar(inner, known.carrier, (*path, key), Form.SIGNED)
            elif not (isinstance(known, Closed) and isinstance(inner, str) and inner in known.words):
                self.visit(inner, known, (*path, key))

    def _variant(self, value: JSON, field: Variant, path: Path) -> None:
        if not isinstance(value, dict):
            self.visit(value, field.otherwise, path)
            return
        name = value.get(field.key, field.missing)
        case = field.cases.get(name) if isinstance(name, str) else None
        if case is None:
            if not isinstance(field.otherwise, ErrandField):
                self._unknown(UnknownReason.UNREADABLE, (*path, field.key))
            case = field.otherwise
        self.visit(value, case, path)

    def _items(self, value: JSON, field: Items, path: Path) -> None:
        if not isinstance(value, list):
            self.visit(value, field.item, path)
            return
        for index, inner in enumerate(value):
            self.visit(inner, field.item, (*path, index))

    def _keyed(self, value: JSON, field: Keyed, path: Path) -> None:
        if not isinstance(value, dict):
            self._free(value, Free(Carrier.OTHER), path)
            return
        for key, inner in value.items():
            if not field.key.fullmatch(key):
                self._unknown(UnknownReason.UNREADABLE, (*path, key))
                self._key(key, Carrier.OTHER, path)
            self.visit(inner, field.value, (*path, key))

    def _free(self, value: JSON, field: Free, path: Path) -> None:
        """Any JSON, without recursion, so that deep nesting cannot exhaust the interpreter's stack."""
        number = Form.NUMBER if field.numbers else Form.FIXED
        words, leaves = field.words, self.leaves
        stack: list[tuple[JSON, Path, str, int]] = [(value, path, "", len(path))]
        while stack:
            node, at, cue, depth = stack.pop()
            if node is None or (isinstance(node, str) and (not node or node in words)):
                continue
            if len(leaves) > MAX_LEAVES:
                self._unknown(UnknownReason.UNREADABLE, at)
                return
            if depth > MAX_DEPTH:
                self._unknown(UnknownReason.UNREADABLE, at)
                continue
            if isinstance(node, dict):
                cue = _record(node, cue)
                for key in node:
                    if key and key not in words:
                        leaves.append(Leaf((*at, key), key, field.carrier, _key_cue(cue, key), Form.KEY))
                inside = [(inner, (*at, key), _cue(cue, key, words), depth + 1) for key, inner in node.items()]
                stack.extend(reversed(inside))
            elif isinstance(node, list):
                stack.extend([(node[i], (*at, i), cue, depth + 1) for i in range(len(node) - 1, -1, -1)])
            elif isinstance(node, str):
                self._string(node, field.carrier, at, cue)
            else:
                leaves.append(Leaf(at, _number(node), field.carrier, cue, number))

    def _string(self, text: str, carrier: Carrier, path: Path, cue: str) -> None:
        data = _DATA_URL.match(text) if text.startswith("data:") else None
        if data is None:
            self.leaves.append(Leaf(path, text, carrier, cue))
        else:
            self._unknown(_MEDIA.get(data[1], UnknownReason.FILE), path)

    # --- texts -----------------------------------------------------------------------------------------------------

    def _scalar(self, value: JSON, carrier: Carrier, path: Path, form: Form) -> None:
        if not isinstance(value, str):
            self._free(value, Free(carrier), path)
        elif value:
            self.leaves.append(Leaf(path, value, carrier, "", form))

    def _json_text(self, value: JSON, carrier: Carrier, path: Path) -> None:
        if len(self.leaves) > MAX_LEAVES:
            self._unknown(UnknownReason.UNREADABLE, path)
            return
        found = literals(value) if isinstance(value, str) else None
        if found is None or not isinstance(value, str):
            if isinstance(value, str) and value[:1] in ("{", "[") and _ESCAPED.search(value):
                self._unknown(UnknownReason.ENCODED, path)  # broken JSON may hide letters in its escapes
            self._scalar(value, carrier, path, Form.TEXT)
            return
        records = {
            inner[:-1]: text
            for _, _, text, kind, inner in found
            if inner[-1:] == ("resourceType",) and kind is LiteralKind.STRING and _RESOURCE.fullmatch(text)
        }
        for start, end, text, kind, inner in found:
            if text:
                cue = _keys(inner[:-1] if kind is LiteralKind.KEY else inner, records)
                cue = _key_cue(cue, text) if kind is LiteralKind.KEY else cue
                form = _JSON_FORMS[kind]
                self.leaves.append(Leaf(path, text, carrier, cue, form, (start, end), inner))

    def _key(self, key: str, carrier: Carrier, path: Path) -> None:
        if key:
            self.leaves.append(Leaf((*path, key), key, carrier, "", Form.KEY))

    def _unreadable(self, value: JSON, path: Path) -> None:
        """A structural field with a value it may not have: unknown, and scanned too, though it cannot be replaced."""
        self._unknown(UnknownReason.UNREADABLE, path)
        if isinstance(value, str | int | float):
            text = value if isinstance(value, str) else _number(value)
            self.leaves.append(Leaf(path, text, Carrier.OTHER, "", Form.FIXED))
        else:
            self._free(value, Free(Carrier.OTHER), path)

    # --- what cannot be read, and what asks for more than an answer ------------------------------------------------

    def _opaque(self, value: JSON, field: Opaque, path: Path) -> None:
        if value:
            self._unknown(field.reason, path)
        if not isinstance(value, str):
            self._free(value, Free(Carrier.ATTACHMENT), path)

    def _url(self, value: JSON, field: Url, path: Path) -> None:
        if value:
            self._unknown(field.reason, path)
        if not isinstance(value, str) or not value.startswith("data:"):
            self.errands.append(Errand(Capability.FETCH_URLS, path))
            self._scalar(value, Carrier.URL, path, Form.TEXT)

    def _token_ids(self, value: JSON, path: Path) -> None:
        """A list of numbers, or of lists of them, is token ids; a list of texts is texts."""
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, int | float | list) for item in items):
            self._unknown(UnknownReason.TOKEN_IDS, path)
        for index, item in enumerate(items):
            numbers = isinstance(item, int | float) or (
                isinstance(item, list) and all(isinstance(number, int | float) for number in item)
            )
            if not numbers:
                self._free(item, Free(Carrier.INPUT), (*path, index) if isinstance(value, list) else path)

    def _errand(self, value: JSON, field: ErrandField, path: Path) -> None:
        if value or not field.unless_false:
            self.errands.append(Errand(field.capability, path))
        self.visit(value, field.field, path)

    def _unknown(self, reason: UnknownReason, path: Path) -> None:
        """One more, as long as somebody could read them all; then one for all others of its reason."""
        if len(self.unknowns) < MAX_UNKNOWNS:
            self.unknowns.append(Unknown(reason, path))
        elif reason not in self._further:
            self._further.add(reason)
            self.unknowns.append(Unknown(reason, ()))


def _well_formed(value: JSON, field: Closed | Strict | Number) -> bool:
    match field:
        case Closed():
            return isinstance(value, bool) or (isinstance(value, str) and value in field.words)
        case Strict():
            return isinstance(value, str) and len(value) <= field.max_chars and bool(field.pattern.fullmatch(value))
        case Number():
            return isinstance(value, int | float) and -field.limit <= value <= field.limit


def _number(value: float) -> str:
    """A number or boolean as JSON writes it; integers that Python would not print, in hexadecimal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return hex(value) if isinstance(value, int) and value.bit_length() > 4_096 else repr(value)


_RESOURCE = re.compile(r"[A-Z][A-Za-z]{2,40}")
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_LONGEST_WAY = 120


def _record(node: Mapping[str, JSON], cue: str) -> str:
    """The cue within an object: a FHIR resource begins a way of its own, from its root."""
    name = node.get("resourceType")
    return f"{name}:" if isinstance(name, str) and _RESOURCE.fullmatch(name) else cue


def _key_cue(cue: str, key: str) -> str:
    """What is said of a key: the element of a record is one by its format, and says nothing of what it is called."""
    return "key:" if ":" in cue or _TAG.fullmatch(key) else cue


def _cue(cue: str, key: str, words: frozenset[str]) -> str:
    """The two nearest keys that are evidence, words of a schema are none; in a record the way from its root."""
    if _TAG.fullmatch(key):
        return f"dicom:{key}"
    if ":" in cue and len(cue) < _LONGEST_WAY:
        return f"{cue}{key}" if cue.endswith(":") else f"{cue}.{key}"
    if not key or key in words:
        return cue
    return f"{cue.rpartition(' ')[2]} {key}" if cue else key


def _keys(path: Path, records: Mapping[Path, str]) -> str:
    for size in range(len(path) if records else 0, -1, -1):
        if (name := records.get(path[:size])) is not None:
            return f"{name}:" + ".".join([step for step in path[size:] if isinstance(step, str)])
    return " ".join([step for step in path if isinstance(step, str)][-2:])
