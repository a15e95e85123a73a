"""A Claude target's own reply on its way to a caller of the same dialect: renamed, counted, watched; never rebuilt.

Ids, signatures, citations and cache counts pass as they are, because the caller may have to send them back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from gateway.domain import Carrier, Usage
from gateway.errors import UpstreamFailed
from gateway.wire import hub
from gateway.wire.checks import UNREADABLE, check_reply
from gateway.wire.fields import Errand, Field, Free, Items, Object, Text, Variant
from gateway.wire.vocabulary import COUNT, closed

_ENDING = ("stop_reason", "stop_sequence", "stop_details")
_DELTA_KEYS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "signature",
    "input_json_delta": "partial_json",
}


_WORDS = Text(Carrier.OTHER)
_ANY = Free(Carrier.OTHER)
_USAGE = Object(
    {
        "input_tokens": COUNT,
        "output_tokens": COUNT,
        "cache_read_input_tokens": COUNT,
        "cache_creation_input_tokens": COUNT,
        "output_tokens_details": Object({"thinking_tokens": COUNT}),
    }
)


def _block(*, whole: bool) -> Variant:
    """A block of a message. One that only begins may leave out what its deltas will bring, and some servers do."""
    said: dict[str, dict[str, Field]] = {
        "text": {"text": _WORDS, "citations": Items(_ANY)},
        "thinking": {"thinking": _WORDS, "signature": _WORDS},
        "tool_use": {"input": Free(Carrier.OTHER, keyed=True)},
        "server_tool_use": {"input": Free(Carrier.OTHER, keyed=True)},
    }
    needed = {kind: tuple(fields)[:1] if whole else () for kind, fields in said.items()}
    cases = {kind: Object(fields, required=needed[kind]) for kind, fields in said.items()}
    return Variant("type", cases, otherwise=Errand(None, _ANY))


_MESSAGE: dict[str, Field] = {"type": closed("message"), "usage": _USAGE, "stop_reason": _WORDS}
MESSAGE = Object({**_MESSAGE, "content": Items(_block(whole=True))}, required=("type", "content"))
_DELTA = Variant(
    "type",
    {kind: Object({key: _WORDS}) for kind, key in _DELTA_KEYS.items()},
    otherwise=Errand(None, _ANY),
)
EVENT = Variant(
    "type",
    {
        "message_start": Object({"message": Object(_MESSAGE)}, required=("message",)),
        "content_block_start": Object(
            {"index": COUNT, "content_block": _block(whole=False)}, required=("index", "content_block")
        ),
        "content_block_delta": Object({"index": COUNT, "delta": _DELTA}, required=("index", "delta")),
        "content_block_stop": Object({"index": COUNT}, required=("index",)),
        "message_delta": Object({"delta": Object({"stop_reason": _WORDS}), "usage": _USAGE}),
    },
    otherwise=Errand(None, _ANY),
)
"""What has to be true of a reply and of the events of one for us to read them; all else passes as it is."""


def message_reply(tree: dict[str, Any], *, model: str) -> dict[str, Any]:
    """A whole reply under the model name that the caller asked for. Raises UpstreamFailed for one that is none."""
    check_reply(tree, MESSAGE)
    return tree | {"model": model}


def usage_of(item: dict[str, Any], so_far: Usage | None = None) -> Usage | None:
    """Tokens after this reply or stream event, given those `so_far` (counts in events are cumulative).

    The API counts cached input apart; `Usage.input_tokens` includes it, as the hub's does.
    """
    message = item.get("message") if item.get("type") == "message_start" else item
    counts = message.get("usage") if isinstance(message, dict) else None
    if not isinstance(counts, dict):
        return so_far
    before = so_far or Usage()
    read, written = counts.get("cache_read_input_tokens"), counts.get("cache_creation_input_tokens")
    fresh = counts.get("input_tokens")
    thought = (counts.get("output_tokens_details") or {}).get("thinking_tokens")
    return Usage(
        input_tokens=before.input_tokens if fresh is None else fresh + (read or 0) + (written or 0),
        output_tokens=counts.get("output_tokens") or before.output_tokens,
        cached_input_tokens=before.cached_input_tokens if read is None else read,
        reasoning_tokens=before.reasoning_tokens if thought is None else thought,
        reported=True,
        cache_write_tokens=before.cache_write_tokens if written is None else written,
    )


def has_content(event: dict[str, Any]) -> bool:
    """Whether the event carries *content* in the sense of law 8: text, thinking, or a tool call."""
    if event.get("type") == "content_block_start":
        block = event.get("content_block") or {}
        return block.get("type") not in {"text", "thinking"} or bool(block.get("text") or block.get("thinking"))
    delta = event.get("delta") or {}
    return event.get("type") == "content_block_delta" and any(delta.get(key) for key in _DELTA_KEYS.values())


class EventStream:
    """Events of one stream, renamed one by one; knows when the stream has really ended.

    The counterpart of `openai_reply.ChunkStream` for a stream that stays in this dialect.
    """

    __slots__ = ("_called", "_finished", "_last", "_model", "_open", "_said", "counts", "usage")

    def __init__(self, *, model: str) -> None:
        self._model = model
        self._finished = False
        self._open: set[Any] = set()
        self._said = False
        self._called = False
        self._last: dict[str, Any] | None = None
        self.usage: Usage | None = None
        self.counts: dict[str, Any] | None = None  # they stand in the events

    @property
    def finished(self) -> bool:
        """Whether a stop reason has come: a stream without one did not end, it broke (law 8)."""
        return self._finished

    def chunk(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """The event as the caller gets it. Raises UpstreamFailed for an error in the place of an event."""
        if event.get("type") == "error" or "error" in event:
            raise UpstreamFailed("The provider reported an error in the middle of its answer.")
        check_reply(event, EVENT)
        self.usage = usage_of(event, self.usage)
        if event.get("type") == "message_delta":
            self._finished = self._finished or bool((event.get("delta") or {}).get("stop_reason"))
        if event.get("type") == "message_start":
            return event | {"message": event["message"] | {"model": self._model}}
        self._follow(event)
        if event.get("type") == "message_stop" and not self._finished and self._said and not self._open:
            self._finished, self._last = True, event
            reason = {"stop_reason": "tool_use" if self._called else "end_turn", "stop_sequence": None}
            return {"type": "message_delta", "delta": reason, "usage": {"output_tokens": self._output_tokens}}
        return event

    def _follow(self, event: dict[str, Any]) -> None:
        """Which blocks are open: a message that ends within one was cut."""
        match event.get("type"):
            case "content_block_start":
                self._open.add(event.get("index"))
                self._called = self._called or (event.get("content_block") or {}).get("type") == "tool_use"
            case "content_block_stop":
                self._open.discard(event.get("index"))
        self._said = self._said or has_content(event)

    @property
    def _output_tokens(self) -> int:
        return self.usage.output_tokens if self.usage else 0

    def done(self) -> dict[str, Any] | None:
        """None: this dialect has an event of its own for it (`message_stop`)."""
        return None

    def last(self) -> dict[str, Any] | None:
        """The `message_stop` that had to wait for a reason, which the provider left out; else it has brought its own."""
        return self._last


def aggregate(events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The whole reply that a stream of events spells. Raises UpstreamFailed when it does not begin like one."""
    message: dict[str, Any] = {}
    arguments: dict[int, str] = {}
    for event in events:
        match event.get("type"):
            case "message_start":
                message = event["message"] | {"content": []}
            case "content_block_start" if message:
                message["content"].append(dict(event["content_block"]))
            case "content_block_delta" if message:
                if event["index"] >= len(message["content"]):
                    raise UpstreamFailed(UNREADABLE)
                _extend(message["content"][event["index"]], event["delta"], arguments, event["index"])
            case "message_delta" if message:
                counts = {key: count for key, count in (event.get("usage") or {}).items() if count is not None}
                message |= event.get("delta") or {}
                if counts:
                    message["usage"] = (message.get("usage") or {}) | counts
    if not message:
        raise UpstreamFailed(UNREADABLE)
    for index, text in arguments.items():
        message["content"][index]["input"] = hub.arguments(text, truncated=message.get("stop_reason") == "max_tokens")
    return message


def _extend(block: dict[str, Any], delta: dict[str, Any], arguments: dict[int, str], index: int) -> None:
    kind = delta.get("type")
    if kind == "input_json_delta":
        arguments[index] = arguments.get(index, "") + (delta.get("partial_json") or "")
    elif kind == "citations_delta":
        block["citations"] = [*(block.get("citations") or []), delta.get("citation")]
    elif kind in _DELTA_KEYS:
        key = _DELTA_KEYS[kind]
        block[key] = str(block.get(key) or "") + (delta.get(key) or "")


def events_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The events that spell a whole reply, for a caller that asked for a stream."""
    head = message | {"content": []} | {key: None for key in _ENDING if key in message}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": head}]
    for index, block in enumerate(message["content"]):
        start, deltas = _spelled(block)
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    ending = {key: message[key] for key in _ENDING if key in message}
    events.append({"type": "message_delta", "delta": ending, "usage": message.get("usage") or {}})
    return [*events, {"type": "message_stop"}]


def _spelled(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A block as its empty start and the deltas that fill it; unknown blocks start whole."""
    match block.get("type"):
        case "text":
            deltas = [{"type": "text_delta", "text": block["text"]}] if block["text"] else []
            citations = block.get("citations")
            cited = [{"type": "citations_delta", "citation": item} for item in citations or []]
            begun: dict[str, Any] = {"text": "", "citations": []} if citations else {"text": ""}
            return block | begun, [*deltas, *cited]
        case "thinking":
            deltas = [{"type": "thinking_delta", "thinking": block["thinking"]}]
            if signature := block.get("signature"):
                deltas.append({"type": "signature_delta", "signature": signature})
            return block | {"thinking": ""} | ({"signature": ""} if "signature" in block else {}), deltas
        case "tool_use" | "server_tool_use":
            spelled = {"type": "input_json_delta", "partial_json": orjson.dumps(block["input"]).decode()}
            return block | {"input": {}}, [spelled]
        case _:
            return block, []
