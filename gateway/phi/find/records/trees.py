"""JSON and XML as they stand in a text, whole or cut off, as trees of places; expands nothing, decides nothing.

A tokenizer of ours, since offsets must be those of the text and no parser for whole documents reads a cut one. Entities
are left as they are, so none can grow; every character is read a fixed number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gateway.domain import JSON, Path

DEEPEST: Final = 80
"""A structure nested deeper is cut there: nobody's record is."""


@dataclass(slots=True)
class Node:
    """A value: a scalar where `start < end` and nothing is inside, else an object by its keys. A list is its members.

    `way` are the places in lists that lead from the key to the value: `(2, 0)` in the third of some rows, its first cell.
    """

    start: int = 0
    end: int = 0
    inside: list[tuple[str, Node]] = field(default_factory=list)
    scalar: bool = False
    way: tuple[int, ...] = ()

    def all(self, key: str) -> Iterator[Node]:
        """The members under a key; a list's are each one."""
        for name, node in self.inside:
            if name == key:
                yield node

    def said(self, key: str, text: str) -> str:
        """The scalar under a key, or nothing."""
        return next((text[node.start : node.end] for node in self.all(key) if node.scalar), "")


@dataclass(slots=True)
class Tree:
    """A root with the stretches that are its format's own signs, and its keys."""

    root: Node
    signs: list[tuple[int, int]]
    keys: list[tuple[int, int]]
    start: int
    end: int


# --- JSON -------------------------------------------------------------------------------------------------------------

_OPENING: Final = re.compile(r"\{\s*[\"'][\w$@.-]{1,80}[\"']\s*:")
_LIST: Final = re.compile(r"\[\s*(?:\{\s*[\"'][\w$@.-]{1,80}[\"']\s*:|[\[(]\s*[\"'])|\{\s*[\"'][\w$@.-]{1,80}[\"']\s*:")
_TOKEN: Final = re.compile(
    r"(?P<open>[{\[(])|(?P<close>[}\])])|(?P<comma>,)|(?P<colon>:)|\"(?P<text>(?:[^\"\\]|\\.)*+)(?:\"|\Z)|"
    r"'(?P<other>(?:[^'\\\n]|\\.){0,400}?)'(?=\s*[,:}\])])|(?P<bare>-?\d[\d.eE+-]*|true|false|null|None|True|False|NaN)|(?P<space>\s+)|(?P<odd>\S)",
    re.DOTALL,
)


def json_trees(text: str, *, lists: bool = False, known: dict[int, Tree] | None = None) -> Iterator[Tree]:
    """Every outermost JSON object in a text, also inside prose, also cut off, also as Python prints it; with `lists`, a list
    of objects or lists is one tree. Trees that begin at places in `known` are read no second time.
    """
    known = {} if known is None else known
    at = 0
    begins = _LIST if lists else _OPENING
    while (opening := begins.search(text, at)) is not None:
        start = opening.start()
        tree = known.get(start) or known.setdefault(start, _json(text, start))
        yield tree
        at = max(tree.end, opening.end())


def _json(text: str, start: int) -> Tree:
    reader = _Reader(text, start)
    for token in _TOKEN.finditer(text, start):
        if not reader.take(token):
            break
    reader.settle()
    return reader.tree


class _Reader:
    """Builds the tree of one JSON object, token by token, however it ends."""

    __slots__ = ("_key", "_listed", "_node", "_odd", "_stack", "_text", "_waiting", "_way", "tree")

    def __init__(self, text: str, start: int) -> None:
        self.tree = Tree(Node(), [], [], start, len(text))
        self._text = text
        self._stack: list[tuple[Node, str, bool, tuple[int, ...]]] = []
        """The objects around, the key that their members stand under, whether a list is open, and the way to its next."""
        self._node, self._key, self._listed = self.tree.root, "", True
        self._way: tuple[int, ...] = ()
        self._waiting: tuple[int, int] | None = None
        """A string that is a key if a colon follows, else a value."""
        self._odd = 0

    def take(self, token: re.Match[str]) -> bool:
        """Reads one token; False when the object has ended."""
        low, high = token.span()
        what = token.lastgroup or "odd"
        if what == "odd":
            return self._stray(low)
        if what != "space":
            self._odd = 0
        if what in {"text", "other"}:
            self.tree.signs += ((low, token.start(what)), (token.end(what), high))
            self.settle()
            self._waiting = token.span(what)
        elif what == "bare":
            self._add((low, high))
        else:
            self.tree.signs.append((low, high))
            return self._sign(what, token)
        return True

    def settle(self) -> None:
        """Takes the string that waits for a value, since no colon came."""
        if self._waiting is not None:
            self._add(self._waiting)
            self._waiting = None

    def _add(self, span: tuple[int, int]) -> None:
        self._node.inside.append((self._key, Node(*span, scalar=True, way=self._way)))

    def _sign(self, what: str, token: re.Match[str]) -> bool:
        if what == "colon" and self._waiting is not None and not self._listed:
            self._key = self._text[slice(*self._waiting)]
            self.tree.keys.append(self._waiting)
            self._waiting = None
        elif what == "open":
            return self._open(token)
        elif what in {"comma", "close"}:
            self.settle()
            if what == "close" and self._stack:
                self._node, self._key, self._listed, self._way = self._stack.pop()
            if not self._stack:
                self.tree.end = token.end()
                return False
            if not self._listed:
                self._key = ""
            elif what == "comma" and self._way:
                self._way = (*self._way[:-1], self._way[-1] + 1)
        return True

    def _open(self, token: re.Match[str]) -> bool:
        if len(self._stack) >= DEEPEST:
            self.tree.end = token.start()
            return False
        self._stack.append((self._node, self._key, self._listed, self._way))
        self._listed = token.group() != "{"
        if self._listed:
            self._way = (*self._way, 0)
        else:
            child = Node(way=self._way)
            self._node.inside.append((self._key, child))
            self._node, self._key, self._way = child, "", ()
        return True

    def _stray(self, at: int) -> bool:
        """What JSON does not have: a comment or an ellipsis if it is short, else the object was cut off before it."""
        self._odd += 1
        if self._odd > _STRAY:
            self.tree.end = at
        return self._odd <= _STRAY


_STRAY: Final = 24


class Plain(NamedTuple):
    """A tree as JSON, its strings as they are written, and where each scalar stands."""

    value: JSON
    places: dict[Path, tuple[int, int]]


def plain(tree: Tree, text: str) -> Plain:
    """The value of a tree; of two equal keys in an object the members are one list."""
    places: dict[Path, tuple[int, int]] = {}
    top: dict[str, JSON] = {}
    stack: list[tuple[Node, dict[str, JSON], Path]] = [(tree.root, top, ())]
    while stack:
        node, made, path = stack.pop()
        begun: dict[
            str, tuple[tuple[int, ...], int]
        ] = {}  # the way to the last value under a key, and where its list began
        for key, child in node.inside:
            value: JSON = _scalar(text, child) if child.scalar else {}
            last, base = begun.get(key, ((-1,), 0))
            held = made.get(key)
            if child.way <= last and isinstance(held, list):  # an equal key: its list goes on where the first one ended
                base = len(held)
            begun[key] = child.way, base
            way = (child.way[0] + base, *child.way[1:]) if child.way else ()
            at = (*path, key, *_put(made, key, way, value))
            if child.scalar:
                places[at] = (child.start, child.end)
            elif isinstance(value, dict):
                stack.append((child, value, at))
    return Plain(top.get(""), {path[1:]: place for path, place in places.items()})


def _listed(made: dict[str, JSON], key: str) -> list[JSON]:
    """What stands under a key, as a list."""
    held = made[key]
    if isinstance(held, list):
        return held
    both: list[JSON] = [held]
    made[key] = both
    return both


def _scalar(text: str, node: Node) -> JSON:
    said = text[node.start : node.end]
    if text[node.start - 1 : node.start] in {'"', "'"}:
        return said
    return 0 if said[-1:].isdigit() or said[-1:] == "." else said[:1] in "tT"


def _put(made: dict[str, JSON], key: str, way: tuple[int, ...], value: JSON) -> tuple[int, ...]:
    """Writes a value at its place in the lists under a key; where that is, as the lists turned out."""
    if not way:
        if key in made:  # an equal key: what it holds stands beside what the first holds
            both = _listed(made, key)
            both.append(value)
            return (len(both) - 1,)
        made[key] = value
        return ()
    made.setdefault(key, [])
    held = _listed(made, key)
    taken: list[int] = []
    for step in way[:-1]:
        while len(held) <= step:
            held.append([])
        if not isinstance(
            held[step], list
        ):  # something that no comma parts from the list: broken, and read all the same
            step = len(held) - 1  # noqa: PLW2901
            if not isinstance(held[step], list):
                held.append([])
                step += 1  # noqa: PLW2901
        taken.append(step)
        inner = held[step]
        held = inner if isinstance(inner, list) else []
    while len(held) < way[-1]:
        held.append(None)
    held.append(value)
    return (*taken, len(held) - 1)


# --- XML --------------------------------------------------------------------------------------------------------------

_MARK: Final = re.compile(
    r"<!--(?P<comment>(?:[^<-]|-(?!->)|<(?!!--))*+)-->|<!\[CDATA\[(?P<data>(?:[^\]<]|\](?!\]>)|<(?!!\[CDATA\[))*+)\]\]>|<(?P<other>[?!][^<>]*+)>|<(?P<close>/)(?:[\w-]+:)?(?P<closed>[A-Za-z_][\w.-]*)\s*>|"
    r"<(?:[\w-]+:)?(?P<name>[A-Za-z_][\w.-]*)(?P<within>(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+)>",
    re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(r"(?<![\w.:-])([A-Za-z_][\w.:-]*)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")


@dataclass(slots=True)
class Element:
    """An element: its name without the prefix, where its attributes' values and its own texts stand."""

    name: str
    parent: Element | None
    attributes: dict[str, tuple[int, int]] = field(default_factory=dict)
    texts: list[tuple[int, int]] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)
    depth: int = 0

    def said(self, attribute: str, text: str) -> str:
        span = self.attributes.get(attribute)
        return text[slice(*span)] if span else ""

    def up(self) -> Iterator[Element]:
        """The elements it stands in, the nearest first."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent


def elements(text: str) -> tuple[list[Element], list[tuple[int, int]]]:
    """Every element of a text in order, and the stretches that are signs of XML. What is between two marks is the text of
    the element around it; before the first and after the last mark is prose.
    """
    found: list[Element] = []
    signs: list[tuple[int, int]] = []
    current: Element | None = None
    done = 0
    for mark in _MARK.finditer(text):
        low, high = mark.span()
        if current is not None and done < low:
            current.texts.append((done, low))
        done = high
        if mark.group("data") is not None or mark.group("comment") is not None:
            span = mark.span("data") if mark.group("data") is not None else mark.span("comment")
            signs.extend(((low, span[0]), (span[1], high)))
            if current is not None:
                current.texts.append(span)
        elif mark.group("close"):
            signs.append((low, high))
            current = _closed(current, mark.group("closed"))
        elif mark.group("other") is not None:
            signs.append((low, high))
        else:
            element = Element(mark.group("name"), current, depth=current.depth + 1 if current else 0)
            signs.extend(_attributes(mark, element))
            found.append(element)
            if current is not None:
                current.children.append(element)
            if not mark.group("within").rstrip().endswith("/") and element.depth < DEEPEST:
                current = element
    return found, signs


def _closed(current: Element | None, name: str) -> Element | None:
    """Where one stands after `</name>`: outside the nearest element of that name, or where one stood."""
    at, steps = current, 0
    while at is not None and steps < _FORGIVEN:
        if at.name == name:
            return at.parent
        at, steps = at.parent, steps + 1
    return current


_FORGIVEN: Final = 12
"""Elements that may be left open, as a record that was cut out has them."""


def _attributes(mark: re.Match[str], element: Element) -> Iterator[tuple[int, int]]:
    """Notes the attributes of a start tag; what is left of it are signs."""
    start, end = mark.span()
    done = start
    for attribute in _ATTRIBUTE.finditer(mark.string, *mark.span("within")):
        span = attribute.span(2) if attribute.group(2) is not None else attribute.span(3)
        name = attribute.group(1)
        element.attributes[name if name.startswith("xsi:") or name == "xmlns" else name.rpartition(":")[2]] = span
        yield done, span[0]
        done = span[1]
    yield done, end
