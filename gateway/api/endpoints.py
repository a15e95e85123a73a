"""Answers the rows of the table of operations and of what is looked up beside it; takes no decision."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from typing_extensions import override

from gateway.api.calls import CheckedBody, call_of
from gateway.api.front import AuthenticatedRequest, Facade, Handler
from gateway.api.streams import stream
from gateway.domain import Capability, Dialect
from gateway.errors import InvalidRequest, NoWebSocket, UpstreamFailed
from gateway.pipeline import Pipeline
from gateway.routing.resolve import known, listing
from gateway.wire import operations
from gateway.wire.endpoint import Endpoint
from gateway.wire.listing import Listing, Refusal
from gateway.wire.ollama import catalogue
from gateway.wire.writer import Answering, Clock, Timing


def facades(pipeline: Pipeline) -> Mapping[str, Facade]:
    """The endpoints of every dialect, by its name in the configuration."""
    return {str(dialect): _facade(dialect, pipeline) for dialect in Dialect}


async def serve(endpoint: Endpoint, pipeline: Pipeline, request: AuthenticatedRequest) -> None:
    """Answer one request: check it, send it down the pipeline, write what comes back in the caller's words.

    Raises:
        GatewayError: it may not or cannot be answered, and nothing was sent yet.
    """
    clock = RequestClock()
    async with CheckedBody(request, endpoint) as tree:
        answering = Answering(request.exchange.request_id, clock, tree)
        await request.aside(partial(endpoint.validate, tree), large=request.large)
        here = await request.aside(partial(endpoint.here, tree, answering), large=request.large)
        if here is not None:
            if here.model:
                known(request.settings.table, request.caller, here.model)
            await request.json(here.tree, headers=here.headers)
            return
        call = call_of(request, tree, endpoint)
        async with request.exchange.while_connected():
            if call.stream and endpoint.writer is not None:
                await stream(request, pipeline, call, endpoint.writer(answering))
                return
            agent = request.listener.default_agent
            answer = await pipeline.answer(call, default_agent=agent, ended_by=request.ended_by)
        if answer.tree is None:
            raise UpstreamFailed("The provider answered with nothing that can be read as a reply.")
        made = endpoint.whole(answer.tree, answer.shape, answering)
        if media := endpoint.media(tree):
            text = str(made.get("text") or "")
            await request.exchange.reply(200, {"content-type": media, **answer.headers}, text.encode())
            return
        await request.json(made, headers=answer.headers)


class RequestClock(Clock):
    """When a request began, and how long ago that and its first content are."""

    __slots__ = ("_began", "_content_ns")

    def __init__(self) -> None:
        self._began = time.perf_counter_ns()
        self._content_ns = 0

    @override
    def now(self) -> str:
        return datetime.now(UTC).isoformat().replace("+00:00", "Z")

    @override
    def content(self) -> None:
        self._content_ns = self._content_ns or time.perf_counter_ns() - self._began

    @override
    def timing(self) -> Timing:
        total = time.perf_counter_ns() - self._began
        return Timing(self.now(), total_ns=total, first_content_ns=self._content_ns or total)


def _facade(dialect: Dialect, pipeline: Pipeline) -> Facade:
    exact: dict[tuple[str, str], Handler] = {
        ("POST", path): partial(serve, row, pipeline)
        for row in operations.ENDPOINTS
        if row.dialect is dialect
        for path in row.paths
    }
    below: dict[tuple[str, str], Handler] = {}
    for listed in operations.LISTINGS:
        if listed.dialect is dialect:
            exact |= {("GET", path): partial(_page, listed, pipeline) for path in listed.paths}
            below |= {("GET", f"{path}/"): partial(_one, listed) for path in listed.paths if listed.one}
    for refusal in operations.REFUSALS:
        if refusal.dialect is dialect:
            ways = [(method, path) for method in refusal.methods for path in refusal.paths]
            if refusal.below:
                below |= {(method, f"{path}/"): partial(_refuse, refusal) for method, path in ways}
            else:
                exact |= dict.fromkeys(ways, partial(_refuse, refusal))
    if dialect is catalogue.DIALECT:
        exact["POST", catalogue.SHOW] = _show
    mark, banner = operations.MARKS.get(dialect, ""), operations.BANNERS.get(dialect, "")
    return Facade(dialect, exact, below, mark=mark, banner=banner)


async def _page(listed: Listing, pipeline: Pipeline, request: AuthenticatedRequest) -> None:
    table, caller = request.settings.table, request.caller
    names = listing(table, caller)
    if listed.in_memory:
        firsts = {name: known(table, caller, name).targets[0] for name in names}
        loaded = await pipeline.loaded(firsts.values())
        names = tuple(name for name, target in firsts.items() if target.name in loaded)
    await request.json(listed.page(names))


async def _one(listed: Listing, request: AuthenticatedRequest) -> None:
    """One model by its id, which may hold `/` and `:`."""
    name = request.params["rest"]
    known(request.settings.table, request.caller, name)
    if listed.one is not None:
        await request.json(listed.one(name))


async def _refuse(refusal: Refusal, request: AuthenticatedRequest) -> None:
    if request.exchange.header("sec-websocket-key"):  # the offer itself was declined before (`connection.py`)
        raise NoWebSocket("There is no WebSocket here: send the request over HTTP, and take the answer as a stream.")
    raise refusal.error(refusal.message)


async def _show(request: AuthenticatedRequest) -> None:
    """One model of Ollama's list, named as `model` or, by older clients, as `name`."""
    async with CheckedBody(request) as tree:
        name = tree.get("model") or tree.get("name")
        if not isinstance(name, str):
            raise InvalidRequest("model: must be a string.", param="model")
        route = known(request.settings.table, request.caller, name)
        first = route.targets[0]
        does = "embedding" if route.operation.capability is Capability.EMBEDDINGS else "completion"
        can = [str(capability) for capability in sorted(first.capabilities) if capability in {"vision", "tools"}]
        await request.json(catalogue.show(capabilities=[does, *can], context=first.context))
