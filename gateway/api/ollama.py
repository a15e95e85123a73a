"""The Ollama facade: the native API of Ollama's clients, over every target; takes no decision, manages no model.

Source: Ollama's API documentation and its server's routes. A stream is NDJSON, and every write ends with a whole line:
there are clients that drop a line which arrives in two pieces.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import orjson
from typing_extensions import override

from gateway.api.calls import call_of, checked_body
from gateway.api.front import Facade, Handler, Visit, cors_headers
from gateway.api.streams import StreamWriter, stream
from gateway.domain import Dialect, Operation, Tree
from gateway.errors import GatewayError, InvalidRequest, PermissionDenied, UpstreamFailed
from gateway.pipeline import Pipeline
from gateway.routing.resolve import known, listing
from gateway.wire.ollama import catalogue, reply, validation
from gateway.wire.ollama.reply import Shape, Stream, Timing, as_chat, as_generate

MODIFIED_AT = "2025-01-01T00:00:00Z"
"""The API wants a date for each model, and our names have none."""


class OllamaFacade:
    """Endpoints bound to one pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def facade(self) -> Facade:
        exact: dict[tuple[str, str], Handler] = {
            ("POST", "/api/chat"): self.chat,
            ("POST", "/api/generate"): self.generate,
            ("POST", "/api/embed"): self.embed,
            ("POST", "/api/embeddings"): self.embeddings,
            ("POST", "/api/show"): self.show,
            ("GET", "/api/tags"): self.tags,
            ("GET", "/api/ps"): self.running,
            ("GET", "/api/version"): self.version,
        }
        exact |= {("POST", f"/api/{name}"): self.administrative for name in catalogue.ADMINISTRATIVE}
        exact[("DELETE", "/api/delete")] = self.administrative
        prefixed = {(method, "/api/blobs/"): self.administrative for method in ("POST", "HEAD")}
        return Facade(Dialect.OLLAMA, exact, prefixed, banner=catalogue.BANNER)

    async def chat(self, visit: Visit) -> None:
        await self._converse(visit, validation.validate_chat, as_chat, key="messages")

    async def generate(self, visit: Visit) -> None:
        await self._converse(visit, validation.validate_generate, as_generate, key="prompt")

    async def _converse(self, visit: Visit, validate: Callable[[Tree], None], shape: Shape, *, key: str) -> None:
        clock = _Clock()
        async with checked_body(visit) as tree:
            validate(tree)
            if validation.loads_only(tree, key=key):
                model = _known(visit, tree)
                unloaded = tree.get("keep_alive") in {0, "0"}
                await _json(visit, reply.loaded(shape, model=model, created_at=clock.now(), unloaded=unloaded))
                return
            call = call_of(visit, tree, Operation.CHAT, Dialect.OLLAMA, stream=tree.get("stream") is not False)
            async with visit.exchange.while_connected():
                if call.stream:
                    await stream(visit, self._pipeline, call, _LineWriter(shape, clock))
                    return
                answer = await self._pipeline.answer(call, default_agent=visit.listener.default_agent)
            made = _whole(answer.tree)
            body = reply.from_hub(made, shape, model=str(made.get("model") or ""), timing=clock.timing())
            await _json(visit, body, headers=answer.headers)

    async def embed(self, visit: Visit) -> None:
        await self._embed(visit, validation.validate_embed, key="input")

    async def embeddings(self, visit: Visit) -> None:
        """The older form: one prompt, one vector."""
        await self._embed(visit, validation.validate_embeddings, key="prompt")

    async def _embed(self, visit: Visit, validate: Callable[[Tree], None], *, key: str) -> None:
        clock = _Clock()
        async with checked_body(visit) as tree:
            validate(tree)
            if validation.loads_only(tree, key=key):
                nothing: Tree = (
                    {"embedding": []} if key == "prompt" else {"model": _known(visit, tree), "embeddings": []}
                )
                await _json(visit, nothing)
                return
            call = call_of(visit, tree, Operation.EMBEDDINGS, Dialect.OLLAMA, stream=False)
            async with visit.exchange.while_connected():
                answer = await self._pipeline.answer(call, default_agent=visit.listener.default_agent)
            made = _whole(answer.tree)
            if key == "prompt":
                body = reply.embeddings_from_hub(made)
            else:
                body = reply.embed_from_hub(made, model=str(made.get("model") or ""), timing=clock.timing())
            await _json(visit, body, headers=answer.headers)

    async def tags(self, visit: Visit) -> None:
        names = listing(visit.settings.table, visit.caller)
        await _json(visit, catalogue.tags(names, modified_at=MODIFIED_AT))

    async def show(self, visit: Visit) -> None:
        """One model, named as `model` or, by older clients, as `name`."""
        async with checked_body(visit) as tree:
            name = tree.get("model") or tree.get("name")
            if not isinstance(name, str):
                raise InvalidRequest("model: must be a string.", param="model")
            route = known(visit.settings.table, visit.caller, name)
            first = route.targets[0]
            does = "embedding" if route.operation is Operation.EMBEDDINGS else "completion"
            can = [str(capability) for capability in sorted(first.capabilities) if capability in {"vision", "tools"}]
            body = catalogue.show(modified_at=MODIFIED_AT, capabilities=[does, *can], context=first.context)
            await _json(visit, body)

    async def running(self, visit: Visit) -> None:
        """No model is reported as loaded: a route may lead to several servers, and only they know."""
        await _json(visit, catalogue.running())

    async def version(self, visit: Visit) -> None:
        await _json(visit, catalogue.version())

    async def administrative(self, _visit: Visit) -> None:
        """Never proxied: what changes a server is done on that server.

        Raises:
            PermissionDenied: always.
        """
        raise PermissionDenied(
            "Models are not managed through this gateway. Use `ollama` on the machine that serves the model."
        )


def _known(visit: Visit, tree: Tree) -> str:
    """The model named, which must be one that the caller may use; "" when none is named."""
    name = tree.get("model")
    if not isinstance(name, str) or not name:
        return ""
    known(visit.settings.table, visit.caller, name)
    return name


def _whole(tree: Tree | None) -> Tree:
    if tree is None:
        raise UpstreamFailed("The provider answered with nothing that can be read as a reply.")
    return tree


async def _json(visit: Visit, body: Tree, *, headers: Mapping[str, str] | None = None) -> None:
    await visit.json(body, headers={**(headers or {}), **cors_headers(visit.exchange, visit.settings)})


class _Clock:
    """When a request began, and how long ago that and its first content are."""

    def __init__(self) -> None:
        self._began = time.perf_counter_ns()
        self._content_ns = 0

    def now(self) -> str:
        """RFC 3339 in UTC, as Ollama writes it."""
        return datetime.now(UTC).isoformat().replace("+00:00", "Z")

    def content(self) -> None:
        """The first content is here."""
        self._content_ns = self._content_ns or time.perf_counter_ns() - self._began

    def timing(self) -> Timing:
        total = time.perf_counter_ns() - self._began
        return Timing(self.now(), total_ns=total, first_content_ns=self._content_ns or total)


class _LineWriter(StreamWriter):
    """NDJSON; a stream that breaks ends with an `error` line and without `done`. It has no room for heartbeats."""

    content_type = "application/x-ndjson"
    may_commit_early = False

    def __init__(self, shape: Shape, clock: _Clock) -> None:
        self._shape = shape
        self._clock = clock
        self._stream: Stream | None = None

    @override
    def event(self, event: Tree) -> bytes:
        self._clock.content()
        return _lines(self._of(event).feed(event, created_at=self._clock.now()))

    @override
    def error(self, error: GatewayError) -> bytes:
        return _lines([{"error": error.message}])

    @override
    def end(self) -> bytes:
        return b"" if self._stream is None else _lines(self._stream.finish(self._clock.timing()))

    @override
    def heartbeat(self) -> bytes:
        return b""

    @override
    def trailer(self, headers: Mapping[str, str]) -> bytes:
        return b""

    def _of(self, event: Tree) -> Stream:
        if self._stream is None:
            self._stream = Stream(str(event.get("model") or ""), self._shape)
        return self._stream


def _lines(lines: Iterable[Tree]) -> bytes:
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)
