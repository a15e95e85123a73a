"""Vendors for tests: servers that speak Anthropic's, Bedrock's and Vertex's wire, and outbounds to send them."""

from __future__ import annotations

import json
import struct
import zlib
from datetime import date

from aiohttp import web

from gateway.domain import (
    Adapter,
    Caller,
    Detection,
    Dialect,
    Facts,
    Kind,
    Operation,
    Provider,
    ProviderKind,
    Target,
    Trait,
)
from gateway.outbound.prepare import Outbound, prepare
from gateway.phi.read.scan import gather, walk
from gateway.policy.decide import decide
from gateway.policy.rules import Policy, Rule, Then, When
from gateway.wire.endpoint import Call
from gateway.wire.operations import endpoint_for
from tests.kit.servers import UpstreamServer

TODAY = date(2026, 11, 21)
ASKED = {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello."}]}
TOOL = {
    "type": "function",
    "function": {
        "name": "look_up",
        "description": "Looks something up.",
        "parameters": {"type": "object", "properties": {"what": {"type": "string"}}},
    },
}


def provider_of(kind: ProviderKind, server: UpstreamServer | None = None, *, on_prem=False, **more) -> Provider:
    base = f"http://127.0.0.1:{server.port}" if server else ""
    traits = frozenset({Trait.ON_PREM}) if on_prem else frozenset()
    fields = {"base_url": base, "api_key": "sk-secret", **more}
    return Provider("vendor", kind, Adapter.LITELLM, traits=traits, **fields)


def outbound_of(
    payload, provider: Provider, *, model="test-model", operation=Operation.CHAT, stream=False, traced=None
) -> Outbound:
    """What the pipeline would hand the adapter: decided and prepared, with nothing found."""
    target = Target("target", provider, model)
    call = Call(
        endpoint=endpoint_for(Dialect.OPENAI, operation, payload),
        payload=payload,
        model="m",
        stream=stream,
        caller=Caller("soma"),
        request_id="req_0123456789abcdef",
        traced=traced,
    )
    leaves = walk(call)
    findings = gather(leaves, [Detection()] * len(leaves.passages), frozenset(Kind))
    policy = Policy((Rule("r", "why", When(), Then(redact={})),))
    [egress] = decide(Facts("soma", "r"), [target], policy, today=TODAY).egresses
    return prepare(
        call,
        egress,
        findings=findings,
        key=b"k" * 32,
        look=lambda passages: [Detection()] * len(passages),
        today=TODAY,
    ).outbound


# --- wires -----------------------------------------------------------------------------------------------------------


def answers(body: dict):
    """Answers with this JSON, whatever was asked."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.json_response(body)

    return answer


def raw_stream(pieces, *, content_type="text/event-stream", broken=False):
    """Streams these bytes; `broken` cuts the connection in the place of an end."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
        if broken:
            request.transport.close()
        else:
            await response.write_eof()
        return response

    return answer


def sse(event: dict, *, named=False) -> bytes:
    head = f"event: {event['type']}\n" if named else ""
    return f"{head}data: {json.dumps(event)}\n\n".encode()


def anthropic_events(events):
    return [sse(event, named=True) for event in events]


def aws_event(kind: str, payload: dict) -> bytes:
    """One frame of `application/vnd.amazon.eventstream`."""
    headers = b""
    for name, value in ((":event-type", kind), (":content-type", "application/json"), (":message-type", "event")):
        headers += bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    prelude += struct.pack(">I", zlib.crc32(prelude))
    frame = prelude + headers + body
    return frame + struct.pack(">I", zlib.crc32(frame))
