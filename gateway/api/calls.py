"""From a request to a `Call`: the body within its limits, the claims of its headers; invents no claim."""

from __future__ import annotations

from functools import partial

from gateway.api.front import AuthenticatedRequest
from gateway.domain import Complexity, Tree
from gateway.errors import InvalidRequest
from gateway.pipeline.aside import LARGE_BYTES, LARGE_VALUES
from gateway.wire.endpoint import Call, Endpoint
from gateway.wire.framing import multipart
from gateway.wire.json_body import read_object, values_in
from gateway.wire.openai import forms

MAX_NAME_CHARS = 256
MAX_BETA_CHARS = 2_048
PRIORITIES = ("realtime", "batch")


class CheckedBody:
    """As `async with` gives it: the JSON object of the body, or its form where the endpoint takes one.

    It counts against the budget as it arrives and for as long as the request lives.

    Raises:
        Overloaded: all bodies together would be too much for the process.
        InvalidRequest, PayloadTooLarge, RequestTimeout: as the body was.
    """

    __slots__ = ("_endpoint", "_request", "_share")

    def __init__(self, request: AuthenticatedRequest, endpoint: Endpoint | None = None) -> None:
        self._request = request
        self._endpoint = endpoint
        self._share = request.in_flight.body(request.settings.limits.body_budget)

    async def __aenter__(self) -> Tree:
        try:
            return await self._read()
        except BaseException:
            self._share.give_back()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._share.give_back()

    async def _read(self) -> Tree:
        """What was parsed, which is all that there is from here on."""
        request, share, endpoint = self._request, self._share, self._endpoint
        limits = request.settings.limits
        announced = request.exchange.header("content-length")
        if announced.isdigit() and int(announced) <= limits.max_body:
            share.hold(int(announced))
        body = await request.exchange.body(limit=limits.max_body, deadline_s=limits.body_timeout_s, hold=share.hold)
        size = len(body)
        kind = request.exchange.header("content-type")
        if endpoint is not None and endpoint.form and multipart.is_form(kind):
            request.large = size > LARGE_BYTES
            return await request.aside(partial(_form, body, kind, endpoint), large=request.large)
        values = await request.aside(partial(values_in, body), large=size > LARGE_BYTES)
        share.hold(size, values=values)
        request.large = size > LARGE_BYTES or values > LARGE_VALUES
        return await request.aside(partial(read_object, body), large=request.large)


def _form(body: bytearray, kind: str, endpoint: Endpoint) -> Tree:
    return forms.read(multipart.read(body, kind), endpoint.fields)


def call_of(request: AuthenticatedRequest, tree: Tree, endpoint: Endpoint) -> Call:
    """The call that the pipeline takes.

    Agents are claimed by the base URL (`/agent/<tag>/…`), the agent header, the task header or `metadata.agent`.
    """
    exchange, names = request.exchange, request.settings.headers
    model = exchange.deployment or tree.get("model")
    claimed = {exchange.tag, exchange.header(names.agent), _metadata_agent(tree)}
    claimed.add(request.settings.table.agent_of_task(exchange.header(names.task)))
    if any(len(name) > MAX_NAME_CHARS for name in claimed):
        raise InvalidRequest("The name of an agent is too long.")
    return Call(
        endpoint=endpoint,
        payload=tree,
        model=model if isinstance(model, str) else "",
        stream=endpoint.streams(tree),
        caller=request.caller,
        request_id=exchange.request_id,
        claimed_agents=frozenset(claimed - {""}),
        claimed_route=exchange.header(names.route),
        conversation=exchange.header(names.conversation)[:MAX_NAME_CHARS],
        betas=_betas(exchange.header("anthropic-beta")),
        version=exchange.header("anthropic-version"),
        batch=_batch(exchange.header(names.priority), names.priority),
        large=request.large,
        labels=_labels(exchange.header(names.label), tree),
        complexity=_one_of(exchange.header(names.complexity), names.complexity, *Complexity),
        emergency=request.held.emergency,
        traced=exchange.traced,
    )


def _labels(header: str, tree: Tree) -> frozenset[str]:
    """Labels of the header, several with commas between them, and of `metadata.label`."""
    return frozenset(_several(header)).union(metadata_labels(tree))


def _batch(said: str, header: str) -> bool | None:
    """Whether a request goes last where requests queue; None where it does not say."""
    word = _one_of(said, header, *PRIORITIES)
    return word == "batch" if word else None


def _one_of(said: str, header: str, *words: str) -> str:
    """One of `words`, or "" where the header says nothing."""
    word = said.strip().lower()
    if word and word not in words:
        raise InvalidRequest(f"The header `{header}` says {' or '.join(f'`{one}`' for one in words)}.")
    return word


def _several(header: str) -> list[str]:
    return [word for part in header.split(",") if (word := part.strip())]


def _betas(header: str) -> tuple[str, ...]:
    """The words of `anthropic-beta`; only those of a closed set ever leave."""
    return tuple(word for part in header[:MAX_BETA_CHARS].split(",") if (word := part.strip()))


def metadata_labels(tree: Tree) -> frozenset[str]:
    """The labels of `metadata.label`: a word, or a list of words. Raises `InvalidRequest` for anything else."""
    metadata = tree.get("metadata")
    said = metadata.get("label") if isinstance(metadata, dict) else None
    listed = said if isinstance(said, list) else [] if said is None else [said]
    words = [word.strip() for word in listed if isinstance(word, str)]
    if len(words) < len(listed) or "" in words:
        raise InvalidRequest("`metadata.label` must be a label, or a list of labels.", param="metadata.label")
    return frozenset(words)


def _metadata_agent(tree: Tree) -> str:
    metadata = tree.get("metadata")
    agent = metadata.get("agent") if isinstance(metadata, dict) else None
    return agent if isinstance(agent, str) else ""
