"""Reads YAML into a plain tree that knows its lines and reports every problem at once; opens no file, runs no tag."""

from __future__ import annotations

import copy
import difflib
import json
import math
import re
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import override

from gateway.domain import JSON, Path, Tree

M = TypeVar("M", bound=BaseModel)

MAX_CHARS: Final = 1_000_000
MAX_DEPTH: Final = 40
MAX_NODES: Final = 50_000


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to put right. `line` counts from 1; `message` never holds a value, since a value may be a secret."""

    file: str
    line: int
    message: str
    remedy: str = ""

    @override
    def __str__(self) -> str:
        head = f"{self.file}:{self.line}: {self.message}"
        return f"{head}\n  {self.remedy}" if self.remedy else head


class DocumentInvalid(Exception):
    """A document cannot be used; `problems` holds all that is wrong with it, in order of line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Document:
    """A tree of plain values, and the line on which each of them stands."""

    file: str
    tree: Tree
    lines: Mapping[Path, int] = field(default_factory=dict, repr=False)

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing around it that is written down (counted from 1)."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 1

    def problem(self, path: Path, message: str, remedy: str = "") -> Problem:
        """A `Problem` that stands where `path` stands."""
        return Problem(self.file, self.line(path), message, remedy)


def read(text: str, *, file: str) -> Document:
    """Parse one YAML document whose root is a mapping; an empty one is an empty mapping.

    Scalars follow the core schema of YAML 1.2: `no`, `on` and `12:30` are text, dates stay text.
    Raises `DocumentInvalid` for bad YAML, repeated keys, tags, anchors, and for anything too large or too deep.
    """
    if len(text) > MAX_CHARS:
        message = f"The file is longer than {MAX_CHARS} characters."
        raise DocumentInvalid([Problem(file, 1, message, "Split it, or remove what is not needed.")])
    root = _compose(text, file)
    reader = _Reader(file)
    tree = reader.value(root, ()) if root is not None else {}
    if not isinstance(tree, dict):
        reader.complain(root, "The file must be a mapping of keys to values.", "Start it with `version: 1`.")
    if reader.problems or not isinstance(tree, dict):
        raise DocumentInvalid(reader.problems)
    return Document(file, tree, reader.lines)


def validate(model: type[M], document: Document) -> M:
    """Build `model` of the document, by JSON's rules of strictness; raises `DocumentInvalid` with all problems."""
    try:
        return model.model_validate_json(json.dumps(document.tree))
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_input=False)
        raise DocumentInvalid({_explain(error, model, document) for error in errors}) from None


def salvage(model: type[M], document: Document) -> tuple[M | None, tuple[Problem, ...]]:
    """All problems of `validate`, and `model` without the entries that have them, so that the rest can be checked too.

    None where too much is missing to build one.
    """
    tree = copy.deepcopy(document.tree)
    problems: frozenset[Problem] = frozenset()
    for _ in range(MAX_DEPTH):
        try:
            return model.model_validate_json(json.dumps(tree)), tuple(sorted(problems))
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False, include_input=False)
        # Later rounds only tell what our own pruning left missing.
        problems = problems or frozenset(_explain(error, model, document) for error in errors)
        paths = {error["loc"][:-1] if error["type"] == "missing" else error["loc"] for error in errors}
        for path in sorted(paths, key=repr, reverse=True):
            _prune(tree, path)
    return None, tuple(sorted(problems))


def _prune(tree: Tree, path: Path) -> None:
    """Remove what stands at `path`, or the nearest thing around it; of a list, the whole list."""
    holder: JSON = tree
    inside: list[tuple[Tree, str]] = []
    for part in path:
        if not isinstance(holder, dict) or not isinstance(part, str) or part not in holder:
            break
        inside.append((holder, part))
        holder = holder[part]
    if inside:
        last, key = inside[-1]
        del last[key]


def scalar(text: str) -> JSON:
    """The value that plain `text` stands for: null, a boolean, a number, or the text itself."""
    for tag, pattern in _PATTERNS.items():
        if pattern.fullmatch(text):
            return _CONVERT[tag](text)
    return text


def nearest(word: str, known: Iterable[str]) -> str:
    """A remedy that names what `word` may have meant, or the few things that are known."""
    names = sorted(known)
    if not names:
        return ""
    # `SSN` and `on-prem` are `ssn` and `on_prem` to whoever writes them.
    written = {_folded(name): name for name in reversed(names)}
    alike = difflib.get_close_matches(_folded(word), list(written), n=3, cutoff=0.6)
    close = [written[name] for name in alike]
    if close:
        return "Did you mean " + " or ".join(f"`{name}`" for name in close) + "?"
    shown = ", ".join(f"`{name}`" for name in names[:12])
    return f"Known here: {shown}{', …' if len(names) > len(names[:12]) else ''}."


def _folded(word: str) -> str:
    return word.strip().casefold().replace("-", "_").replace(" ", "_")


# --- YAML → tree ---------------------------------------------------------------------------------------------------

_NULL, _BOOL, _INT, _FLOAT, _STR = (f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str"))
# 18 digits: every such number is exact in 64 bits, for us and for whoever reads our JSON.
_PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    _NULL: re.compile(r"~|null|Null|NULL|"),
    _BOOL: re.compile(r"true|True|TRUE|false|False|FALSE"),
    _INT: re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})"),
    _FLOAT: re.compile(r"[-+]?[0-9]{1,30}(?:\.[0-9]{0,30}(?:[eE][-+]?[0-9]{1,2})?|[eE][-+]?[0-9]{1,2})"),
}
_CONVERT: Final[Mapping[str, Callable[[str], JSON]]] = {
    _NULL: lambda _: None,
    _BOOL: lambda text: text.lower() == "true",
    _INT: int,
    _FLOAT: float,
}


class _Loader(yaml.SafeLoader):
    """PyYAML's parser with the scalars of YAML 1.2 and bounds; it only composes nodes, it constructs nothing."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own attribute, replaced so that `no` is not False
    depth = 0
    nodes = 0

    @override
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="aliases (`*name`) are not supported: write the value out", problem_mark=mark
            )
        self.depth += 1
        self.nodes += 1
        if self.depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise yaml.MarkedYAMLError(problem="there is too much in it, or it is nested too deeply", problem_mark=mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _tag, _pattern in _PATTERNS.items():
    _Loader.add_implicit_resolver(_tag, re.compile(f"(?:{_pattern.pattern})$"), None)


def _compose(text: str, file: str) -> yaml.Node | None:
    remedy = "Check the indentation and quotes on this line and the one before it."
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        return loader.get_single_node()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = Problem(file, line, "There is a character here that YAML does not allow.", "Remove it.")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = Problem(file, line, f"This is not valid YAML: {error.problem or error.context}.", remedy)
    except (yaml.YAMLError, ValueError, OverflowError):  # the scanner converts escapes and versions unchecked
        line = loader.line + 1 if loader else 1
        problem = Problem(file, line, "This is not valid YAML.", remedy)
    raise DocumentInvalid([problem])


class _Reader:
    """Turns nodes into values, and collects lines and problems on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []

    def complain(self, node: yaml.Node | None, message: str, remedy: str = "") -> None:
        line = node.start_mark.line + 1 if node is not None else 1
        self.problems.append(Problem(self.file, line, message, remedy))

    def value(self, node: yaml.Node, path: Path) -> JSON:
        self.lines.setdefault(path, node.start_mark.line + 1)
        match node:
            case yaml.MappingNode(tag="tag:yaml.org,2002:map"):
                return self._mapping(node, path)
            case yaml.SequenceNode(tag="tag:yaml.org,2002:seq"):
                return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
            case yaml.ScalarNode():
                return self._scalar(node)
            case _:
                self.complain(node, "Tags (`!…`) are not supported.", "Write the plain value.")
                return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Tree:
        tree: Tree = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode) or not _encodable(key):
                self.complain(key_node, "A key must be plain text.")
                continue
            if key in tree:
                first = self.lines[*path, key]
                self.complain(key_node, f"`{key}` is given twice; the first is on line {first}.", "Keep one of them.")
                continue
            self.lines[*path, key] = key_node.start_mark.line + 1
            tree[key] = self.value(value_node, (*path, key))
        return tree

    def _scalar(self, node: yaml.ScalarNode) -> JSON:
        text: str = node.value
        if not _encodable(text):
            self.complain(node, "There is half a character (a lone surrogate) here.", "Write the whole character.")
            return None
        if node.tag == _STR:
            return text
        pattern = _PATTERNS.get(node.tag)
        if pattern is None or not pattern.fullmatch(text):
            self.complain(node, "Tags (`!…`) are not supported.", "Write the plain value.")
            return None
        value = _CONVERT[node.tag](text)
        return value if not isinstance(value, float) or math.isfinite(value) else None


def _encodable(text: object) -> bool:
    return isinstance(text, str) and not any("\ud800" <= char <= "\udfff" for char in text)


# --- pydantic's errors → problems ----------------------------------------------------------------------------------

# Only these of pydantic's messages are free of the value that was given.
_SAFE_MESSAGES: Final = re.compile(
    r"(string|int|float|bool|date|list|tuple|set|frozen_set|dict|model|decimal|none|enum|literal|greater|less|too|"
    r"multiple|finite|missing)_.*|enum|missing"
)


_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def _explain(error: ErrorDetails, model: type[BaseModel], document: Document) -> Problem:
    path: Path = tuple(part for part in error["loc"] if part != "[key]")
    where = _dotted(path, document)
    kind = error["type"]
    if kind == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        return document.problem(
            path, f"Unknown key `{path[-1]}`{_inside(path, document)}.", nearest(str(path[-1]), known)
        )
    if kind == "missing":
        return document.problem(path, f"`{path[-1]}` is missing{_inside(path, document)}.", f"Add `{path[-1]}:` there.")
    if kind == "value_error":
        message = str(error.get("ctx", {}).get("error", "not allowed"))
        return document.problem(path, f"`{where}`: {message}" if where else message)
    if kind in ("too_short", "string_too_short") and error.get("ctx", {}).get("min_length") == 1:
        return document.problem(path, f"`{where}` must not be empty.")
    if _SAFE_MESSAGES.fullmatch(kind):
        message = _MEMBER.sub(r"\1", error["msg"].removeprefix("Input "))
        remedy = _meant(error, path, document)
        return document.problem(path, f"`{where}` {message[:1].lower()}{message[1:]}.", remedy)
    return document.problem(path, f"`{where}` has a value that is not allowed here.")


_MEMBER: Final = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""What pydantic makes of a member of an enum among the values that are allowed."""
_FLAGS: Final = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_QUOTED: Final = re.compile(r"'([^']*)'")


def _meant(error: ErrorDetails, path: Path, document: Document) -> str:
    """What a word that is none here may have meant; of what was written, nothing is repeated."""
    value: JSON = document.tree
    for part in path:
        value = _entry(value, part)
    if not isinstance(value, str):
        return ""
    if error["type"].startswith("bool_"):
        flag = _FLAGS.get(value.casefold(), "")
        return f"Write `{flag}`." if flag else "Write `true` or `false`."
    if error["type"] in {"enum", "literal_error"}:
        remedy = nearest(value, _QUOTED.findall(str(error.get("ctx", {}).get("expected", ""))))
        return remedy if remedy.startswith("Did") else ""
    return ""


def _dotted(path: Path, document: Document) -> str:
    """The keys of `path`; an entry of a list goes by its `id` where it has one, since nobody counts rules."""
    names: list[str] = []
    value: JSON = document.tree
    for part in path:
        value = _entry(value, part)
        told = value.get("id") if isinstance(part, int) and isinstance(value, dict) else None
        names.append(told if isinstance(told, str) and _ID.fullmatch(told) else str(part))
    return ".".join(names)


def _entry(holder: JSON, part: str | int) -> JSON:
    if isinstance(holder, dict) and isinstance(part, str):
        return holder.get(part)
    if isinstance(holder, list) and isinstance(part, int) and part < len(holder):
        return holder[part]
    return None


def _inside(path: Path, document: Document) -> str:
    return f" in `{_dotted(path[:-1], document)}`" if len(path) > 1 else ""


def _keys_at(model: type[BaseModel], path: Path) -> frozenset[str]:
    """The keys that may stand at `path` of a document of `model`."""
    found: frozenset[object] = frozenset({model})
    for part in path:
        found = frozenset(inner for kind in found for inner in _step(kind, part))
    return frozenset(
        info.alias or name
        for kind in found
        if isinstance(kind, type) and issubclass(kind, BaseModel)
        for name, info in kind.model_fields.items()
    )


def _step(kind: object, part: str | int) -> frozenset[object]:
    """Types that may stand under key or index `part` of something of type `kind`."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _unwrap(*(f.annotation for name, f in kind.model_fields.items() if part in (name, f.alias)))
    return _unwrap(*get_args(kind)[-1:]) if get_origin(kind) in _GENERIC else frozenset()


_GENERIC: Final = frozenset({list, dict, frozenset, Mapping})


def _unwrap(*kinds: object) -> frozenset[object]:
    """Members of unions, without `Annotated`; `tuple[X, ...]` counts as a list of X."""
    found: set[object] = set()
    for kind in kinds:
        match get_origin(kind), get_args(kind):
            case (origin, members) if origin in (Union, types.UnionType):
                found |= _unwrap(*members)
            case (origin, members) if origin is Annotated:
                found |= _unwrap(members[0])
            case (origin, members) if origin is tuple and members:
                found.add(list[members[0]])  # type: ignore[valid-type]
            case _:
                found.add(kind)
    return frozenset(found)
