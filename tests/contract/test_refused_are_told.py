"""A request that is refused at the door has its line in the log and its count in the metrics, and nothing of it in either."""

import hashlib
import json

import pytest

from gateway.state.sqlite.reader import tail
from gateway.state.sqlite.store import FILE
from tests.kit.patience import until
from tests.kit.running import one_route


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v1/chat/completions", b"CANARY not json", "invalid_request"),
        ("/agent//v1/chat/completions", b"{}", "not_found"),
        ("/v1/messages", b'{"CANARY": 1}', "invalid_request"),
        ("/api/chat", b'{"messages": "CANARY"}', "invalid_request"),
    ],
)
async def test_each_has_one_line_and_one_count(simple, path, body, code):
    gateway, server = simple
    async with gateway.client() as client:
        reply = await client.post(path, content=body)
    (line,) = [line for line in map(json.loads, gateway.log.getvalue().splitlines()) if "request_id" in line]
    assert line["event"] == "request.settled"
    assert line["error_code"] == code
    assert line["status"] == reply.status_code
    assert line["request_id"] == reply.headers["x-gateway-request-id"]
    assert gateway.metric("gateway_requests_total", code=str(reply.status_code)) == 1
    assert "CANARY" not in gateway.log.getvalue()
    assert server.sent == []


async def test_one_that_the_pipeline_refuses_is_told_once(simple):
    gateway, _ = simple
    assert (await gateway.chat(model="no-such")).status_code == 404
    lines = [line for line in gateway.log.getvalue().splitlines() if '"request.settled"' in line]
    assert len(lines) == 1


KEY = "a-key-of-ann"
GUARDED = f"""
server: {{max_body_mb: 1, hosts: [gate.example]}}
agents: {{helper: {{route: general}}, other: {{route: general}}}}
callers:
  ann: {{key_sha256: {hashlib.sha256(KEY.encode()).hexdigest()}, agents: [helper], routes: [general]}}
"""
KNOWN = {"authorization": f"Bearer {KEY}"}
CHAT = ("POST", "/v1/chat/completions")
BODY = b'{"messages": [{"role": "user", "content": "CANARY"}]}'
REFUSED = [
    (CHAT, {**KNOWN, "host": "evil.example"}, BODY, "host_not_allowed", "host", None),
    (CHAT, {**KNOWN, "origin": "https://evil.example"}, BODY, "origin_not_allowed", "origin", None),
    (CHAT, {}, BODY, "invalid_api_key", "missing", None),
    (CHAT, {"authorization": "Basic abc"}, BODY, "invalid_api_key", "malformed", None),
    (CHAT, {"authorization": "Bearer"}, BODY, "invalid_api_key", "malformed", None),
    (CHAT, {"authorization": "Bearer CANARY"}, BODY, "invalid_api_key", "unknown_key", None),
    (CHAT, {"x-api-key": "CANARY"}, BODY, "invalid_api_key", "unknown_key", None),
    (CHAT, {**KNOWN, "x-gateway-agent": "other"}, BODY, "agent_not_allowed", "forbidden", "ann"),
    (CHAT, {**KNOWN, "x-gateway-route": "embedding"}, BODY, "route_not_allowed", "forbidden", "ann"),
    (("GET", "/metrics"), KNOWN, b"", "permission_denied", "forbidden", "ann"),
    (("POST", "/gateway/explain"), KNOWN, BODY, "permission_denied", "forbidden", "ann"),
    (("GET", "/CANARY"), KNOWN, b"", "not_found", None, "ann"),
    (CHAT, KNOWN, b"CANARY", "invalid_request", None, "ann"),
    (CHAT, KNOWN, b"CANARY" * 200_000, "payload_too_large", None, "ann"),
]


async def test_whatever_refuses_a_request_it_is_told_in_every_place(start, upstream):
    """The log, the metrics and the record have each refusal once, with who asked where that is known."""
    gateway = await start(one_route(await upstream(), GUARDED))
    for (method, path), headers, body, code, door, who in REFUSED:
        before = {door: gateway.metric("gateway_auth_failures_total", reason=door) if door else 0.0}
        total = gateway.metric("gateway_auth_failures_total")
        async with gateway.client() as client:
            reply = await client.request(method, path, headers=headers, content=body)
        case = (path, code, reply.text)
        request_id = reply.headers["x-gateway-request-id"]
        (line,) = [line for line in gateway.settled() if line["request_id"] == request_id]
        assert (line["error_code"], line["status"], line.get("caller")) == (code, reply.status_code, who), case
        assert gateway.metric("gateway_auth_failures_total") == total + bool(door), case
        if door:
            assert gateway.metric("gateway_auth_failures_total", reason=door) == before[door] + 1, case

        def rows(request_id=request_id):
            entries = [entry.columns for entry in tail(gateway.state_dir / FILE, 100)]
            return [entry for entry in entries if entry.get("request_id") == request_id]

        await until(lambda rows=rows: rows())
        (row,) = rows()
        assert (row["error_code"], row["status"], row.get("caller")) == (code, reply.status_code, who), case
    assert "CANARY" not in gateway.log.getvalue()
