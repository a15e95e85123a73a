"""The Anthropic facade: messages, token counts and models, as Anthropic's SDKs expect them; takes no decision.

Source: Anthropic API reference, "Messages" and "Streaming messages". Batches and files do not exist here: they would
make the gateway keep something for a caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import orjson
from typing_extensions import override

from gateway.api.calls import call_of, checked_body
from gateway.api.front import Facade, Handler, Visit, cors_headers
from gateway.api.streams import StreamWriter, stream
from gateway.domain import Dialect, Operation, Tree
from gateway.errors import GatewayError, UpstreamFailed
from gateway.pipeline import Pipeline
from gateway.routing.resolve import known, listing
from gateway.wire.anthropic import catalogue, tokens
from gateway.wire.anthropic.reply import from_hub
from gateway.wire.anthropic.stream import Event, Stream
from gateway.wire.anthropic.validation import validate, validate_count
from gateway.wire.errors import envelope
from gateway.wire.framing import sse

CREATED_AT = "2025-01-01T00:00:00Z"
"""The API wants a date for each model, and our names have none."""


class AnthropicFacade:
    """Endpoints bound to one pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def facade(self) -> Facade:
        exact: dict[tuple[str, str], Handler] = {
            ("POST", "/v1/messages"): self.messages,
            ("POST", "/v1/messages/count_tokens"): self.count_tokens,
            ("GET", "/v1/models"): self.models,
        }
        return Facade(Dialect.ANTHROPIC, exact, {("GET", "/v1/models/"): self.model})

    async def messages(self, visit: Visit) -> None:
        async with checked_body(visit) as tree:
            validate(tree)
            call = call_of(visit, tree, Operation.CHAT, Dialect.ANTHROPIC, stream=tree.get("stream") is True)
            async with visit.exchange.while_connected():
                if call.stream:
                    await stream(visit, self._pipeline, call, _EventWriter(visit.exchange.request_id))
                    return
                answer = await self._pipeline.answer(call, default_agent=visit.listener.default_agent)
            message = _message(answer.tree, visit.exchange.request_id)
            await visit.json(message, headers={**answer.headers, **cors_headers(visit.exchange, visit.settings)})

    async def count_tokens(self, visit: Visit) -> None:
        """An estimate, made here whatever the target: counting must not be a way for text to leave."""
        async with checked_body(visit) as tree:
            validate_count(tree)
            count = {"input_tokens": tokens.estimate(tree)}
            headers = {"x-gateway-token-count": "estimate", **cors_headers(visit.exchange, visit.settings)}
            await visit.json(count, headers=headers)

    async def models(self, visit: Visit) -> None:
        """All models on one page, whatever page was asked for."""
        names = listing(visit.settings.table, visit.caller)
        body = catalogue.page(names, created_at=CREATED_AT)
        await visit.json(body, headers=cors_headers(visit.exchange, visit.settings))

    async def model(self, visit: Visit) -> None:
        name = visit.params["rest"]
        known(visit.settings.table, visit.caller, name)
        body = catalogue.model(name, created_at=CREATED_AT)
        await visit.json(body, headers=cors_headers(visit.exchange, visit.settings))


def _message(tree: Tree | None, request_id: str) -> Tree:
    """The reply in this dialect; a Claude target's own is there already."""
    if tree is None:
        raise UpstreamFailed("The provider answered with nothing that can be read as a reply.")
    return tree if tree.get("type") == "message" else from_hub(tree, model=_model(tree), message_id=_id(request_id))


def _model(tree: Tree) -> str:
    return str(tree.get("model") or "")


def _id(request_id: str) -> str:
    return "msg_" + request_id.removeprefix("req_")


class _EventWriter(StreamWriter):
    """Named server-sent events; a stream that breaks ends with an `error` event and without `message_stop`."""

    content_type = "text/event-stream; charset=utf-8"
    may_commit_early = True

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id
        self._stream: Stream | None = None

    @override
    def event(self, event: Tree) -> bytes:
        if "choices" not in event:  # a Claude target's own
            return _encoded([(str(event.get("type")), event)])
        if self._stream is None:
            self._stream = Stream(_model(event), _id(self._request_id))
        return _encoded(self._stream.feed(event))

    @override
    def error(self, error: GatewayError) -> bytes:
        return _encoded([("error", envelope(error, Dialect.ANTHROPIC, request_id=self._request_id))])

    @override
    def end(self) -> bytes:
        return b"" if self._stream is None else _encoded(self._stream.finish())

    @override
    def heartbeat(self) -> bytes:
        return _encoded([("ping", {"type": "ping"})])

    @override
    def trailer(self, headers: Mapping[str, str]) -> bytes:
        return sse.comment(" ".join(f"{name}={value}" for name, value in headers.items()))


def _encoded(events: Iterable[Event]) -> bytes:
    return b"".join(sse.encode(orjson.dumps(data), name=name) for name, data in events)
