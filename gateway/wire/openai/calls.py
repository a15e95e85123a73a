"""Tool calls of OpenAI's dialect as the API promises them: known apart, said once, their arguments a string."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.domain import JSON, Tree
from gateway.wire.hub import complete, dumps

_SAID = {"function": "arguments", "custom": "input"}
"""What a call of each kind says."""


def whole_call(call: Tree, place: int) -> Tree:
    """A call of a whole message: with an id and a type, without the index that only pieces have."""
    kind = _kind(call)
    made: Tree = {name: value for name, value in call.items() if name != "index"}
    made["id"] = call.get("id") or f"call_{place}"
    made["type"] = call.get("type") or kind
    if isinstance(called := call.get(kind), dict):
        made[kind] = whole_arguments(spelled(called))
    return made


NO_ARGUMENTS = "{}"


def whole_arguments(called: Tree) -> Tree:
    """What is called once nothing more comes: no arguments at all are said as JSON, which clients read."""
    return {**called, "arguments": NO_ARGUMENTS} if called.get("arguments") == "" else called


def spelled(called: Tree) -> Tree:
    """What is called, with arguments that came as an object written out."""
    given = called.get("arguments")
    return called if given is None or isinstance(given, str) else {**called, "arguments": dumps(given)}


def _kind(call: Tree) -> str:
    return "custom" if call.get("type") == "custom" or isinstance(call.get("custom"), dict) else "function"


@dataclass(slots=True)
class _Call:
    """A call so far."""

    index: int
    id: str = ""
    name: str = ""
    said: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return complete("".join(self.said))


class CallPieces:
    """The tool calls of one choice of a stream, told apart: by id, then by index, then as the one that is open.

    Servers give every call the index 0 (Ollama, Gemini), leave indices out, or repeat id and name in each piece. Each
    piece comes out with an index that means something, and id, type and name once, because clients add up what they get.
    """

    __slots__ = ("_at", "_calls", "_ids", "_older", "_open")

    def __init__(self) -> None:
        self._older = _Call(0)
        self._calls: list[_Call] = []
        self._ids: dict[str, _Call] = {}
        self._at: dict[int, _Call] = {}
        self._open: _Call | None = None

    @property
    def any(self) -> bool:
        return bool(self._calls)

    def repair(self, pieces: list[JSON]) -> list[JSON]:
        """The pieces of one delta, as a caller gets them."""
        given = [piece for piece in pieces if isinstance(piece, dict)]
        return [self._piece(piece, place if len(given) > 1 else None) for place, piece in enumerate(given)]

    def older(self, called: Tree) -> Tree:
        """A piece of the older form, in which a message makes one call at most."""
        return self._said(spelled(called), self._older, "arguments")

    def _piece(self, piece: Tree, place: int | None) -> Tree:
        kind = _kind(piece)
        called = piece.get(kind)
        called = spelled(called) if isinstance(called, dict) else {}
        known, new = self._known(piece, called, place)
        self._open = known
        made: Tree = {**piece, "index": known.index}
        if new:
            made["id"] = known.id = known.id or f"call_{known.index}"
            made["type"] = piece.get("type") or kind
        else:
            made.pop("id", None)
            made.pop("type", None)
        if called:
            made[kind] = self._said(called, known, _SAID[kind])
        return made

    def _known(self, piece: Tree, called: Tree, place: int | None) -> tuple[_Call, bool]:
        """The call that a piece belongs to, and whether it begins with it."""
        given, index = piece.get("id"), piece.get("index")
        call_id = given if isinstance(given, str) else ""
        at = index if isinstance(index, int) and not isinstance(index, bool) else place
        known = self._ids.get(call_id) if call_id else self._open if at is None else self._at.get(at)
        if known is not None and not call_id and _another(known, called.get("name")):
            known = None
        if known is not None:
            return known, False
        made = _Call(len(self._calls), call_id)
        self._calls.append(made)
        if call_id:
            self._ids[call_id] = made
        if at is not None:
            self._at[at] = made
        return made, True

    def _said(self, called: Tree, known: _Call, says: str) -> Tree:
        made: dict[str, Any] = dict(called)
        name, text = called.get("name"), called.get(says)
        if isinstance(name, str):
            again = len(known.name) > 1 or bool(known.said or text)  # of one letter it is rather the next piece
            rest = name.removeprefix(known.name) if again else name
            known.name += rest
            made["name"] = rest
        if not made.get("name") and known.name:
            made.pop("name", None)
        if isinstance(text, str) and text:
            known.said.append(text)
        return made


def _another(known: _Call, name: JSON) -> bool:
    """Whether a piece without an id names a call other than the one at its place."""
    return isinstance(name, str) and bool(name) and bool(known.said) and known.complete
