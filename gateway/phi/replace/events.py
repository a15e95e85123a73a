"""Puts values back in replies that are one tree, and in streams of events that are named after what they bring.

`….delta` brings a piece of a text, `….done` the whole of it; the event of an end brings the whole reply.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from gateway.domain import JSON, Tree
from gateway.phi.replace.pseudonym import Pseudonyms
from gateway.phi.replace.reply import ReplyRestorer
from gateway.phi.replace.restore import Mode, Restorer
from gateway.wire.reply import Channels

_ANSWER: Final = "output_text"
_ANSWERS: Final = frozenset({_ANSWER, f"response.{_ANSWER}.done"})
"""Types of what holds the text of the answer itself, which may have been asked for as JSON."""
_SAID: Final = frozenset({"text", "refusal", "input", "delta", "instructions", "word"})
"""Fields that are text, and stay text where a number stands in it alone."""
_PLACE: Final = ("output_index", "content_index", "summary_index", "item_id")
_DELTA, _DONE = ".delta", ".done"


@dataclass(frozen=True, slots=True)
class _Channel:
    """One text on its way in, and the event that its next piece comes with."""

    restorer: Restorer
    frame: Tree


class EventRestorer(ReplyRestorer):
    """One reply of that form."""

    __slots__ = ("_texts",)

    def __init__(self, channels: Channels, pseudonyms: Pseudonyms, *, structured: bool = False) -> None:
        super().__init__(channels, pseudonyms, structured=structured)
        self._texts: dict[tuple[JSON, ...], _Channel] = {}

    @override
    def reply(self, tree: Tree) -> Tree:
        made = tree if self._idle else self._put(tree, "")
        return made if isinstance(made, dict) else tree

    @override
    def event(self, event: Tree) -> list[Tree]:
        return [event] if self._idle else list(self._pieces(event))

    @override
    def end(self) -> list[Tree]:
        return [piece for key in list(self._texts) for piece in self._flush(key)]

    def _pieces(self, event: Tree) -> Iterator[Tree]:
        kind, delta = str(event.get("type")), event.get("delta")
        if kind.endswith(_DELTA) and isinstance(delta, str):
            stem = kind.removesuffix(_DELTA)
            key = (stem, *_place(event))
            before = self._texts.get(key)
            restorer = before.restorer if before else Restorer(self._pseudonyms, self._mode_of(stem))
            self._texts[key] = _Channel(restorer, event)
            if said := restorer.decode(delta):
                yield _piece(event, said)
            return
        for key in list(self._texts):
            if _ends(event, kind, key):
                yield from self._flush(key)
        made = self._put(event, "")
        if isinstance(made, dict):
            yield made

    def _flush(self, key: tuple[JSON, ...]) -> Iterator[Tree]:
        """The end of a text: the piece that was still held back."""
        channel = self._texts.pop(key)
        self._whole.append(channel.restorer)
        if said := channel.restorer.flush():
            yield _piece(channel.frame, said)

    @override
    def _put(self, value: JSON, name: str) -> JSON:
        if isinstance(value, str) and name in _SAID:
            return self._text(value, Mode.TEXT)
        if isinstance(value, dict) and self._structured and value.get("type") in _ANSWERS:
            text = value.get("text")
            said = self._text(text, Mode.JSON) if isinstance(text, str) else text
            rest = super()._put({key: inner for key, inner in value.items() if key != "text"}, name)
            value = {**rest, "text": said} if isinstance(rest, dict) else value
        else:
            value = super()._put(value, name)
        if isinstance(value, dict) and "logprobs" in value:  # pieces of what was replaced
            value["logprobs"] = []
        return value

    def _mode_of(self, stem: str) -> Mode:
        answer = self._structured and stem.endswith(_ANSWER)
        return Mode.JSON if answer or stem.endswith("arguments") else Mode.TEXT


def _ends(event: Tree, kind: str, key: tuple[JSON, ...]) -> bool:
    """Whether an event ends the text under `key`: its own end, that of its item, or that of the reply."""
    if not kind.endswith(_DONE):
        return "response" in event
    own = key == (kind.removesuffix(_DONE), *_place(event))
    return own or (kind.endswith("item.done") and key[1] == event.get("output_index"))


def _place(event: Tree) -> tuple[JSON, ...]:
    return tuple(event.get(name) for name in _PLACE)


def _piece(event: Tree, text: str) -> Tree:
    more: Tree = {"logprobs": []} if "logprobs" in event else {}
    return {**event, "delta": text, **more}
