"""OpenAI's own response on its way to a caller of the same API: renamed, counted, watched; never rebuilt.

Items, ids and encrypted reasoning pass as they are, because the caller has to send them back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gateway.domain import Carrier, Usage
from gateway.errors import GatewayError, UpstreamFailed
from gateway.wire.checks import UNREADABLE, check_reply
from gateway.wire.fields import Free, Items, Object, Text
from gateway.wire.reply import Asked
from gateway.wire.responses.stream import SAID, Event, Said, failure
from gateway.wire.vocabulary import COUNT, closed

_WORDS = Text(Carrier.OTHER)
_ANY = Free(Carrier.OTHER)
RESPONSE = Object(
    {
        "object": closed("response"),
        "status": _WORDS,
        "output": Items(Object({"type": _WORDS, "content": Items(_ANY), "summary": Items(_ANY)}, required=("type",))),
        "usage": Object(
            {
                "input_tokens": COUNT,
                "output_tokens": COUNT,
                "input_tokens_details": Object({"cached_tokens": COUNT}),
                "output_tokens_details": Object({"reasoning_tokens": COUNT}),
            }
        ),
    },
    required=("output",),
)
"""What has to be true of a response for us to read it; all else passes as it is."""
_ENDS = {"response.completed", "response.incomplete"}
_HIDDEN: dict[str, Any] = {
    "instructions": None,
    "metadata": {},
    "prompt_cache_key": None,
    "safety_identifier": None,
    "user": None,
}
"""What OpenAI repeats of a request and what we had changed in it; the caller reads what it wrote itself."""
_SPEECHLESS = {"message", "reasoning"}
"""Items that begin with nothing said; all others are a call, by their name alone."""
_PARTS = {"output_text": "text", "refusal": "refusal", "summary_text": "summary", "reasoning_text": "thought"}


def response_reply(tree: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """A response under the model name that the caller asked for. Raises UpstreamFailed for one that failed or is none."""
    check_reply(tree, RESPONSE)
    if tree.get("status") in {"failed", "cancelled"}:
        raise UpstreamFailed("The provider reported that its answer failed. Try again.")
    said = asked.payload
    hidden = {name: nothing if said.get(name) is None else said[name] for name, nothing in _HIDDEN.items()}
    return {**tree, "model": asked.model, **{name: value for name, value in hidden.items() if name in tree}}


def usage_of(item: dict[str, Any]) -> Usage | None:
    """Tokens of a response, or of the event that ends one; None where none are told."""
    response = item.get("response", item)
    counts = response.get("usage") if isinstance(response, dict) else None
    if not isinstance(counts, dict):
        return None
    read = (counts.get("input_tokens_details") or {}).get("cached_tokens")
    written = (counts.get("input_tokens_details") or {}).get("cache_write_tokens")
    thought = (counts.get("output_tokens_details") or {}).get("reasoning_tokens")
    return Usage(
        input_tokens=counts.get("input_tokens") or 0,
        output_tokens=counts.get("output_tokens") or 0,
        cached_input_tokens=read or 0,
        reasoning_tokens=thought or 0,
        reported=True,
        cache_write_tokens=written or 0,
    )


def has_content(event: dict[str, Any]) -> bool:
    """Whether the event carries *content* in the sense of law 8: text, reasoning, a refusal, or a call."""
    kind, item = str(event.get("type")), event.get("item")
    if kind == "response.output_item.added":
        return isinstance(item, dict) and item.get("type") not in _SPEECHLESS
    return kind.endswith(".delta") and bool(event.get("delta"))


class EventStream:
    """Events of one response, renamed one by one; knows when it has really ended."""

    __slots__ = ("_asked", "_finished", "counts", "usage")

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._finished = False
        self.usage: Usage | None = None
        self.counts: dict[str, Any] | None = None  # they stand in the last event

    @property
    def finished(self) -> bool:
        """Whether the response is complete, or was cut off by a limit."""
        return self._finished

    def chunk(self, event: dict[str, Any]) -> dict[str, Any]:
        """The event as the caller gets it. Raises UpstreamFailed for a failure in the place of an event."""
        kind = event.get("type")
        if not isinstance(kind, str):
            raise UpstreamFailed(UNREADABLE)
        if kind in {"error", "response.failed"}:
            raise UpstreamFailed("The provider reported an error in the middle of its answer.")
        if "response" not in event:
            return event
        response = event["response"]
        if not isinstance(response, dict):
            raise UpstreamFailed(UNREADABLE)
        made = event | {"response": response_reply(response, self._asked)}
        if kind in _ENDS:
            self._finished, self.usage = True, usage_of(made)
        return made

    def done(self) -> dict[str, Any] | None:
        """None: this API has an event of its own for it."""
        return None

    def last(self) -> dict[str, Any] | None:
        """None: the last event is the provider's."""
        return None


def aggregate(events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The whole response, which the last event holds. Raises UpstreamFailed where there is no such event."""
    ended = [event["response"] for event in events if event.get("type") in _ENDS]
    if not ended:
        raise UpstreamFailed(UNREADABLE)
    whole: dict[str, Any] = ended[-1]
    return whole


def events_of(response: dict[str, Any]) -> Sequence[Event]:
    """The events that spell a whole response, for a caller that asked for a stream."""
    begun = {**response, "status": "in_progress", "output": [], "usage": None}
    events: list[Event] = [{"type": f"response.{state}", "response": begun} for state in ("created", "in_progress")]
    for at, item in enumerate(response["output"]):
        events += _spelled(item, {"item_id": item.get("id") or "", "output_index": at})
    ended = "incomplete" if response.get("status") == "incomplete" else "completed"
    return [*events, {"type": f"response.{ended}", "response": response}]


def _spelled(item: dict[str, Any], where: dict[str, Any]) -> Iterator[Event]:
    """An item from its empty beginning to its end."""
    lists = {name for name in ("content", "summary") if item.get(name)}
    texts = {name for name in ("arguments", "input") if isinstance(item.get(name), str)}
    empty = {**item, **{name: [] for name in lists}, **dict.fromkeys(texts, "")}
    yield {"type": "response.output_item.added", "output_index": where["output_index"], "item": empty}
    for name in sorted(lists):
        for index, part in enumerate(item[name]):
            said = SAID.get(_PARTS.get(str(part.get("type")), "")) if isinstance(part, dict) else None
            if said is not None:
                yield from _part(part, said, {**where, said.counter: index})
    for name in sorted(texts):
        said = SAID[name]
        yield {**where, "type": f"response.{said.stem}.delta", "delta": item[name]}
        named = {"name": item.get("name")} if name == "arguments" else {}
        yield {**where, "type": f"response.{said.stem}.done", name: item[name], **named}
    yield {"type": "response.output_item.done", "output_index": where["output_index"], "item": item}


def _part(part: dict[str, Any], said: Said, where: dict[str, Any]) -> Iterator[Event]:
    text = part.get(said.name) or ""
    more = {"logprobs": part.get("logprobs") or []} if said.stem == "output_text" else {}
    yield {**where, "type": f"response.{said.part}.added", "part": {**part, said.name: ""}}
    yield {**where, "type": f"response.{said.stem}.delta", "delta": text, **more}
    yield {**where, "type": f"response.{said.stem}.done", said.name: text, **more}
    yield {**where, "type": f"response.{said.part}.done", "part": part}


class Numbered:
    """The same events under numbers of ours: some may have been held back or added on the way."""

    __slots__ = ("_count", "_response")

    def __init__(self, response: dict[str, Any]) -> None:
        self._count = 0
        self._response = response

    def feed(self, event: Event) -> Event:
        """The event as it is written."""
        response = event.get("response")
        self._response = response if isinstance(response, dict) else self._response
        numbered = {**event, "sequence_number": self._count}
        self._count += 1
        return numbered

    def fail(self, error: GatewayError) -> list[Event]:
        """The events that end a stream which cannot be finished."""
        told, failed = failure(error)
        response = {**self._response, "status": "failed", "error": failed}
        return [
            self.feed({"type": "error", **told}),
            self.feed({"type": "response.failed", "response": response}),
        ]
