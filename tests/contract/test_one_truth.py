"""Whatever becomes of a request, the header, the log, the metrics and the record tell the same of it."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from decimal import Decimal

import pytest

from gateway.events import MeterKind
from gateway.state.sqlite.reader import tail
from tests.kit import written
from tests.kit.meters import Steady
from tests.kit.patience import SOON_S
from tests.kit.servers import breaks_after, chunk, says, status, streams, streams_for_ever
from tests.kit.two_places import CLEAN, POLICY, SENSITIVE

BEHAVIOURS = {
    "says": says("An answer of some length."),
    "counts nothing": streams([chunk({"content": "Words."}), chunk({}, "stop")]),
    "fails": status(500),
    "limits": status(429),
    "rejects": status(400),
    "says nothing": breaks_after(""),
    "breaks": breaks_after("Half an ans"),
    "never ends": streams_for_ever(),
}
COUNTED = {
    "gateway_requests_total": ("route", "code", "outcome"),
    "gen_ai_client_operation_duration_seconds_count": ("error_type",),
    "gen_ai_client_token_usage_sum": ("gen_ai_token_type",),
    "gateway_tokens_total": ("gen_ai_token_type",),
    "gateway_cost_usd_total": ("quality",),
    "gateway_cost_baseline_usd_total": (),
    "gateway_energy_joules_total": ("quality",),
    "gateway_overhead_seconds_sum": (),
    "gen_ai_server_request_duration_seconds_sum": (),
    "gateway_inflight_requests": (),
    "gateway_route_decisions_total": ("sensitivity", "destination", "reason"),
    "gateway_policy_blocked_egress_total": ("reason",),
}


TOKENS = ("input", "output", "cached_input", "reasoning", "cache_write", "audio_input", "audio_output")
DETAILED = {
    "prompt_tokens": 100,
    "completion_tokens": 50,
    "prompt_tokens_details": {"cached_tokens": 20, "cache_creation_tokens": 30, "audio_tokens": 10},
    "completion_tokens_details": {"reasoning_tokens": 20, "audio_tokens": 5},
}
BEHAVIOURS["counts all sorts"] = streams([chunk({"content": "Words."}), chunk({}, "stop"), chunk(usage=DETAILED)])


METERED = {"here": {"meters": ["rapl"], "idle_w": 50, "amortise": {"usd": 6000, "years": 4, "busy_hours_a_day": 8}}}


def two(local, cloud, *, baa, metered):
    more = {"machines": METERED} if metered else {}
    return written.config(
        providers={
            "local": written.at_home(local, kind="lm_studio", **({"machine": "here"} if metered else {})),
            "cloud": written.away(cloud, baa=baa),
        },
        targets={
            "here": {"provider": "local", "model": "qwen", "power_w": 120},
            "there": {
                "provider": "cloud",
                "model": "gpt-4o",
                "price": {"input_usd_per_mtok": 2.5, "output_usd_per_mtok": 10, "cache_write_usd_per_mtok": 3},
            },
        },
        routes={"both": ["here", "there"], "back": ["there", "here"], "cloud": ["there"], "local": ["here"]},
        pricing={"tariff_usd_per_kwh": 0.3, "baseline": "there"},
        **more,
    )


def counters(gateway):
    """The samples that a request adds to, by what they count and their labels."""
    counted: dict[tuple[str, ...], float] = {}
    for family in gateway.gateway.metrics.registry.collect():
        for sample in family.samples:
            if sample.name in COUNTED:
                key = (sample.name, *(sample.labels[label] for label in COUNTED[sample.name]))
                counted[key] = counted.get(key, 0.0) + sample.value
    return counted


async def told(gateway, request_id):
    """The log line of a request and its rows of the record, once both are written."""
    async with asyncio.timeout(SOON_S):
        while True:
            entries = tail(gateway.state_dir / "ledger.db", 50)
            rows = [defaultdict(lambda: None, {**row.columns, **row.details}) for row in entries]
            rows = [row for row in rows if row["request_id"] == request_id]
            lines = [line for line in gateway.settled() if line["request_id"] == request_id]
            lines = [defaultdict(lambda: None, line) for line in lines]
            if lines and any(row["phase"] == "outcome" for row in rows):
                return lines, rows
            await asyncio.sleep(0.01)  # the ledger writes in batches, and tells nobody


async def send(gateway, content, fate):
    """Status and headers of the answer, of which the caller reads all or only the beginning."""
    body = {"model": fate["route"], "messages": [{"role": "user", "content": content}], "stream": fate["stream"]}
    body |= {"stream_options": {"include_usage": True}} if fate["stream"] and fate["path"] != "/v1/messages" else {}
    body |= {"max_tokens": 50} if fate["path"] == "/v1/messages" else {}
    async with gateway.client() as client, client.stream("POST", fate["path"], json=body) as reply:
        if fate["leaves"] and reply.status_code == 200:
            async for _ in reply.aiter_bytes():
                break
        else:
            await reply.aread()
        lines = [] if fate["leaves"] else reply.text.splitlines()
        said = [one.partition("=") for line in lines if line.startswith(": x-") for one in line[2:].split()]
        return reply.status_code, reply.headers, {name: value for name, _, value in said}


@pytest.mark.parametrize("seed", range(6))
async def test_header_log_metrics_and_record_tell_the_same(start, upstream, seed):
    draw = random.Random(seed)
    local, cloud = await upstream(), await upstream()
    metered = seed >= 3
    config = two(local, cloud, baa=seed % 2 == 1, metered=metered)
    gateway = await start(config, {"p.yaml": POLICY}, meters={MeterKind.RAPL: Steady})
    qualities = set()
    for _ in range(10):
        fate = {
            "route": draw.choice(["both", "back", "cloud", "local"]),
            "stream": draw.random() < 0.6,
            "path": draw.choice(["/v1/chat/completions", "/v1/messages", "/api/chat"]),
            "local": draw.choice(list(BEHAVIOURS)),
            "cloud": draw.choice(list(BEHAVIOURS)),
        }
        fate["leaves"] = fate["stream"] and ("never ends" in fate.values() or draw.random() < 0.2)
        for name, server in (("local", local), ("cloud", cloud)):
            endless = BEHAVIOURS[fate[name]] is BEHAVIOURS["never ends"] and not fate["leaves"]
            server.answer = BEHAVIOURS["says" if endless else fate[name]]  # nobody reads a whole answer without an end
        before = counters(gateway)
        fate["content"] = draw.choice([CLEAN, SENSITIVE])
        status_code, headers, comments = await send(gateway, fate["content"], fate)
        [line], rows = await told(gateway, headers["x-gateway-request-id"])
        after = counters(gateway)
        added = {key: after[key] - before.get(key, 0.0) for key in after if after[key] != before.get(key, 0.0)}
        compare(fate, status_code, headers, line=line, rows=rows, added=added, comments=comments)
        qualities |= {row["energy_quality"] for row in rows if row["phase"] == "outcome"}
        compare_what_left(fate, status_code, headers, line=line, rows=rows, added=added)
        kept = seed % 2 == 0 and fate["content"] == SENSITIVE and fate["route"] != "local"
        assert added.get(("gateway_policy_blocked_egress_total", "trait_missing"), 0) == kept, fate
    assert qualities - {None} == {"measured" if metered else "modelled"}


def compare(fate, status_code, headers, *, line, rows, added, comments):
    [row] = [one for one in rows if one["phase"] == "outcome"]
    # outcome
    assert (line["outcome"], line["status"]) == (row["result"], row["status"]), fate
    assert added["gateway_requests_total", line["route"], str(line["status"]), line["outcome"]] == 1
    began = fate["stream"] and status_code == 200
    assert status_code == line["status"] or began, fate
    if line["outcome"] == "client_disconnect":
        assert fate["leaves"], fate
    assert (line["error_code"], line["target"]) == (row["error_code"], row["target"])
    assert (line["attempts"] or 0) == row["attempts"]
    assert ("gateway_inflight_requests",) not in added, fate
    # attempts
    tried = {key[1]: count for key, count in added.items() if key[0].startswith("gen_ai_client_operation_duration")}
    assert sum(tried.values()) == row["attempts"], fate
    assert tried.get("", 0) == (line["outcome"] == "ok"), (fate, tried)
    here = [one["result"] for one in rows if one["phase"] == "attempt"]
    assert here.count("ok") <= tried.get("", 0), fate
    # time
    assert Decimal(str(line["overhead_s"])) * 10**6 == row["overhead_us"]
    assert Decimal(str(line["duration_s"])) * 10**6 == row["duration_us"]
    assert added["gateway_overhead_seconds_sum",] == pytest.approx(line["overhead_s"], abs=1e-9)
    assert added["gen_ai_server_request_duration_seconds_sum",] == pytest.approx(line["duration_s"], abs=1e-9)
    if status_code == 200:
        assert Decimal(headers["x-gateway-overhead-ms"]) * 1000 == row["overhead_us"], fate
    # tokens
    for kind in TOKENS:
        counted = added.get(("gen_ai_client_token_usage_sum", kind), 0)
        assert added.get(("gateway_tokens_total", kind), 0) == counted, fate
        assert (line[f"{kind}_tokens"] or 0) == (row[f"{kind}_tokens"] or 0) == counted, fate
    # money and energy
    ended_well = line["outcome"] == "ok" and not fate["leaves"]
    if row["cost_quality"] == "estimated":
        assert line["outcome"] != "ok", fate
    baseline = None if row["baseline_nano_usd"] is None else row["baseline_nano_usd"] / 10**9
    assert line["baseline_usd"] == baseline, fate
    assert added.get(("gateway_cost_baseline_usd_total",), 0.0) == pytest.approx(baseline or 0.0, abs=1e-12), fate
    for name, unit, metric in (
        ("cost_usd", "cost_nano_usd", "gateway_cost_usd_total"),
        ("energy_wh", "energy_nwh", None),
    ):
        recorded = None if row[unit] is None else Decimal(row[unit]) / 10**9
        logged = None if line[name] is None else Decimal(str(line[name]))
        assert logged == recorded, fate
        quality = row[name.partition("_")[0] + "_quality"]
        assert (quality is None) == (recorded is None), fate
        assert line[name.partition("_")[0] + "_quality"] == (None if quality == "reported" else quality), fate
        counted = added.get((metric or "gateway_energy_joules_total", quality), 0.0)
        assert counted == pytest.approx(float(recorded or 0) * (1 if metric else 3600), abs=1e-12), fate
        if ended_well and fate["stream"] and fate["path"] != "/api/chat":
            told = comments.get(f"x-gateway-{name.replace('_', '-')}")
            assert (None if told is None else Decimal(told)) == recorded, fate
            told = comments.get("x-gateway-energy-quality")
            assert told == row["energy_quality"], fate
        header = headers.get(f"x-gateway-{name.replace('_', '-')}")
        if header is not None:
            assert Decimal(header) == recorded, fate
            assert headers.get("x-gateway-energy-quality") == row["energy_quality"], fate
        elif status_code == 200 and not fate["stream"]:
            assert recorded is None, fate


def compare_what_left(fate, status_code, headers, *, line, rows, added):
    """What the outcome says of the farthest place is what intents and tries say of it, whoever answered in the end."""
    [row] = [one for one in rows if one["phase"] == "outcome"]
    left = [one["attempt"] for one in rows if one["phase"] == "attempt" and one["destination"] == "cloud"]
    assert (row["destination"] == "cloud") == bool(left), fate
    assert line["destination"] == row["destination"]
    intents = {one["attempt"]: one["redacted"] or () for one in rows if one["phase"] == "intent"}
    assert set(left) <= set(intents), fate
    taken_out = {word.partition(":")[0] for attempt in left for word in intents[attempt]}
    assert set(row["redacted"] or ()) == set(line["redacted"] or ()) == taken_out, fate
    if left and fate["content"] == SENSITIVE:
        assert (row["reason"], taken_out) == ("redacted", {"mrn"}), fate  # as a rule wants it, without an exception
    assert line["decision_reason"] == row["reason"]
    assert added["gateway_route_decisions_total", line["sensitivity"], line["destination"], row["reason"]] == 1
    if status_code == 200:
        assert headers["x-gateway-decision"] == row["reason"], fate
        assert set(headers.get("x-gateway-redacted", "").split(",")) - {""} == taken_out, fate
