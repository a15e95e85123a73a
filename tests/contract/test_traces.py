"""Traces: what a collector on the premises is sent of a request, and who is told which trace it belongs to."""

from __future__ import annotations

import json

import pytest

from tests.kit import written
from tests.kit.collector import Collector
from tests.kit.patience import until
from tests.kit.servers import hangs, says, status
from tests.kit.two_places import CLEAN

TRACE, ABOVE = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{ABOVE}-01"
NAMED = "Please call Mr. Zebulon Quarkenbusch, MRN 8675309."
PHI_STAYS = {
    "all.yaml": "version: 1\nrules: [{id: stays, why: PHI stays., when: {phi: [any]}, then: {require: [on_prem]}}]\n"
}


@pytest.fixture
async def collector(upstream, monkeypatch):
    monkeypatch.setattr("gateway.upstream.collector.EVERY_S", 0.02)
    return Collector(await upstream())


def traced(collector, *servers, share=1.0, away=(), **more) -> str:
    """The configuration of a gateway that tells the collector; `servers` are asked in turn, at home or away."""
    providers = {
        f"p{at}": written.away(server, baa=away[at - 1]) if at <= len(away) else written.at_home(server)
        for at, server in enumerate(servers, 1)
    }
    targets = {f"t{at}": f"p{at}/m{at}" for at in range(1, len(servers) + 1)}
    traces = {"otlp": collector.address, "share": share}
    return written.config(providers=providers, targets=targets, routes={"general": [*targets]}, traces=traces, **more)


def by_name(spans) -> dict:
    return {span.name: span for span in spans}


async def test_a_whole_answer(start, upstream, collector):
    server = await upstream()
    gateway = await start(traced(collector, server))
    answer = await gateway.chat(headers={"traceparent": PARENT})
    spans = by_name(await collector.has(1))
    assert {(span.name, span.kind) for span in spans.values()} == {
        *(("chat general", "server"), ("chat m1", "client")),
        *((step, "internal") for step in ("scan", "decide", "prepare", "restore")),
    }
    request, attempt = spans["chat general"], spans["chat m1"]
    assert {span.trace_id for span in spans.values()} == {TRACE}
    assert request.parent_id == ABOVE
    assert {spans[name].parent_id for name in ("chat m1", "scan", "decide", "restore")} == {request.span_id}
    assert spans["prepare"].parent_id == attempt.span_id
    assert len({span.span_id for span in spans.values()}) == len(spans)
    assert server.sent[0].headers["traceparent"] == f"00-{TRACE}-{attempt.span_id}-01"
    assert (
        request.attributes
        | {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "p1",
            "gen_ai.request.model": "m1",
            "gen_ai.usage.input_tokens": 11,
            "gen_ai.usage.output_tokens": 5,
            "http.response.status_code": 200,
            "gateway.route": "general",
            "gateway.target": "t1",
            "gateway.caller": "anonymous",
            "gateway.outcome": "ok",
            "gateway.request_id": answer.headers["x-gateway-request-id"],
        }
        == request.attributes
    )
    assert attempt.attributes | {"gateway.result": "ok", "gateway.target": "t1"} == attempt.attributes
    assert not any(span.failed for span in spans.values())


async def test_a_stream_says_when_its_first_content_came(start, upstream, collector):
    gateway = await start(traced(collector, await upstream()))
    await gateway.chat(stream=True, headers={"traceparent": PARENT})
    spans = by_name(await collector.has(1))
    request, restore = spans["chat general"], spans["restore"]
    assert request.began_ns < request.events["first_token"] <= request.ended_ns
    assert (restore.began_ns, restore.parent_id) == (request.events["first_token"], request.span_id)


async def test_each_attempt_is_a_span_with_its_cause(start, upstream, collector):
    first, second = await upstream(status(503)), await upstream(says("Second."))
    gateway = await start(traced(collector, first, second))
    assert (await gateway.chat(headers={"traceparent": PARENT})).status_code == 200
    spans = by_name(await collector.has(1))
    failed, made = spans["chat m1"], spans["chat m2"]
    assert (failed.failed, failed.attributes["error.type"], made.failed) == (True, "overloaded", False)
    assert failed.parent_id == made.parent_id == spans["chat general"].span_id
    assert [server.sent[0].headers["traceparent"][36:52] for server in (first, second)] == [
        failed.span_id,
        made.span_id,
    ]


async def test_what_leaves_shows_how_long_its_record_took(start, upstream, collector):
    gateway = await start(traced(collector, await upstream(), away=[True]), PHI_STAYS)
    assert (await gateway.chat(CLEAN)).status_code == 200
    spans = by_name(await collector.has(1))
    assert spans["record"].parent_id == spans["chat m1"].span_id


@pytest.mark.parametrize(("path", "code"), [("/v1/chat/completions", 400), ("/v1/nothing", 404)])
async def test_what_is_refused_has_a_span_too(start, upstream, collector, path, code):
    """Before the pipeline sees it, and after."""
    gateway = await start(traced(collector, await upstream()))
    async with gateway.client() as client:
        assert (await client.post(path, json={"messages": 7}, headers={"traceparent": PARENT})).status_code == code
    (span,) = await collector.has(1)
    assert (span.trace_id, span.parent_id, span.failed) == (TRACE, ABOVE, False)
    assert (span.attributes["http.response.status_code"], span.attributes["gateway.outcome"]) == (code, "client_error")


async def test_a_request_that_policy_refuses_has_no_attempt(start, upstream, collector):
    gateway = await start(traced(collector, await upstream(), away=[True]), PHI_STAYS)
    assert (await gateway.chat(NAMED)).status_code == 403
    spans = by_name(await collector.has(1))
    assert spans.keys() == {"chat general", "scan", "decide"}
    assert spans["chat general"].attributes["gateway.decision_reason"] == "trait_missing"


@pytest.mark.parametrize(("baa", "told"), [(True, True), (False, False)])
async def test_a_cloud_is_told_of_the_trace_under_a_baa_only(start, upstream, collector, baa, told):
    cloud = await upstream()
    gateway = await start(traced(collector, cloud, away=[baa]), PHI_STAYS)
    assert (await gateway.chat(CLEAN, headers={"traceparent": PARENT})).status_code == 200
    await collector.has(1)
    assert ("traceparent" in cloud.sent[0].headers) is told
    assert TRACE not in str(cloud.sent[0].headers)
    assert {"tracestate", "baggage"}.isdisjoint(name.lower() for name in cloud.sent[0].headers)


async def test_a_cloud_reads_one_trace_as_one_and_no_digit_of_its_id(start, upstream, collector):
    """A number of somebody's has room in 32 digits."""
    first, second = await upstream(), await upstream()
    gateway = await start(traced(collector, first, second, away=[True, True]), PHI_STAYS)
    for parent in (PARENT, PARENT, PARENT.replace(TRACE, "0000000000000000000004155550132a")):
        assert (await gateway.chat(CLEAN, headers={"traceparent": parent})).status_code == 200
    one, again, other = (sent.headers["traceparent"].split("-")[1] for sent in first.sent)
    assert one == again != other
    assert "4155550132" not in str(first.sent[2].headers)


@pytest.mark.parametrize(
    ("share", "header", "kept"),
    [(1.0, PARENT[:-2] + "00", False), (0.0, PARENT, True), (0.0, "", False), (1.0, "", True)],
)
async def test_the_caller_says_whether_its_trace_is_kept_else_the_share(
    start, upstream, collector, share, header, kept
):
    server = await upstream()
    gateway = await start(traced(collector, server, share=share))
    await gateway.chat(headers={"traceparent": header} if header else {})
    assert server.sent[0].headers["traceparent"].endswith("-01" if kept else "-00")
    if header:
        assert TRACE in server.sent[0].headers["traceparent"]
    await gateway.chat(headers={"traceparent": PARENT})
    await collector.has(1 + kept)
    assert len(collector.requests) == 1 + kept


async def test_without_traces_nobody_is_told_of_one(start, upstream):
    server = await upstream()
    gateway = await start(
        written.config(providers={"p": written.at_home(server)}, targets={"t": "p/m"}, routes={"general": ["t"]})
    )
    await gateway.chat(headers={"traceparent": PARENT})
    assert "traceparent" not in server.sent[0].headers
    assert TRACE not in gateway.log.getvalue()


async def test_a_collector_that_is_down_is_told_once_and_gets_it_later(start, upstream, collector):
    collector.status = 503
    gateway = await start(traced(collector, await upstream()))
    for _ in range(3):
        assert (await gateway.chat()).status_code == 200
    await until(lambda: len(collector.server.sent) > 2)
    collector.status = 200
    await collector.has(3)
    await until(lambda: len(seen(gateway)) == 2)
    assert seen(gateway) == [(False, 0), (True, 0)]
    assert len({span.trace_id for span in collector.requests}) == len(collector.requests) == 3


def seen(gateway) -> list:
    lines = [json.loads(line) for line in gateway.log.getvalue().splitlines()]
    return [(line["up"], line["lost"]) for line in lines if line["event"] == "collector.seen"]


async def test_what_the_collector_calls_wrong_is_not_sent_again(start, upstream, collector):
    collector.status = 400
    gateway = await start(traced(collector, await upstream()))
    await gateway.chat()
    await until(lambda: collector.server.sent)
    collector.status = 200
    await gateway.chat()
    await collector.has(1)
    assert len(collector.requests) == 1
    await until(lambda: len(seen(gateway)) == 2)
    (first_up, first_lost), last = seen(gateway)
    assert (first_up, last) == (False, (True, 0))
    assert first_lost >= 2  # the request and its steps


async def test_a_collector_that_hangs_holds_nobody_up(start, upstream, collector):
    collector.server.answer = hangs()
    gateway = await start(traced(collector, await upstream()))
    await gateway.chat()
    await until(lambda: collector.server.sent)
    assert (await gateway.chat()).status_code == 200


async def test_what_waits_when_the_gateway_stops_is_sent(start, upstream, collector, monkeypatch):
    monkeypatch.setattr("gateway.upstream.collector.EVERY_S", 3600)
    gateway = await start(traced(collector, await upstream()))
    await gateway.chat()
    assert collector.spans == []
    await gateway.gateway.stop()
    assert len(collector.requests) == 1


async def test_a_slow_request_names_its_trace_beside_its_time(start, upstream, collector):
    gateway = await start(traced(collector, await upstream()))
    await gateway.chat(headers={"traceparent": PARENT})
    plain, open_metrics = (
        gateway.gateway.metrics.render(accept)[1].decode() for accept in ("", "application/openmetrics-text")
    )
    assert TRACE not in plain
    lines = [line for line in open_metrics.splitlines() if TRACE in line]
    assert len(lines) == 1
    assert lines[0].startswith("gen_ai_server_request_duration_seconds_bucket{") or "duration" in lines[0]
    assert f'# {{trace_id="{TRACE}"}}' in lines[0]
