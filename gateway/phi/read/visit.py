"""Walks a payload along the table of its dialect and collects leaves, unknowns and errands; scans nothing itself."""

from __future__ import annotations

import re
from typing import Final

import orjson

from gateway.domain import JSON, Capability, Carrier, Path, UnknownReason
from gateway.phi.leaf import Errand, Form, Leaf, Unknown
from gateway.phi.read import cues
from gateway.phi.read.apart import together
from gateway.phi.read.media import attachment
from gateway.wire.fields import (
    Alias,
    Closed,
    Dropped,
    Either,
    Field,
    Flag,
    Free,
    Id,
    Items,
    JsonText,
    Keyed,
    Local,
    Name,
    Number,
    Object,
    Opaque,
    Replaced,
    Seed,
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
_DATA_URL = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[^,;]{1,200}){0,4};base64,[A-Za-z0-9+/=_-]*\Z")
_ID = re.compile(r"[A-Za-z0-9_.:|-]{0,128}")
_NOTHING: frozenset[str] = frozenset()
_VOCABULARY = range(10_000_000)
"""Ids of tokens: no vocabulary has ten million."""
_NAMING = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"})
"""Keys of a schema under which every key is a name of the caller's."""
_HOLDING = frozenset({"default", "const", "enum", "examples", "example"})
"""Keys of a schema under which values stand."""
_BOUNDING = frozenset({"pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
"""Keys of a schema that say what a value may be, and so may say which one it is."""
_JSON_FORMS = {
    LiteralKind.KEY: Form.JSON_KEY,
    LiteralKind.STRING: Form.JSON_STRING,
    LiteralKind.NUMBER: Form.JSON_NUMBER,
}
_ESCAPED = re.compile(r"\\u[0-9a-fA-F]{4}")


_PLAIN, _SCHEMA, _NAMES, _VALUES, _CHOICES = range(5)
"""Where in free JSON a node stands: anywhere, in a schema, among names of its properties, in a value within it or in several."""


def _below(where: int, key: str, words: frozenset[str], value: JSON) -> int:
    """Where what stands under a key is; a key of a schema that is no word of one holds a value."""
    if where == _SCHEMA:
        if key in _NAMING:
            return _NAMES
        if key in _BOUNDING and _pins(value):
            return _VALUES
        if key == "enum" and isinstance(value, list) and len(value) > 1:
            return _CHOICES
        return _VALUES if key in _HOLDING or key not in words else _SCHEMA
    return _SCHEMA if where == _NAMES else where


_REPEATED = re.compile(r"\{\d+(?:,\d*)?\}|\[[^\]]{2,}\]|\\[A-Za-z]")
"""What in a regular expression stands for many characters: a count, a class, an escape."""
_TELLING_DIGITS = 5
_TELLING_BOUND = 1_000_000


def _pins(value: JSON) -> bool:
    """Whether a pattern or a bound says one value: `^8675309$` does and `^[0-9]{7}$` does not, 8675309 does and 9999999 does not.

    A bound that somebody chose for its size is round in tens or in twos, or one beside such a number.
    """
    if isinstance(value, str):
        branches = _REPEATED.sub("", value).split("|")
        return max(sum(map(str.isdigit, branch)) for branch in branches) >= _TELLING_DIGITS
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) < _TELLING_BOUND:
        return False
    return not any(near % 1000 == 0 or near % 1024 == 0 for near in (value - 1, value, value + 1))


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
                self._scalar(value, field.carrier, path, Form.NAME, field.cue)
            case JsonText():
                self._json_text(value, field.carrier, path)
            case Free():
                self._free(value, field, path)
            case Closed(words=words):
                if not isinstance(value, bool) and not (isinstance(value, str) and value in words):
                    self._unreadable(value, path)
            case Id():
                self._id(value, path)
            case Number():
                if not _is_setting(value, field):
                    self._unreadable(value, path)
            case Flag():
                if not isinstance(value, int) or value not in {0, 1}:
                    self._unreadable(value, path)
            case Seed():
                if not isinstance(value, int):
                    self._unreadable(value, path)
            case Strict():
                self._strict(value, field, path)
            case Alias() | Dropped():
                self._withheld(value, field, path)
            case Local():
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

    def _withheld(self, value: JSON, field: Alias | Dropped, path: Path) -> None:
        """Read like all else, for the value may stand again elsewhere; but it is never sent, or only as a keyed hash."""
        leaves, unknowns = len(self.leaves), len(self.unknowns)
        self.visit(value, Text(field.carrier) if isinstance(field, Alias) else field.field, path)
        self.leaves[leaves:] = [leaf._replace(withheld=True) for leaf in self.leaves[leaves:]]
        del self.unknowns[unknowns:]

    # --- things with something inside ------------------------------------------------------------------------------

    def _object(self, value: JSON, field: Object, path: Path) -> None:
        if not isinstance(value, dict):
            self._misplaced(value, field.carrier, path)
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
        case = field.case(value)
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
            self._misplaced(value, Carrier.OTHER, path)
            return
        for key, inner in value.items():
            if not field.key.fullmatch(key):
                self._unknown(UnknownReason.UNREADABLE, (*path, key))
                self._key(key, Carrier.OTHER, path)
            self.visit(inner, field.value, (*path, key))

    def _free(self, value: JSON, field: Free, path: Path) -> None:  # noqa: C901  one walk
        """Any JSON, without recursion, so that deep nesting cannot exhaust the interpreter's stack."""
        number = Form.NUMBER if field.numbers else Form.FIXED
        leaves = self.leaves
        before = len(leaves)
        stack: list[tuple[JSON, Path, str, int]] = [(value, path, "", _SCHEMA if field.schema else _PLAIN)]
        while stack:
            node, at, cue, where = stack.pop()
            carrier, words = (Carrier.TOOL_ARGS, _NOTHING) if where >= _VALUES else (field.carrier, field.words)
            if node is None or (isinstance(node, str) and (not node or node in words)):
                continue
            if len(leaves) > MAX_LEAVES:
                self._unknown(UnknownReason.UNREADABLE, at)
                return
            if len(at) > MAX_DEPTH:
                self._unknown(UnknownReason.UNREADABLE, at)
            elif isinstance(node, dict):
                cue = cues.record(node, cue)
                for key in node:
                    if key and key not in words:
                        leaves.append(Leaf((*at, key), key, carrier, cues.key_cue(cue, key), Form.KEY))
                inside = [
                    (inner, (*at, key), cues.below(cue, key, words), _below(where, key, words, inner))
                    for key, inner in node.items()
                ]
                stack.extend(reversed(inside))
            elif isinstance(node, list):
                stack.extend([(node[i], (*at, i), cue, where) for i in range(len(node) - 1, -1, -1)])
            elif isinstance(node, str):
                self._string(node, carrier, at, cue, choice=where == _CHOICES)
            else:
                leaves.append(Leaf(at, _number(node), carrier, cue, number))
        if not field.schema:
            together(leaves, before, value, lambda leaf: leaf.path[len(path) :])

    def _string(self, text: str, carrier: Carrier, path: Path, cue: str, *, choice: bool) -> None:
        if text.startswith("data:") and _DATA_URL.match(text) is not None:
            self._attached(text, UnknownReason.FILE, path)
        else:
            self.leaves.append(Leaf(path, text, carrier, cue, choice=choice))

    # --- texts -----------------------------------------------------------------------------------------------------

    def _scalar(self, value: JSON, carrier: Carrier, path: Path, form: Form, cue: str = "") -> None:
        if isinstance(value, str):
            if value:
                self.leaves.append(Leaf(path, value, carrier, cue, form))
        else:
            self._misplaced(value, carrier, path)

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
        before = len(self.leaves)
        records = {
            inner[:-1]: text
            for _, _, text, kind, inner in found
            if inner[-1:] == ("resourceType",) and kind is LiteralKind.STRING and cues.RESOURCE.fullmatch(text)
        }
        for start, end, text, kind, inner in found:
            if text:
                cue = cues.keys(inner[:-1] if kind is LiteralKind.KEY else inner, records)
                cue = cues.key_cue(cue, text) if kind is LiteralKind.KEY else cue
                form = _JSON_FORMS[kind]
                self.leaves.append(Leaf(path, text, carrier, cue, form, (start, end), inner))
        together(self.leaves, before, orjson.loads(value), lambda leaf: leaf.inner)

    def _key(self, key: str, carrier: Carrier, path: Path) -> None:
        if key:
            self.leaves.append(Leaf((*path, key), key, carrier, "", Form.KEY))

    def _misplaced(self, value: JSON, carrier: Carrier, path: Path) -> None:
        """Something else than the table says: read as any JSON, but for a bare number, which nothing around it explains."""
        if isinstance(value, int | float):
            self._unreadable(value, path)
        else:
            self._free(value, Free(carrier), path)

    # --- what software writes ----------------------------------------------------------------------------------------

    def _id(self, value: JSON, path: Path) -> None:
        if not isinstance(value, str) or _ID.fullmatch(value) is None or len(self.leaves) > MAX_LEAVES:
            self._unreadable(value, path)
        elif value:
            self.leaves.append(Leaf(path, value, Carrier.STRUCTURE, "", Form.NAME))

    def _strict(self, value: JSON, field: Strict, path: Path) -> None:
        if not isinstance(value, str) or not _is_strict(value, field) or len(self.leaves) > MAX_LEAVES:
            self._unreadable(value, path)
        elif value:
            self.leaves.append(Leaf(path, value, Carrier.STRUCTURE, "", Form.FIXED))

    def _unreadable(self, value: JSON, path: Path) -> None:
        """A structural field with a value it may not have: unknown, and scanned too, though it cannot be replaced."""
        self._unknown(UnknownReason.UNREADABLE, path)
        before = len(self.leaves)
        self._free(value, Free(Carrier.OTHER), path)
        found = self.leaves[before:]
        self.leaves[before:] = [leaf if leaf.form is Form.KEY else leaf._replace(form=Form.FIXED) for leaf in found]

    # --- what cannot be read, and what asks for more than an answer ------------------------------------------------

    def _opaque(self, value: JSON, field: Opaque, path: Path) -> None:
        if not isinstance(value, str):
            self._unknown(field.reason, path)
            self._free(value, Free(Carrier.ATTACHMENT), path)
        elif value:
            self._attached(value, field.reason, path)

    def _url(self, value: JSON, field: Url, path: Path) -> None:
        if isinstance(value, str) and value[:5].lower() == "data:":
            self._attached(value, field.reason, path)
            return
        if value:
            self._unknown(field.reason, path)
        self.errands.append(Errand(Capability.FETCH_URLS, path))
        self._scalar(value, Carrier.URL, path, Form.TEXT)

    def _attached(self, value: str, claimed: UnknownReason, path: Path) -> None:
        """Bytes are unknown by what they are; texts within them are read, and cannot be replaced."""
        found = attachment(value, claimed)
        self._unknown(found.reason, path)
        self.leaves.extend([Leaf(path, text, Carrier.ATTACHMENT, "", Form.FIXED) for text in found.texts])

    def _token_ids(self, value: JSON, path: Path) -> None:
        """A list of numbers, or of lists of them, is token ids; a list of texts is texts."""
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, int | float | list) for item in items):
            self._unknown(UnknownReason.TOKEN_IDS, path)
        for index, item in enumerate(items):
            numbers = item if isinstance(item, list) else [item]
            at = (*path, index) if isinstance(value, list) else path
            if not all(isinstance(number, int | float) for number in numbers):
                self._free(item, Free(Carrier.INPUT), at)
            elif any(number not in _VOCABULARY for number in numbers):
                self._unreadable([number for number in numbers if number not in _VOCABULARY], at)

    def _errand(self, value: JSON, field: ErrandField, path: Path) -> None:
        if field.asks(value):
            self.errands.append(Errand(field.capability, path))
        self.visit(value, field.field, path)

    def _unknown(self, reason: UnknownReason, path: Path) -> None:
        """One more, as long as somebody could read them all; then one for all others of its reason."""
        if len(self.unknowns) < MAX_UNKNOWNS:
            self.unknowns.append(Unknown(reason, path))
        elif reason not in self._further:
            self._further.add(reason)
            self.unknowns.append(Unknown(reason, ()))


def _is_setting(value: JSON, field: Number) -> bool:
    return isinstance(value, int | float) and -field.limit <= value <= field.limit


def _is_strict(value: JSON, field: Strict) -> bool:
    return isinstance(value, str) and len(value) <= field.max_chars and field.pattern.fullmatch(value) is not None


def _number(value: float) -> str:
    """A number or boolean as JSON writes it; integers that Python would not print, in hexadecimal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return hex(value) if isinstance(value, int) and value.bit_length() > 4_096 else repr(value)
