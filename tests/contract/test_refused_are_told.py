"""A request that is refused at the door has its line in the log and its count in the metrics, and nothing of it in either."""

import json

import pytest


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
