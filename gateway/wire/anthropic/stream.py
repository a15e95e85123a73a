"""Hub chunks as the complete event sequence of a Messages stream; holds back nothing but a tool call's name.

A call that begins before another is complete waits for the end, because one block is open at a time.

message_start, ping, then per block content_block_start, content_block_delta…, content_block_stop, then message_delta
with stop reason and usage, then message_stop.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.domain import Dialect, Tree
from gateway.errors import GatewayError, UpstreamFailed
from gateway.wire import hub
from gateway.wire.anthropic.reply import ending, tool_id, usage_tree
from gateway.wire.errors import envelope
from gateway.wire.openai.reply import counts_of

Event = tuple[str, dict[str, Any]]
"""Name of a server-sent event, and its data."""

_STARTS: dict[str, dict[str, Any]] = {
    "text": {"type": "text", "text": ""},
    "thinking": {"type": "thinking", "thinking": "", "signature": ""},
}
_DELTAS = {"text": ("text_delta", "text"), "thinking": ("thinking_delta", "thinking")}


@dataclass(slots=True)
class _Call:
    """A tool call on its way in: its name may come in pieces, so its block opens with the first argument text."""

    index: int
    id: str = ""
    name: str = ""
    said: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Stream:
    """One reply: `feed` every hub chunk, then `finish` once, or `fail` once. Each returns the events to write.

    `input_tokens` is the count that `message_start` states; the hub knows the real one only at the end, when
    `message_delta` corrects it.
    """

    model: str
    message_id: str
    input_tokens: int = 0
    _started: bool = False
    _blocks: int = 0
    _open: str = ""
    _call: _Call | None = None
    _calls: dict[int, int] = field(default_factory=dict)
    _waiting: dict[int, list[hub.Called]] = field(default_factory=dict)
    _said: bool = False
    _refused: bool = False
    _choice: dict[str, Any] = field(default_factory=dict)
    _counts: Tree | None = None

    def feed(self, chunk: dict[str, Any]) -> list[Event]:
        """Events for one chunk. Raises UpstreamFailed where a call goes on that was complete and is closed."""
        events = self._start()
        self._counts = counts_of(chunk, self._counts)
        for choice in chunk.get("choices") or []:
            if choice.get("index", 0) == 0:
                self._delta(choice.get("delta") or {}, events)
                self._choice |= {
                    key: choice[key] for key in ("finish_reason", "stop_reason") if choice.get(key) is not None
                }
        return events

    def finish(self) -> list[Event]:
        """The last events. Raises UpstreamFailed when no finish reason came: a broken stream has no clean end."""
        if self._choice.get("finish_reason") is None:
            raise UpstreamFailed("The provider's stream ended before the answer did. Try again.")
        events = self._start()
        self._close(events)
        for pieces in self._waiting.values():
            self._piece(hub.joined(pieces), events)
            self._close(events)
        if not self._said and not self._calls:
            self._block("text", events)
            self._close(events)
        delta = ending(self._choice, called=bool(self._calls), refused=self._refused)
        usage = usage_tree(self._counts)
        events.append(("message_delta", {"type": "message_delta", "delta": delta, "usage": usage}))
        events.append(("message_stop", {"type": "message_stop"}))
        return events

    def fail(self, error: GatewayError, *, request_id: str) -> list[Event]:
        """The event that ends a stream which cannot be finished."""
        return [("error", envelope(error, Dialect.ANTHROPIC, request_id=request_id))]

    def _start(self) -> list[Event]:
        if self._started:
            return []
        self._started = True
        usage = {"input_tokens": self.input_tokens, "output_tokens": 0}
        message: dict[str, Any] = {
            "id": self.message_id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage | {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
        }
        return [("message_start", {"type": "message_start", "message": message}), ("ping", {"type": "ping"})]

    def _delta(self, delta: dict[str, Any], events: list[Event]) -> None:
        if thought := hub.reasoning(delta):
            self._text("thinking", thought, events)
        if text := hub.words(delta.get("content")):
            self._said = True
            self._text("text", text, events)
        if refusal := hub.words(delta.get("refusal")):
            self._said = self._refused = True
            self._text("text", refusal, events)
        for call in hub.calls(delta):
            self._tool(call, events)

    def _text(self, kind: str, text: str, events: list[Event]) -> None:
        if self._open != kind or self._call is not None:
            self._close(events)
            self._block(kind, events)
        name, key = _DELTAS[kind]
        events.append(self._content_delta({"type": name, key: text}))

    def _tool(self, piece: hub.Called, events: list[Event]) -> None:
        if self._call is None or self._call.index != piece.index:
            if piece.index in self._waiting or (self._call is not None and not hub.complete("".join(self._call.said))):
                self._waiting.setdefault(piece.index, []).append(piece)
                self._calls.setdefault(piece.index, len(self._calls))
                return
            if piece.index in self._calls:
                raise UpstreamFailed("The provider went on with a tool call that was complete. Try again.")
            self._close(events)
        self._piece(piece, events)

    def _piece(self, piece: hub.Called, events: list[Event]) -> None:
        """Tell a piece of the call that is open, or open it."""
        call = self._call = self._call or _Call(piece.index)
        self._calls.setdefault(piece.index, len(self._calls))
        call.id = call.id or piece.id
        call.name += piece.name
        if piece.arguments:
            call.said.append(piece.arguments)
            self._open_call(call, events)
            events.append(self._content_delta({"type": "input_json_delta", "partial_json": piece.arguments}))

    def _open_call(self, call: _Call, events: list[Event]) -> None:
        if self._open == "tool_use":
            return
        block_id = tool_id(call.id, message_id=self.message_id, index=self._calls[call.index])
        self._open = "tool_use"
        events.append(self._block_start({"type": "tool_use", "id": block_id, "name": call.name, "input": {}}))

    def _block(self, kind: str, events: list[Event]) -> None:
        self._open = kind
        events.append(self._block_start(dict(_STARTS[kind])))

    def _close(self, events: list[Event]) -> None:
        """Ends the open block, after starting that of a tool call which brought no arguments."""
        if self._call is not None:
            self._open_call(self._call, events)
            self._call = None
        if self._open:
            events.append(("content_block_stop", {"type": "content_block_stop", "index": self._blocks}))
            self._open = ""
            self._blocks += 1

    def _block_start(self, block: dict[str, Any]) -> Event:
        data = {"type": "content_block_start", "index": self._blocks, "content_block": block}
        return "content_block_start", data

    def _content_delta(self, delta: dict[str, Any]) -> Event:
        data = {"type": "content_block_delta", "index": self._blocks, "delta": delta}
        return "content_block_delta", data
