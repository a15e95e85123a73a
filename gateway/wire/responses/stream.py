"""Hub chunks as the complete event sequence of a streamed response; holds back nothing but the input of custom tools.

`response.created`, `response.in_progress`, then the items, then `response.completed` or `response.incomplete`. What an
item begins and ends with, and how its text is called, stands in one table. A message or reasoning ends when something
else begins; calls end with the answer, because a provider may send their pieces in turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.domain import Usage
from gateway.errors import GatewayError, UpstreamFailed
from gateway.wire import hub
from gateway.wire.openai.calls import NO_ARGUMENTS
from gateway.wire.openai.reply import usage_of
from gateway.wire.responses import tools
from gateway.wire.responses.reply import (
    REASONS,
    Frame,
    annotation,
    ending,
    spoken,
    text_part,
    thinking,
    tokens,
    usage_tree,
)

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """How one kind of text goes out: `stem` names its events, `name` the field of the finished text.

    Within an item, `part` names the events of the part it stands in, `counter` their number, `parts` the list they fill.
    """

    stem: str
    name: str
    prefix: str = ""
    part: str = ""
    counter: str = ""
    parts: str = ""


SAID: Mapping[str, Said] = {
    "text": Said("output_text", "text", "msg", "content_part", "content_index", "content"),
    "refusal": Said("refusal", "refusal", "msg", "content_part", "content_index", "content"),
    "summary": Said("reasoning_summary_text", "text", "rs", "reasoning_summary_part", "summary_index", "summary"),
    "thought": Said("reasoning_text", "text", "rs", "content_part", "content_index", "content"),
    "arguments": Said("function_call_arguments", "arguments"),
    "input": Said("custom_tool_call_input", "input"),
}
"""The event machine: `response.<stem>.delta` and `.done`, within `response.<part>.added` and `.done`."""
_CODES = {"context_length_exceeded", "rate_limit_exceeded", "insufficient_quota"}
"""Codes of ours that are also the API's; clients read them in the response that failed."""


def failure(error: GatewayError) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the event `error` says of an error, and what the response that failed does."""
    code = error.code if error.code in _CODES else "server_error" if error.status >= 500 else "invalid_prompt"
    told = {"code": error.code, "message": error.message, "param": error.param or None}
    return told, {"code": code, "message": error.message}


def _empty(kind: str) -> dict[str, Any]:
    """The part that a text of this kind fills."""
    match kind:
        case "text":
            return text_part("")
        case "refusal":
            return {"type": "refusal", "refusal": ""}
        case _:
            return {"type": "summary_text", "text": ""}


@dataclass(slots=True)
class _Item:
    """A message or reasoning on its way in, with the part of it that is open."""

    at: int
    tree: dict[str, Any]
    prefix: str
    kind: str = ""
    part: dict[str, Any] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Call:
    """A call on its way in: its item opens with the first text of its arguments, when its name is known."""

    id: str = ""
    name: str = ""
    at: int = -1
    item: dict[str, Any] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Stream:
    """One response: `feed` every hub chunk, then `finish` once, or `fail` once. Each returns the events to write."""

    frame: Frame
    _count: int = 0
    _started: bool = False
    _model: str = ""
    _created: int = 0
    _output: list[dict[str, Any]] = field(default_factory=list)
    _open: _Item | None = None
    _calls: dict[int, _Call] = field(default_factory=dict)
    _spoke: bool = False
    _finish: str = ""
    _usage: Usage | None = None
    _more: dict[str, Any] = field(default_factory=dict)

    def feed(self, chunk: dict[str, Any]) -> list[Event]:
        """Events for one chunk."""
        self._model = self._model or str(chunk.get("model") or "")
        self._created = self._created or int(chunk.get("created") or 0)
        if chunk.get("service_tier") is not None:
            self._more["service_tier"] = chunk["service_tier"]
        self._usage = usage_of(chunk) or self._usage
        events = list(self._start())
        for choice in chunk.get("choices") or []:
            if choice.get("index", 0) == 0:
                events += self._delta(choice.get("delta") or {}, choice.get("logprobs"))
                self._finish = choice.get("finish_reason") or self._finish
        return events

    def finish(self, *, completed_at: int) -> list[Event]:
        """The last events. Raises UpstreamFailed when no finish reason came: a broken stream has no clean end."""
        if not self._finish:
            raise UpstreamFailed("The provider's stream ended before the answer did. Try again.")
        events = [*self._start(), *self._close()]
        if not self._spoke and not self._calls:
            events += [*self._part("text"), *self._close()]
        for call in self._calls.values():
            events += self._call_done(call)
        ended = ending({"finish_reason": self._finish}, completed_at=completed_at)
        more = {**self._more, "output": self._output, "usage": usage_tree(self._usage), **ended}
        return [*events, self._of_response(str(ended["status"]), more)]

    def fail(self, error: GatewayError) -> list[Event]:
        """The events that end a stream which cannot be finished."""
        told, failed = failure(error)
        events = [*self._start(), self._event("error", told)]
        self._cut_off()
        more = {"status": "failed", "error": failed, "output": self._output}
        return [*events, self._of_response("failed", more)]

    def _cut_off(self) -> None:
        """Items that are open as they stand, without the events of an end."""
        if (item := self._open) is not None:
            said = SAID[item.kind]
            item.tree[said.parts].append({**item.part, said.name: "".join(item.pieces)})
            item.tree["status"] = "incomplete"
        for call in self._calls.values():
            if "arguments" in call.item:
                call.item["arguments"] = "".join(call.pieces)
            call.item["status"] = "incomplete"

    @property
    def _status(self) -> str:
        """Of an item that ends now."""
        return "incomplete" if self._finish in REASONS else "completed"

    # --- the response -------------------------------------------------------------------------------------------------

    def _event(self, kind: str, data: dict[str, Any]) -> Event:
        event = {"type": kind, "sequence_number": self._count, **data}
        self._count += 1
        return event

    def _of_response(self, state: str, more: dict[str, Any]) -> Event:
        return self._event(f"response.{state}", {"response": self.frame.response(self._model, self._created, more)})

    def _start(self) -> Iterator[Event]:
        if not self._started:
            self._started = True
            for state in ("created", "in_progress"):
                yield self._of_response(state, {"status": "in_progress"})

    def _delta(self, delta: dict[str, Any], logprobs: Any) -> Iterator[Event]:
        if thought := hub.reasoning(delta):
            yield from self._say("summary", thought)
        if text := hub.words(delta.get("content")):
            yield from self._say("text", text, {"logprobs": tokens(logprobs)})
        if refusal := hub.words(delta.get("refusal")):
            yield from self._say("refusal", refusal)
        for item in delta.get("annotations") or ():
            if isinstance(item, dict):
                yield from self._annotate(annotation(item))
        for piece in hub.calls(delta):
            yield from self._called(piece)

    # --- messages and reasoning --------------------------------------------------------------------------------------

    def _say(self, kind: str, text: str, more: Event | None = None) -> Iterator[Event]:
        yield from self._part(kind)
        if (item := self._open) is not None:
            item.pieces.append(text)
            if more is not None:
                item.part["logprobs"].extend(more["logprobs"])
            yield self._in_part(item, f"response.{SAID[kind].stem}.delta", {"delta": text, **(more or {})})

    def _part(self, kind: str) -> Iterator[Event]:
        """Opens the item and the part that a text of this kind stands in, if another or none is open."""
        said = SAID[kind]
        if self._open is None or self._open.prefix != said.prefix:
            yield from self._close()
            self._spoke = self._spoke or said.prefix == "msg"
            item_id = self.frame.item_id(said.prefix, len(self._output))
            made = spoken(item_id, [], status="in_progress") if said.prefix == "msg" else thinking(item_id, [])
            self._open = _Item(len(self._output), made, said.prefix)
            yield from self._added({**made, said.parts: []})
            self._output.append(made)
        if self._open.kind != kind:
            yield from self._close_part(self._open)
            self._open.kind, self._open.part = kind, _empty(kind)
            yield self._in_part(self._open, f"response.{said.part}.added", {"part": _empty(kind)})

    def _annotate(self, noted: dict[str, Any]) -> Iterator[Event]:
        yield from self._part("text")
        if (item := self._open) is not None:
            index = len(item.part["annotations"])
            item.part["annotations"].append(noted)
            kind = "response.output_text.annotation.added"
            yield self._in_part(item, kind, {"annotation": noted, "annotation_index": index})

    def _close_part(self, item: _Item) -> Iterator[Event]:
        if item.kind:
            said, part = SAID[item.kind], item.part
            part[said.name] = "".join(item.pieces)
            more = {"logprobs": part["logprobs"]} if item.kind == "text" else {}
            yield self._in_part(item, f"response.{said.stem}.done", {said.name: part[said.name], **more})
            yield self._in_part(item, f"response.{said.part}.done", {"part": part})
            item.tree[said.parts].append(part)
            item.kind, item.pieces = "", []

    def _close(self) -> Iterator[Event]:
        """Ends the open message or reasoning."""
        if (item := self._open) is not None:
            yield from self._close_part(item)
            if item.prefix == "msg":
                item.tree["status"] = self._status
            yield self._event("response.output_item.done", {"output_index": item.at, "item": item.tree})
            self._open = None

    def _in_part(self, item: _Item, kind: str, data: Event) -> Event:
        said = SAID[item.kind]
        where = {"item_id": item.tree["id"], "output_index": item.at, said.counter: len(item.tree[said.parts])}
        return self._event(kind, where | data)

    def _added(self, item: dict[str, Any]) -> Iterator[Event]:
        """The event of a new item as it stands now: what comes into it later belongs to other events."""
        yield self._event("response.output_item.added", {"output_index": len(self._output), "item": item})

    # --- calls ---------------------------------------------------------------------------------------------------------

    def _called(self, piece: hub.Called) -> Iterator[Event]:
        yield from self._close()
        call = self._calls.setdefault(piece.index, _Call())
        call.id = call.id or piece.id
        call.name = call.name or piece.name
        if piece.arguments:
            yield from self._call_added(call)
            call.pieces.append(piece.arguments)
            if "arguments" in call.item:
                yield self._of_call(call, "delta", {"delta": piece.arguments})

    def _call_added(self, call: _Call) -> Iterator[Event]:
        if call.at < 0:
            call.at = len(self._output)
            called = hub.Called(index=0, id=call.id, name=call.name, arguments="")
            call.item = self.frame.call(called, call.at, status="in_progress")
            yield from self._added(call.item.copy())
            self._output.append(call.item)

    def _call_done(self, call: _Call) -> Iterator[Event]:
        yield from self._call_added(call)
        said = "".join(call.pieces)
        name = "arguments" if "arguments" in call.item else "input"
        if name == "input":
            said = tools.as_input(said)
        elif not said:
            said = NO_ARGUMENTS  # as whole answers say it: clients read it as JSON
        if said and (name == "input" or not call.pieces):
            yield self._of_call(call, "delta", {"delta": said})
        call.item |= {name: said, "status": self._status}
        named = {"name": call.item["name"]} if name == "arguments" else {}
        yield self._of_call(call, "done", {name: said, **named})
        yield self._event("response.output_item.done", {"output_index": call.at, "item": call.item})

    def _of_call(self, call: _Call, state: str, data: Event) -> Event:
        said = SAID["arguments" if "arguments" in call.item else "input"]
        where = {"item_id": call.item["id"], "output_index": call.at}
        return self._event(f"response.{said.stem}.{state}", where | data)
