"""A collector of traces for tests: a real server on loopback that takes OTLP in JSON over HTTP, and checks its form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiohttp import web

from tests.kit.patience import until
from tests.kit.servers import UpstreamServer

KINDS = {1: "internal", 2: "server", 3: "client"}
VALUES = {"stringValue": str, "intValue": int, "doubleValue": float, "boolValue": bool}


@dataclass
class Span:
    """A span as it came, its attributes as values."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    began_ns: int
    ended_ns: int
    failed: bool
    events: dict[str, int]
    attributes: dict[str, object]


def read(span: dict) -> Span:
    """The span, if OTLP's proto has such a one: ids in hex, 64-bit numbers as texts, one value in each attribute."""
    assert re.fullmatch(r"[0-9a-f]{32}", span["traceId"])
    assert all(re.fullmatch(r"[0-9a-f]{16}", span[key]) for key in ("spanId", "parentSpanId") if key in span)
    assert all(isinstance(span[key], str) for key in ("startTimeUnixNano", "endTimeUnixNano"))
    known = {"traceId", "spanId", "parentSpanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano"}
    assert span.keys() <= {*known, "attributes", "events", "status"}
    began, ended = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
    assert began <= ended
    return Span(
        name=span["name"],
        kind=KINDS[span["kind"]],
        trace_id=span["traceId"],
        span_id=span["spanId"],
        parent_id=span.get("parentSpanId", ""),
        began_ns=began,
        ended_ns=ended,
        failed=span.get("status") == {"code": 2},
        events={event["name"]: int(event["timeUnixNano"]) for event in span.get("events", [])},
        attributes={one["key"]: _value(one["value"]) for one in span.get("attributes", [])},
    )


def _value(value: dict) -> object:
    ((kind, held),) = value.items()
    if kind == "arrayValue":
        return [_value(item) for item in held["values"]]
    if kind == "intValue":
        assert isinstance(held, str)
    return VALUES[kind](held)


class Collector:
    """What a server was sent, as spans. `status` is what it answers."""

    def __init__(self, server: UpstreamServer) -> None:
        self.server = server
        self.status = 200
        self.taken: list[dict] = []
        server.answer = self._take

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    async def _take(self, request: web.Request) -> web.Response:
        assert (request.path, request.content_type) == ("/v1/traces", "application/json")
        if self.status == 200:
            self.taken.append(await request.json())
        return web.json_response({}, status=self.status)

    @property
    def raw(self) -> str:
        """All that it was sent, heads too, whatever it answered."""
        return "".join(str(sent.headers) + sent.body.decode() for sent in self.server.sent)

    @property
    def spans(self) -> list[Span]:
        scopes = [scope for body in self.taken for one in body["resourceSpans"] for scope in one["scopeSpans"]]
        return [read(span) for scope in scopes for span in scope["spans"]]

    @property
    def requests(self) -> list[Span]:
        return [span for span in self.spans if span.kind == "server"]

    async def has(self, requests: int) -> list[Span]:
        """All spans, once those of so many requests came."""
        await until(lambda: len(self.requests) >= requests)
        return self.spans
