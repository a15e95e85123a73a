"""Reads JSON whose names stand apart from its values, and text that is cut into words: what belongs together; finds nothing.

Results of databases name their columns once and give rows without names; a pair says `{"name": "mrn", "value": …}`; services
that recognise speech or print give one object for each word. What is read here are the forms, not the vendors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gateway.domain import JSON, Path
from gateway.phi import placed
from gateway.phi.placed import bare

APART: Final = "|"
"""Between the names that one value may have, in a cue."""
MOST: Final = 100_000
"""Cells and words of one value that are read; a payload has no more leaves."""
_DEEPEST: Final = 96
_UP: Final = 6
"""Objects above a list of names in which its rows may stand (`manifest.schema.columns` beside `result.data_array`)."""
_NEARBY: Final = 8
"""Lists of names beside one another that are tried for the same rows."""
_NAME: Final = re.compile(r"[/#.$]?[^\W\d_][\w .#/()-]{0,63}|#|_[\w.]{1,63}")
_ATTRIBUTES: Final = (
    "id", "key", "code", "system", "type", "kind", "field", "fieldname", "column", "columnname", "colname", "attribute", "attributename", "property",
    "parameter", "path", "selector", "locator", "name", "question", "prompt", "title", "header", "caption", "display", "displayname", "label", "text", "columnlabel",
)  # fmt: skip
"""Members that name a column or a pair: what people read comes last and is asked first."""
_VALUES: Final = frozenset(
    "value values val v answer answers response content data entry current newvalue oldvalue new old stringvalue valuestring valuedate valuedatetime valueinteger valueidentifier longvalue intvalue input text said".split()
)
"""Members that hold the value of a pair."""
_CELLS: Final = frozenset(
    "f c d data row rows values cells columns fields items vals array record dimensionvalues tuple".split()
)
"""Members that hold the cells of a row which is an object."""
_WORDS: Final = frozenset(
    (
        "word words punctuatedword content text transcript value token display displaytext lexical form surface description segment phrase "
        "utterance line string itn maskeditn utf8 char chars character characters letter letters symbol digit tokens lines pieces piece segments t"
    ).split()
)
"""Members that hold a word, a letter or a stretch of a text."""
_TIMED: Final = frozenset(
    (
        "start end starttime endtime start time startoffset endoffset offset duration ts endts begin from to timestamp timestamps time confidence conf score "
        "probability logprob speaker channel bbox box boundingbox boundingpoly geometry polygon left top page seek resultendtime toffsetms dursms"
    ).split()
)
"""Members that say when or where a word was said or printed."""
_WRAPS: Final = frozenset(
    "s n b l m ss ns date numberlong numberint numberdouble numberdecimal oid uuid binary string int long double stringvalue integervalue doublevalue timestampvalue "
    "datevalue isnull scalarvalue varcharvalue longvalue".split()
)
"""Members that say how a value is stored, and nothing of what it is: of DynamoDB, MongoDB, Firestore."""
_TAGS: Final = frozenset(
    "id type title richtext select multiselect status people email phonenumber number date formula rollup url files".split()
)
"""Members of a cell as Notion and its kin keep one: what it is, and under that name what it holds."""
_TEXTS: Final = frozenset(
    "plaintext content name email phonenumber string start richtext title select number url".split()
)
_WITHIN: Final = 4
_CHOICES: Final = frozenset("alternatives nbest candidates hypotheses".split())
_SOLE: Final = frozenset("words tokens chars characters letters digits pieces lines segments text strings".split())
"""Keys whose plain lists of strings are one text."""
_LONGEST_STRETCH: Final = 400


@dataclass(frozen=True, slots=True)
class Grids:
    """`names`: where a value stands → what it is called elsewhere, several apart by `APART`. `texts`: where the words of each
    text stand, in order.
    """

    names: Mapping[Path, str] = field(default_factory=dict)
    texts: Sequence[Sequence[Path]] = ()

    @property
    def words(self) -> frozenset[Path]:
        return frozenset(path for text in self.texts for path in text)


_NOTHING: Final = Grids()


def read(value: JSON) -> Grids:
    """What of a parsed value belongs together. Linear in its size."""
    reader = _Reader()
    reader.walk(value)
    if not (reader.heads or reader.rows or reader.names or reader.texts):
        return _NOTHING
    reader.match()
    return Grids(reader.names, reader.texts)


class _Head(NamedTuple):
    path: Path
    names: list[str]


class _Rows(NamedTuple):
    path: Path
    rows: list[list[list[tuple[Path, JSON]]]]
    """For each row, for each cell, the scalars within."""


class _Reader:
    """One walk, and then what it found side by side."""

    __slots__ = ("heads", "names", "rows", "single", "texts")

    def __init__(self) -> None:
        self.heads: list[_Head] = []
        self.rows: list[_Rows] = []
        self.single: list[tuple[Path, list[JSON]]] = []
        """Lists of scalars: one row, or one column."""
        self.names: dict[Path, str] = {}
        self.texts: list[list[Path]] = []

    def walk(self, root: JSON) -> None:
        stack: list[tuple[JSON, Path]] = [(root, ())]
        seen = 0
        while stack and seen < MOST:
            node, path = stack.pop()
            seen += 1
            if len(path) > _DEEPEST:
                continue
            if isinstance(node, dict):
                self._pair(node, path)
                for at, said, name in placed.in_object(node, path):
                    self._call(at, said, [name])
                self._wrapped(node, path)
                stack.extend([(inner, (*path, key)) for key, inner in node.items() if isinstance(inner, dict | list)])
            elif isinstance(node, list) and node:
                self._list(node, path)
                stack.extend([(inner, (*path, at)) for at, inner in enumerate(node) if isinstance(inner, dict | list)])

    def _pair(self, node: dict[str, JSON], path: Path) -> None:
        """`{"name": "mrn", "value": "8675309"}`."""
        held = [key for key in node if bare(key) in _VALUES]
        names = _said_names(node) if held else []
        for key in held:
            called = [name for attribute, name in names if attribute != key]
            if called:
                self._call((*path, key), node[key], called)

    def _wrapped(self, node: dict[str, JSON], path: Path) -> None:
        """`{"mrn": {"S": "8675309"}}`, and `{"mrn": {"0": 8675309}}`, as pandas writes a column."""
        if self._tagged(node, path) or not node or not all(bare(key) in _WRAPS or key.isdecimal() for key in node):
            return
        for step in reversed(path):
            if isinstance(step, int):
                return
            if bare(step) not in _WRAPS:
                self._call(path, node, [step])
                return

    def _tagged(self, node: dict[str, JSON], path: Path) -> bool:
        """`{"Patient": {"title": [{"plain_text": "Joan Farr"}]}}`, as tables of documents keep what stands in a cell."""
        if not path or not isinstance(path[-1], str) or not node or not all(bare(key) in _TAGS for key in node):
            return False
        stack: list[tuple[JSON, Path]] = [(node, path)]
        while stack:
            value, at = stack.pop()
            if isinstance(value, str) and bare(str(at[-1])) in _TEXTS:
                self._call(at, value, [path[-1]])
            elif len(at) - len(path) < _WITHIN:
                members = (
                    value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
                )
                stack.extend((inner, (*at, key)) for key, inner in members)
        return True

    def _call(self, path: Path, value: JSON, names: Sequence[str]) -> None:
        """Give the scalars of a value these names beside what it is called already."""
        said = APART.join(dict.fromkeys(names))
        for at, _ in _scalars(value, path):
            known = self.names.get(at, said)
            self.names[at] = known if said in known or len(known) > _LONGEST_STRETCH else f"{known}{APART}{said}"

    def _list(self, items: list[JSON], path: Path) -> None:
        if len(items) > MOST:
            return
        for at, said, name in placed.in_list(items, path):
            self._call(at, said, [name])
        self._text(items, path)
        if all(isinstance(item, str) for item in items):
            if path and isinstance(path[-1], str) and all(map(_is_name, items)):
                self.heads.append(_Head(path, [str(item) for item in items]))
            self._single(items, path)
        elif not any(isinstance(item, dict | list) for item in items):
            self._single(items, path)
        else:
            self._objects(items, path)

    def _single(self, items: list[JSON], path: Path) -> None:
        if path and isinstance(path[-1], str) and bare(path[-1]) in _CELLS | _VALUES:
            self.single.append((path, items))

    def _objects(self, items: list[JSON], path: Path) -> None:
        """A list of columns, of rows, or neither."""
        named = [_said_names(item) if isinstance(item, dict) else [] for item in items]
        if all(named):
            self.heads.append(_Head(path, [APART.join(dict.fromkeys(name for _, name in one)) for one in named]))
        rows = [_row(item, (*path, at)) for at, item in enumerate(items)]
        if all(row is not None for row in rows):
            self.rows.append(_Rows(path, [row for row in rows if row is not None]))

    def _text(self, items: list[JSON], path: Path) -> None:
        """The words of one text, by each member in which they stand."""
        if len(items) < _FEWEST:
            return
        if all(isinstance(item, str) for item in items):
            key = next((step for step in reversed(path) if isinstance(step, str)), "")
            if bare(key) in _SOLE and all(len(str(item)) < _LONGEST_STRETCH for item in items):
                self.texts.append([(*path, at) for at in range(len(items))])
            return
        found: dict[Path, list[tuple[Path, str]]] = {}
        for at, item in enumerate(items):
            for inner, said in _stretches(item):
                found.setdefault(inner, []).append(((*path, at, *inner), said))
        timed = sum(map(_is_timed, items)) if found else 0
        for stretches in found.values():
            if len(stretches) < _FEWEST or any(len(said) > _LONGEST_STRETCH for _, said in stretches):
                continue
            alone = isinstance(items[0], dict) and not any(_SPACE.search(said.strip()) for _, said in stretches)
            if 2 * timed >= len(items) or alone:
                self.texts.append([where for where, _ in stretches])

    # --- names and rows ----------------------------------------------------------------------------------------------

    def match(self) -> None:
        """Give the cells of all rows the names that stand nearest to them."""
        near: dict[Path, list[_Head]] = {}
        for head in self.heads:
            for up in range(1, min(_UP, len(head.path)) + 1):
                near.setdefault(head.path[:-up], []).append(head)
        for rows in self.rows:
            if not self._headed(rows, near):
                self._begun(rows)
        for path, items in self.single:
            self._one_row(path, items, near)

    def _headed(self, rows: _Rows, near: Mapping[Path, Sequence[_Head]]) -> bool:
        widest = max((len(row) for row in rows.rows), default=0)
        for up in range(1, min(_UP, len(rows.path)) + 1):
            for head in _likely(near.get(rows.path[:-up], ())):
                if head.path[: len(rows.path)] == rows.path:
                    continue
                if widest == len(head.names) or (widest < len(head.names) and len(rows.rows) != len(head.names)):
                    for row in rows.rows:
                        self._cells(row, head.names)
                    return True
                if len(rows.rows) == len(head.names):  # each list is a column
                    for row, name in zip(rows.rows, head.names, strict=True):
                        for cell in row:
                            self._cells([cell], [name])
                    return True
        return False

    def _begun(self, rows: _Rows) -> None:
        """Rows of which the first says what the others hold."""
        first = [cell[0][1] if len(cell) == 1 else None for cell in rows.rows[0]]
        names = [name if isinstance(name, str) else "" for name in first]
        if len(rows.rows) > 1 and all(map(_is_name, names)) and len(set(names)) == len(names):
            for row in rows.rows[1:]:
                self._cells(row, names)

    def _one_row(self, path: Path, items: list[JSON], near: Mapping[Path, Sequence[_Head]]) -> None:
        for up in range(1, min(2, len(path)) + 1):
            for head in _likely(near.get(path[:-up], ())):
                if head.path == path or head.path[:-1] != path[:-1]:
                    continue
                if len(head.names) == len(items) or len(head.names) == 1:
                    names = head.names if len(head.names) == len(items) else head.names * len(items)
                    self._cells([[((*path, at), item)] for at, item in enumerate(items)], names)
                    return

    def _cells(self, row: Sequence[Sequence[tuple[Path, JSON]]], names: Sequence[str]) -> None:
        for cell, name in zip(row, names, strict=False):
            for at, scalar in cell:
                self._call(at, scalar, [name])


_FEWEST: Final = 2
_SPACE: Final = re.compile(r"\s")


def _is_name(value: JSON) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value.strip()) is not None


def _likely(heads: Sequence[_Head]) -> Sequence[_Head]:
    """The first lists of names, those that are called so before others."""
    return sorted(heads[:_NEARBY], key=lambda head: bare(str(head.path[-1])) not in _HEADS)


_HEADS: Final = frozenset(
    "columns cols column header headers fields field schema names keys colnames columnnames rowtype meta columnmetadata columninfo labels attributes dimensionheaders".split()
)


def _said_names(node: Mapping[str, JSON]) -> list[tuple[str, str]]:
    """The members of an object that say what something is called, and how: the one that people read first."""
    found = [
        (_ATTRIBUTES.index(plain), key, _INDEX.sub("", str(value).strip()))
        for key, value in node.items()
        if (plain := bare(key)) in _ATTRIBUTES and _is_name(value)
    ]
    return [(key, name) for _, key, name in sorted(found, reverse=True)]


_INDEX: Final = re.compile(r"(?:/\d{1,6}|\[\d{1,6}\]|/-)+$")
"""The place in a list with which a path ends: of `/name/0/given/0` the name is `given`."""


def _row(item: JSON, path: Path) -> list[list[tuple[Path, JSON]]] | None:
    """The cells of a row, each with the scalars within; None of what is no row."""
    if isinstance(item, dict):
        held = [key for key, inner in item.items() if isinstance(inner, list) and bare(key) in _CELLS]
        if len(held) != 1:
            return None
        item, path = item[held[0]], (*path, held[0])
    if not isinstance(item, list) or not item:
        return None
    return [list(_scalars(cell, (*path, at))) for at, cell in enumerate(item)]


def _scalars(value: JSON, path: Path) -> Iterator[tuple[Path, JSON]]:
    """The scalars of a cell: it may be wrapped (`{"v": "8675309"}`, `{"$numberLong": "8675309"}`), or hold some in a list."""
    if isinstance(value, dict):
        if len(value) > _WRAPPED and not all(key.isdecimal() for key in value):
            return
        for key, inner in value.items():
            if not isinstance(inner, list) or all(not isinstance(one, dict | list) for one in inner):
                yield from _scalars_below(inner, (*path, key))
    else:
        yield from _scalars_below(value, path)


def _scalars_below(value: JSON, path: Path) -> Iterator[tuple[Path, JSON]]:
    if isinstance(value, list):
        for at, inner in enumerate(value):
            if not isinstance(inner, dict | list) and inner is not None:
                yield (*path, at), inner
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(inner, dict | list) and inner is not None:
                yield (*path, key), inner
    elif value is not None:
        yield path, value


_WRAPPED: Final = 3
"""Members of an object that does no more than hold one value."""


def _is_timed(item: JSON) -> bool:
    """Whether an item says when or where its word was said or printed."""
    if isinstance(item, dict):
        return any(bare(key) in _TIMED | _CHOICES for key in item)
    return isinstance(item, list) and len(item) > 1 and all(isinstance(one, int | float) for one in item[1:])


def _stretches(item: JSON) -> Iterator[tuple[Path, str]]:
    """The words of one item, by where they stand in it."""
    if isinstance(item, list):
        if item and isinstance(item[0], str):
            yield (0,), item[0]
    elif isinstance(item, dict):
        yield from _held(item)
        for key, inner in item.items():
            if isinstance(inner, list) and bare(key) in _CHOICES:
                for at, choice in enumerate(inner[:_NEARBY]):
                    if isinstance(choice, dict):
                        yield from (((key, at, *below), said) for below, said in _held(choice))


def _held(item: Mapping[str, JSON]) -> Iterator[tuple[Path, str]]:
    for key, inner in item.items():
        if isinstance(inner, str) and bare(key) in _WORDS:
            yield (key,), inner
