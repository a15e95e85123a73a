"""The OpenAI facade: chat completions, embeddings and models, as any OpenAI SDK expects them; takes no decision.

Source: OpenAI API reference. Endpoints that would make the gateway keep something for a caller do not exist here.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from typing_extensions import override

from gateway.api.calls import call_of, checked_body
from gateway.api.front import Facade, Handler, Visit, cors_headers
from gateway.api.streams import StreamWriter, stream
from gateway.domain import Dialect, Operation, Tree
from gateway.errors import GatewayError, MethodNotAllowed, NotFound
from gateway.pipeline import Pipeline
from gateway.routing.resolve import known, listing
from gateway.wire.errors import envelope
from gateway.wire.framing import sse
from gateway.wire.openai.validation import validate_chat, validate_embeddings

CREATED = 1_735_689_600
"""2025-01-01: the API wants a date of creation for each model, and our names have none."""
STORED = (
    "This gateway keeps no completions, and reaches none that a provider stored because of `store`. "
    "Ask that provider itself."
)


class OpenAiFacade:
    """Endpoints bound to one pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def facade(self) -> Facade:
        exact: dict[tuple[str, str], Handler] = {}
        prefixed: dict[tuple[str, str], Handler] = {}
        for base in ("/v1", ""):
            exact[("POST", f"{base}/chat/completions")] = self.chat
            exact[("POST", f"{base}/embeddings")] = self.embeddings
            exact[("GET", f"{base}/models")] = self.models
            exact[("GET", f"{base}/chat/completions")] = self.stored_list
            prefixed[("GET", f"{base}/models/")] = self.model
            for method in ("GET", "POST", "DELETE"):
                prefixed[(method, f"{base}/chat/completions/")] = self.stored
        return Facade(Dialect.OPENAI, exact, prefixed)

    async def chat(self, visit: Visit) -> None:
        async with checked_body(visit) as tree:
            validate_chat(tree)
            call = call_of(visit, tree, Operation.CHAT, Dialect.OPENAI, stream=tree.get("stream") is True)
            async with visit.exchange.while_connected():
                if call.stream:
                    await stream(visit, self._pipeline, call, _SseWriter(visit.exchange.request_id))
                    return
                answer = await self._pipeline.answer(call, default_agent=visit.listener.default_agent)
            await visit.json(answer.tree, headers={**answer.headers, **cors_headers(visit.exchange, visit.settings)})

    async def embeddings(self, visit: Visit) -> None:
        async with checked_body(visit) as tree:
            validate_embeddings(tree)
            call = call_of(visit, tree, Operation.EMBEDDINGS, Dialect.OPENAI, stream=False)
            async with visit.exchange.while_connected():
                answer = await self._pipeline.answer(call, default_agent=visit.listener.default_agent)
            await visit.json(answer.tree, headers={**answer.headers, **cors_headers(visit.exchange, visit.settings)})

    async def models(self, visit: Visit) -> None:
        names = listing(visit.settings.table, visit.caller)
        await visit.json(
            {"object": "list", "data": [_model(name) for name in names]},
            headers=cors_headers(visit.exchange, visit.settings),
        )

    async def model(self, visit: Visit) -> None:
        """One model by its id, which may hold `/` and `:`."""
        name = visit.params["rest"]
        known(visit.settings.table, visit.caller, name)
        await visit.json(_model(name), headers=cors_headers(visit.exchange, visit.settings))

    async def stored_list(self, _visit: Visit) -> None:
        """Refused and not answered with an empty list: a provider may well have stored something.

        Raises:
            MethodNotAllowed: always.
        """
        raise MethodNotAllowed(STORED, allow=("POST",))

    async def stored(self, _visit: Visit) -> None:
        """One stored completion, whose id a caller cannot know: ids in our replies are ours.

        Raises:
            NotFound: always.
        """
        raise NotFound(STORED)


def _model(name: str) -> Tree:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "gateway"}


class _SseWriter(StreamWriter):
    """Chunks as server-sent events; a stream that breaks ends with an error event and without `[DONE]`."""

    content_type = "text/event-stream; charset=utf-8"
    may_commit_early = True

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id

    @override
    def event(self, event: Tree) -> bytes:
        return sse.encode(orjson.dumps(event))

    @override
    def error(self, error: GatewayError) -> bytes:
        return sse.encode(orjson.dumps(envelope(error, Dialect.OPENAI, request_id=self._request_id)))

    @override
    def end(self) -> bytes:
        return sse.encode(sse.DONE)

    @override
    def heartbeat(self) -> bytes:
        return sse.comment("waiting")

    @override
    def trailer(self, headers: Mapping[str, str]) -> bytes:
        return sse.comment(" ".join(f"{name}={value}" for name, value in headers.items()))
