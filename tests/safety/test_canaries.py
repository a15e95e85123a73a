"""Law 9: synthetic identifiers in every field and header, down every path of failure, are nowhere but in the answer."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import random
import sys
import threading

import pytest

from gateway.domain import Traced
from gateway.observability.logs import EventLog, take_over
from gateway.observability.vocabulary import Vocabulary
from gateway.state import in_force
from tests.kit import rows
from tests.kit.bad_upstreams import BAD
from tests.kit.patience import SOON_S, until
from tests.kit.ports import unused_port
from tests.kit.running import one_route
from tests.kit.search import forms, leaks
from tests.kit.servers import breaks_after, echoes, hangs, says, status


class Canaries:
    """Makes identifiers that are used once, and remembers them."""

    def __init__(self) -> None:
        self._random = random.Random(20261121)
        self.made: list[str] = []

    def __call__(self, where: str) -> str:
        letters = "".join(self._random.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(8))
        made = f"Zz{where.title().replace(' ', '')}{letters}"
        self.made.append(made)
        return made


@pytest.fixture
def canary():
    return Canaries()


@pytest.fixture
async def pair(start, upstream, monkeypatch):
    monkeypatch.setattr("gateway.upstream.collector.EVERY_S", 3600)  # `everything_of` fetches spans in its place
    server = await upstream()
    limits = f"""
server: {{commit_s: 0.2, body_timeout_s: 0.3, max_body_mb: 1}}
agents: {{helper: {{route: general}}}}
traces: {{otlp: "http://127.0.0.1:{unused_port()}"}}
"""
    return await start(one_route(server, limits)), server


HEADERS = (
    *(
        "user-agent",
        "referer",
        "x-patient-id",
        "x-request-id",
        "x-client-id",
        "x-bot-name",
        "x-forwarded-for",
        "cookie",
    ),
    *("x-stainless-os", "x-stainless-arch", "openai-organization", "openai-project", "anthropic-beta", "via", "from"),
    *("idempotency-key", "x-gateway-conversation", "x-gateway-request-id", "tracestate", "baggage", "traceparent"),
    *("accept-language", "x-api-key", "authorization", "forwarded"),
)


def headers_with(canary) -> dict[str, str]:
    """A canary in every header that a client in the field sends."""
    return {name: canary(name.replace("-", "")) for name in HEADERS} | {"x-clinic-task": canary("task")}


def chat_with(canary, **more) -> dict:
    """A canary in every field of a chat request, known and not."""
    c = canary
    return {
        "messages": [
            {"role": "system", "content": c("system"), "name": c("name")},
            {"role": "user", "content": [{"type": "text", "text": c("part")}], c("message key"): c("message field")},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": json.dumps({c("key"): c("argument")})}}
            ]},
            {"role": "tool", "tool_call_id": "c1", "content": c("result")},
            {"role": "user", "content": c("question")},
        ],
        "tools": [{"type": "function", "function": {"name": "f", "description": c("description"), "parameters": {
            "type": "object", "properties": {c("property"): {"enum": [c("enum")]}}}}}],
        "user": c("user"), "metadata": {"patient": c("metadata"), c("metadata key"): "x"}, "stop": [c("stop")],
        "safety_identifier": c("safety"), "prompt_cache_key": c("cache"), c("top key"): c("top value"),
        **more,
    }  # fmt: skip


def everything_of(gateway) -> list[bytes | str]:
    """All that the gateway keeps or shows beside the answer: log, metrics, how it is, spans, and every byte of its state."""
    gateway.gateway.watch.tell()  # as a scrape has it do
    tree = gateway.gateway.watch.look().tree()
    in_force.write_status(gateway.state_dir, number=1, tree=tree)
    state = [path.read_bytes() for path in gateway.state_dir.rglob("*") if path.is_file()]
    assert any(path.name.endswith(("-wal", ".db", ".sqlite")) for path in gateway.state_dir.rglob("*"))
    metrics = [gateway.gateway.metrics.render(accept)[1] for accept in ("", "application/openmetrics-text")]
    return [gateway.log.getvalue(), *metrics, json.dumps(tree), *spans_of(gateway), *state]


def spans_of(gateway) -> list[str]:
    """The spans of all requests that are over, as they would be sent; there are some, where there is a collector."""
    collector = gateway.gateway._parts.collector
    if collector is None:
        return []
    made = [json.dumps(tree) for tree in iter(lambda: collector.take()[0], None)]
    assert any("spanId" in tree for tree in made)
    return made


async def ask(gateway, path, body, headers) -> list[bytes | str]:
    """Everything that comes back but the text of a model."""
    async with gateway.client() as client:
        response = await client.post(path, json=body, headers=headers)
    return [str(response.headers.raw), response.content]


PATHS = {
    "answered": says("Fine."),
    "echoed": echoes(),
    "stream broken": breaks_after("Half"),
    **{f"upstream: {name}": answer for name, answer in BAD.items()},
}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("path", PATHS)
async def test_whatever_the_upstream_does_nothing_of_a_request_is_kept(pair, canary, path, streamed):
    gateway, server = pair
    server.answer = PATHS[path]
    body, headers = chat_with(canary, stream=streamed), headers_with(canary)
    back = await ask(gateway, "/v1/chat/completions", body, headers)
    await until(gateway.settled)
    assert leaks(canary.made, *everything_of(gateway)) == []
    if path != "echoed":
        assert leaks(canary.made, *back) == []
    assert leaks([*headers.values()], *[str(sent.headers) + sent.body.decode() for sent in server.sent]) == []


def said(**body):
    """The bytes of a request that says something."""
    return json.dumps({"messages": [{"role": "user", "content": "x"}], **body}).encode()


REFUSED = {
    "no json": lambda c: f'{{"messages": "{c("raw")}'.encode(),
    "wrong type": lambda c: said(messages=c("messages"), input={c("input"): 1}, prompt=[c("prompt")]),
    "unknown model": lambda c: said(model=c("model"), user=c("user")),
    "unknown agent": lambda c: said(metadata={"agent": c("agent")}),
    "unknown role": lambda c: said(messages=[{"role": c("role"), "content": c("text")}]),
    "unknown part": lambda c: said(messages=[{"role": "user", "content": [{"type": c("type"), c("k"): 1}]}]),
    "too deep": lambda c: (f'{{"{c("deep")}": ' + "[" * 200 + "]" * 200 + "}").encode(),
    "too long": lambda c: (f'{{"{c("long")}": "' + "x" * 2**20 + '"}').encode(),
}
FACADES = ("chat/completions", "embeddings", "messages")


@pytest.mark.parametrize("path", [*("/v1/" + end for end in FACADES), "/api/chat", "/api/generate", "/api/embed"])
@pytest.mark.parametrize("refused", REFUSED)
async def test_whatever_is_refused_is_not_repeated(pair, canary, path, refused):
    gateway, _ = pair
    content, headers = REFUSED[refused](canary), headers_with(canary)
    async with gateway.client() as client:
        response = await client.post(path, content=content, headers=headers)
        elsewhere = await client.get(f"/{canary('path')}?q={canary('query')}", headers=headers)
        model = await client.get(f"/v1/models/{canary('id')}", headers=headers)
    back = [str(answer.headers.raw) + answer.text for answer in (response, elsewhere, model)]
    assert leaks(canary.made, *everything_of(gateway), *back) == []


async def test_a_caller_that_goes_away_leaves_nothing_behind(pair, canary):
    gateway, server = pair
    server.answer = hangs()
    task = asyncio.create_task(ask(gateway, "/v1/chat/completions", chat_with(canary), headers_with(canary)))
    await server.received.wait()
    task.cancel()
    await asyncio.wait_for(server.cancelled.wait(), SOON_S)
    await until(gateway.settled)
    assert leaks(canary.made, *everything_of(gateway)) == []


async def test_of_the_callers_headers_none_is_forwarded(pair, canary):
    """x-patient-id, tracestate, baggage, x-stainless-*: none; nor an invalid traceparent."""
    gateway, server = pair
    await ask(gateway, "/v1/chat/completions", {"messages": [{"role": "user", "content": "Hi"}]}, headers_with(canary))
    names = {name.lower() for name in server.sent[0].headers}
    assert names <= {
        *("host", "content-type", "accept", "accept-encoding", "user-agent", "content-length", "traceparent"),
    }
    assert leaks(canary.made, str(server.sent[0].headers)) == []


async def test_a_provider_that_may_speak_speaks_to_the_caller_alone(start, upstream, canary):
    words = canary("provider words")
    server = await upstream(status(400, json.dumps({"error": {"message": words}}), "application/json"))
    config = one_route(server).replace("discover: true", "discover: true, relay_errors: true")
    gateway = await start(config)
    response = await gateway.chat()
    assert words in response.text
    assert leaks([words], *everything_of(gateway)) == []


async def test_series_stay_the_same_under_two_thousand_random_names(pair, canary):
    gateway, _ = pair

    def series() -> set:
        return {
            (sample.name, *sorted(sample.labels.items()))
            for family in gateway.gateway.metrics.registry.collect()
            for sample in family.samples
            if "process_" not in sample.name and "python_" not in sample.name and not sample.name.endswith("_created")
        }

    async with gateway.client() as client:

        async def fire(number: int) -> None:
            body = {
                "messages": [{"role": "user", "content": "Hi"}],
                "user": canary("user"),
                "metadata": {"a": canary("m")},
            }
            if number % 2:
                body["model"] = canary("model")
            headers = {
                "x-clinic-task": canary("task"),
                "x-client-id": canary("client"),
                "x-patient-id": canary("patient"),
            }
            path = "/v1/chat/completions" if number % 5 else f"/{canary('path')}"
            await client.post(path, json=body, headers=headers)

        for number in range(10):
            await fire(number)
        before = series()
        for batch in range(40):
            await asyncio.gather(*(fire(batch * 50 + number) for number in range(50)))
    # by kind and carrier, and by kind and result: made when one is found, or written so, for the first time
    closed = {"gateway_phi_detections_total", "gateway_audit_records_total"}
    assert {name for name, *_ in series() - before} <= closed
    assert len(series()) < 10_000
    assert leaks(canary.made[::50], *everything_of(gateway)) == []


# --- positive controls: the search finds what it looks for -----------------------------------------------------------


@pytest.mark.parametrize("form", sorted(forms("ZzSecretÄ42 &")))
def test_the_search_finds_every_form(form):
    assert leaks(["ZzSecretÄ42 &"], b"around " + form + b" it") == ["ZzSecretÄ42 &"]


def test_the_search_finds_nothing_where_nothing_is():
    assert leaks(["ZzSecret42"], b"nothing here", "nor here") == []


def test_the_search_would_find_a_leaking_logger():
    """What a careless line would look like, beside what becomes of it once our log has taken over."""
    secret = "ZzLeaking77"
    careless, ours = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(careless)
    logger = logging.getLogger("careless")
    logger.addHandler(handler)
    logger.warning("request was %s", json.dumps({"patient": secret}))
    assert leaks([secret], careless.getvalue()) == [secret]
    root, hooks = logging.getLogger(), (logging.raiseExceptions,)
    handlers, level = root.handlers[:], root.level
    unraisable, excepthook = sys.unraisablehook, threading.excepthook
    try:
        take_over(EventLog(Vocabulary(), stream=ours))
        logger.warning("request was %s", json.dumps({"patient": secret}))
    finally:
        root.handlers[:], logging.raiseExceptions = handlers, hooks[0]
        root.setLevel(level)
        logging.captureWarnings(capture=False)
        sys.unraisablehook, threading.excepthook = unraisable, excepthook
    assert ours.getvalue() != ""
    assert leaks([secret], ours.getvalue()) == []


@pytest.mark.parametrize("place", ["label", "help", "span", "state"])
async def test_a_leak_into_metrics_or_files_would_be_found(pair, canary, place):
    """The control: what is planted is found, so that nothing found means something."""
    gateway, _ = pair
    planted = canary("planted")
    await gateway.chat()
    if place == "label":
        gateway.gateway.metrics._families.queue_waiting(planted).set(1)
    elif place == "help":
        gateway.gateway.metrics._families.scan._documentation = planted
    elif place == "span":
        gateway.gateway.events.emit(rows.settled(traced=Traced(planted, planted)))
    else:
        (gateway.state_dir / "note.tmp").write_bytes(planted[::-1].encode())
    assert leaks([planted], *everything_of(gateway)) == [planted]
