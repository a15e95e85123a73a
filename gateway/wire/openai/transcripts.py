"""Transcripts, whole and as events, on their way to the caller; never rebuilt, and counted in seconds of sound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gateway.domain import Tree, Usage
from gateway.errors import UpstreamFailed
from gateway.wire import hub
from gateway.wire.openai import forms
from gateway.wire.reply import Asked

_EMPTY = "The provider answered with nothing that can be read as a transcript."
DELTA, DONE = "transcript.text.delta", "transcript.text.done"


def transcript(tree: Tree, asked: Asked) -> Tree:
    """A whole transcript. Where the server did not count, and the sound says how long it is, that is its usage.

    Raises:
        UpstreamFailed: there is no text in it.
    """
    if not isinstance(tree.get("text"), str):
        raise UpstreamFailed(_EMPTY)
    length = forms.seconds(asked.payload)
    if isinstance(tree.get("usage"), dict) or length is None:
        return tree
    return {**tree, "usage": {"type": "duration", "seconds": round(length, 3)}}


def usage_of(tree: Tree) -> Usage | None:
    """Tokens, where the provider counts those, and seconds of sound; None where neither is told."""
    said = tree.get("usage")
    counts: Tree = said if isinstance(said, dict) else {}
    tokens = [counts.get(name) for name in ("input_tokens", "output_tokens")]
    length = counts.get("seconds", tree.get("duration"))
    audio_ms = round(length * 1000) if isinstance(length, int | float) and 0 <= length < 10**7 else 0
    given, made = (one if isinstance(one, int) and one >= 0 else 0 for one in tokens)
    reported = counts.get("type") == "tokens"
    return Usage(given, made, reported=reported, audio_ms=audio_ms) if reported or audio_ms else None


def has_content(event: Tree) -> bool:
    """Whether an event says anything."""
    return bool(event.get("delta") or event.get("text"))


class TranscriptStream:
    """Events of one transcript; knows when it has really ended. Chunks of a chat (vLLM) become such events."""

    __slots__ = ("_asked", "_ended", "_finished", "_said", "counts", "usage")

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._ended = False
        self._finished = False
        self._said: list[str] = []
        self.usage: Usage | None = None
        self.counts: Tree | None = None  # they stand in the last event

    @property
    def finished(self) -> bool:
        """Whether the whole text has come."""
        return self._finished

    def chunk(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """The event as the caller gets it. Raises UpstreamFailed for an error in its place."""
        if event.get("error") or event.get("type") == "error":
            raise UpstreamFailed("The provider reported an error in the middle of its answer.")
        if event.get("type") == DONE:
            self._ended = self._finished = True
            made = transcript(event, self._asked)
            self.usage = usage_of(made)
            return made
        if isinstance(event.get("type"), str):
            return event
        return self._as_event(event)

    def _as_event(self, chunk: dict[str, Any]) -> dict[str, Any] | None:
        choices = chunk.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else {}
        if not isinstance(choices, list) or not isinstance(first, dict):
            raise UpstreamFailed(_EMPTY)
        self._finished = self._finished or bool(first.get("finish_reason"))
        delta = first.get("delta")
        text = hub.words(delta.get("content")) if isinstance(delta, dict) else ""
        self._said.append(text)
        return {"type": DELTA, "delta": text} if text else None

    def done(self) -> dict[str, Any] | None:
        """The provider says that nothing is missing."""
        self._finished = self._finished or bool(self._said)
        return None

    def last(self) -> dict[str, Any] | None:
        """The event with the whole text, where the provider sent none."""
        if self._ended:
            return None
        made: dict[str, Any] = transcript({"type": DONE, "text": "".join(self._said)}, self._asked)
        self.usage = usage_of(made)
        return made


def events_of(tree: Tree) -> Sequence[Tree]:
    """The events that spell a whole transcript."""
    return [{"type": DELTA, "delta": tree["text"]}, {**tree, "type": DONE}]


def aggregate(events: Iterable[Tree]) -> Tree:
    """The transcript that events spell. Raises UpstreamFailed where the last is missing."""
    whole = next((event for event in events if event.get("type") == DONE), None)
    if whole is None:
        raise UpstreamFailed(_EMPTY)
    return {name: value for name, value in whole.items() if name != "type"}
