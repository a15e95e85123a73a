"""Replaces findings in a copy of the payload; refuses the egress where one cannot be replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

import orjson

from gateway.domain import DIRECT, JSON, Finding, Kind, Path, Style, Tree
from gateway.phi.findings import Located
from gateway.phi.leaf import Form, Leaf
from gateway.phi.replace.generalise import generalise
from gateway.phi.replace.pseudonym import PseudonymCollision, Pseudonymiser
from gateway.phi.replace.spelling import canonical
from gateway.wire.paths import render

_TELLING = 5
"""Digits from which two equal numbers are one value, whatever each was taken for."""
_BY_STRICTNESS = (Style.TOKEN, Style.GENERALISE, Style.REMOVE)


class Refused(StrEnum):
    """Why a permitted egress was refused after all; a closed set, because it is a metric label."""

    UNREDACTABLE = "unredactable"  # what the decision wants out stands where it cannot be replaced
    INCOMPLETE = "redaction_incomplete"  # the second look still found it


class RedactionRefused(Exception):
    """Something that the decision takes out cannot be replaced, so nothing is sent. Names a place, never a value."""

    reason: ClassVar[Refused] = Refused.UNREDACTABLE

    def __init__(self, path: Path) -> None:
        place = render(path)
        super().__init__(f"What the policy takes out cannot be replaced{f' in {place}' if place else ''}.")
        self.path = path


@dataclass(frozen=True, slots=True)
class Redacted:
    """The redacted tree; `replaced` are the texts written into it other than pseudonyms (`[NAME]`, a year)."""

    tree: Tree
    kinds: frozenset[Kind]
    replaced: frozenset[str]


def redact(
    tree: Tree,
    located: Iterable[Located],
    *,
    styles: Mapping[Kind, Style],
    pseudonyms: Pseudonymiser,
    today: date,
) -> Redacted:
    """Replace every located finding of a kind in `styles`; `tree` itself stays as it is.

    A place that `tree` no longer has (a field that is not sent) has nothing to take out.

    Raises:
        RedactionRefused: a number, a structural or a signed field holds one, or two values came to one token.
    """
    by_leaf: dict[Leaf, list[Finding]] = {}
    for leaf, finding in located:
        if finding.kind in styles and not (leaf.form is Form.SIGNED and finding.kind is Kind.TOKEN):
            by_leaf.setdefault(leaf, []).append(finding)
    if not by_leaf:
        return Redacted(tree, frozenset(), frozenset())
    writer = _Writer(styles, pseudonyms, today)
    copy = _Copy(tree)
    literals: dict[Path, list[tuple[tuple[int, int], str]]] = {}
    renamed: list[tuple[Path, str]] = []
    for leaf, findings in by_leaf.items():
        if not copy.has(leaf.path):
            continue
        text = _rewrite(leaf, findings, writer)
        if leaf.span is not None:
            literals.setdefault(leaf.path, []).append((leaf.span, text))
        elif leaf.form is Form.KEY:
            renamed.append((leaf.path, text))
        else:
            copy.put(leaf.path, text)
    for path, replacements in literals.items():
        copy.put(path, _splice(str(copy.get(path)), replacements))
    for path, name in renamed:
        copy.rename(path, name)
    return Redacted(copy.root, frozenset(writer.kinds), frozenset(writer.replaced))


def _rewrite(leaf: Leaf, findings: Sequence[Finding], writer: _Writer) -> str:
    """The text that stands instead of a leaf, written as its form demands."""
    try:
        match leaf.form:
            case Form.TEXT | Form.KEY:
                return writer.text(leaf.text, findings)
            case Form.NAME:
                return writer.whole(leaf.text, findings, name=True)
            case Form.NUMBER:
                return writer.whole(leaf.text, findings, bare=True)
            case Form.JSON_STRING | Form.JSON_KEY:
                return orjson.dumps(writer.text(leaf.text, findings)).decode()
            case Form.JSON_NUMBER:
                return f'"{writer.whole(leaf.text, findings, bare=True)}"'
            case Form.FIXED | Form.SIGNED:
                raise RedactionRefused(leaf.path)
    except PseudonymCollision:
        raise RedactionRefused(leaf.path) from None


class _Writer:
    """Writes what stands instead of findings, and remembers what it wrote."""

    def __init__(self, styles: Mapping[Kind, Style], pseudonyms: Pseudonymiser, today: date) -> None:
        self._styles = styles
        self._pseudonyms = pseudonyms
        self._today = today
        self._named: dict[str, Kind] = {}
        self.kinds: set[Kind] = set()
        self.replaced: set[str] = set()

    def text(self, text: str, findings: Sequence[Finding]) -> str:
        """`text` with each finding replaced; overlapping ones are replaced as one."""
        pieces: list[str] = []
        done = 0
        for group in _groups(findings):
            start, end = max(group[0].start, 0), max(finding.end for finding in group)
            if end > start:
                pieces += (text[done:start], self._stand_in(text[start:end], group))
                done = end
        return "".join(pieces) + text[done:]

    def whole(self, text: str, findings: Sequence[Finding], *, name: bool = False, bare: bool = False) -> str:
        """What stands instead of all of `text`."""
        return self._stand_in(text, findings, name=name, bare=bare)

    def _stand_in(self, surface: str, group: Sequence[Finding], *, name: bool = False, bare: bool = False) -> str:
        """One stand-in for one surface, in the strictest style that any of its findings asks for."""
        self.kinds.update(finding.kind for finding in group)
        kind = max(group, key=lambda finding: (finding.end - finding.start, finding.kind)).kind
        style = max((self._styles[finding.kind] for finding in group), key=_BY_STRICTNESS.index)
        if style is Style.TOKEN:
            make = self._pseudonyms.name if name else self._pseudonyms.token
            return make(self._one_kind(kind, surface), surface, bare=bare)
        coarse = None
        if style is Style.GENERALISE and len({finding.kind for finding in group}) == 1 and not name:
            coarse = generalise(kind, surface, today=self._today)
        written = coarse or (f"{kind.upper()}_removed" if name else f"[{kind.upper()}]")
        self.replaced.add(written)
        return written

    def _one_kind(self, kind: Kind, surface: str) -> Kind:
        """What a number is called throughout a request: what it was called first, so that it has one pseudonym."""
        if kind not in DIRECT or sum(map(str.isdigit, surface)) < _TELLING:
            return kind
        return self._named.setdefault(canonical(Kind.OTHER_ID, surface), kind)


def _groups(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings in order, those that overlap together."""
    groups: list[list[Finding]] = []
    end = -1
    for finding in sorted(findings, key=lambda finding: (finding.start, finding.end)):
        if groups and finding.start < end:
            groups[-1].append(finding)
        else:
            groups.append([finding])
        end = max(end, finding.end)
    return groups


def _splice(text: str, replacements: Sequence[tuple[tuple[int, int], str]]) -> str:
    pieces: list[str] = []
    done = 0
    for (start, end), written in sorted(replacements):
        pieces += (text[done:start], written)
        done = end
    return "".join(pieces) + text[done:]


class _Copy:
    """A copy of a tree that copies only what is written to."""

    def __init__(self, tree: Tree) -> None:
        self.root: Tree = dict(tree)
        self._owned: dict[Path, dict[str, JSON] | list[JSON]] = {(): self.root}

    def has(self, path: Path) -> bool:
        above = self._own(path[:-1])
        match above, path[-1]:
            case dict(), str(key):
                return key in above
            case list(), int(index):
                return index < len(above)
            case _:
                return False

    def get(self, path: Path) -> JSON:
        above = self._own(path[:-1])
        match above, path[-1]:
            case dict(), str(key):
                return above.get(key)
            case list(), int(index):
                return above[index]
            case _:
                return None

    def put(self, path: Path, value: JSON) -> None:
        above = self._own(path[:-1])
        match above, path[-1]:
            case dict(), str(key):
                above[key] = value
            case list(), int(index):
                above[index] = value

    def rename(self, path: Path, name: str) -> None:
        """Give a key another name, in its place.

        Raises:
            RedactionRefused: the object has a key of that name.
        """
        above = self._own(path[:-1])
        if not isinstance(above, dict) or name in above:
            raise RedactionRefused(path)
        items = [(name if key == path[-1] else key, value) for key, value in above.items()]
        above.clear()
        above.update(items)

    def _own(self, path: Path) -> dict[str, JSON] | list[JSON] | None:
        """The container at `path`, copied with all above it; None where the tree has none."""
        known = self._owned.get(path)
        if known is not None:
            return known
        if not self.has(path):
            return None
        inside = self.get(path)
        if not isinstance(inside, dict | list):
            return None
        copied = dict(inside) if isinstance(inside, dict) else list(inside)
        self._owned[path] = copied
        self.put(path, copied)
        return copied
