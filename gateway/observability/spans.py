"""Makes spans of OpenTelemetry out of events: a request, its steps and its attempts; holds what the log may say, and no more."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from typing_extensions import override

from gateway import __version__, events
from gateway.domain import JSON, Settlement, Traced, Tree
from gateway.events import Event, EventSink, Step
from gateway.observability.log_lines import failed_line, settled_line
from gateway.observability.logs import QUIET, AllowList
from gateway.observability.vocabulary import Vocabulary

INTERNAL, SERVER, CLIENT = 1, 2, 3
"""Kinds of spans, as OTLP numbers them."""
FAILED: Final = 2
"""The status of a span that failed."""
MAX_WAITING: Final = 2_048
"""Requests whose spans wait to be fetched; of more, the oldest are lost."""
BATCH: Final = 256
NAMES: Final[Mapping[str, str]] = {
    "operation": "gen_ai.operation.name",
    "provider": "gen_ai.provider.name",
    "model": "gen_ai.request.model",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cached_input_tokens": "gen_ai.usage.cache_read.input_tokens",
    "cache_write_tokens": "gen_ai.usage.cache_creation.input_tokens",
    "status": "http.response.status_code",
    "error_code": "error.type",
}
"""What the conventions have a name for (GenAI, HTTP); all else is `gateway.` and the name that it has in the log."""
OWN_PLACE: Final = frozenset({"duration_s"})
"""What a span says by its beginning and its end."""
_Piece: TypeAlias = "tuple[int, events.StepEnded | events.AttemptEnded]"
_Over: TypeAlias = "tuple[Settlement, Traced, Sequence[_Piece]]"


class Spans(EventSink):
    """The sink behind traces: keeps what is told of requests under way, and of those that are over until it is fetched.

    Requests are told by one task each, so that what is told of one comes in its order. Spans are made where they are
    fetched, and not while a caller waits.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._allow = AllowList(vocabulary)
        self._under_way: dict[str, list[_Piece]] = {}
        self._over: deque[_Over] = deque(maxlen=MAX_WAITING)
        self._lost = 0

    def learn(self, vocabulary: Vocabulary) -> None:
        """Take the names of a reloaded configuration."""
        self._allow.learn(vocabulary)

    @override
    def emit(self, event: Event) -> None:
        if isinstance(event, events.StepEnded | events.AttemptEnded):
            self._under_way.setdefault(event.request_id, []).append((time.time_ns(), event))
        elif isinstance(event, Settlement):
            pieces = self._under_way.pop(event.request_id, [])
            if event.traced is not None and event.traced.sampled:
                self._lost += len(self._over) == MAX_WAITING
                self._over.append((event, event.traced, pieces))

    def take(self) -> tuple[Tree | None, int]:
        """The spans of some requests that are over, as OTLP says it in JSON, None where there are none; and how many requests
        were lost since the last time.
        """
        lost, self._lost = self._lost, 0
        made: list[Tree] = []
        for _ in range(BATCH):
            try:
                settled, traced, pieces = self._over.popleft()
            except IndexError:
                break
            made += self._spans(settled, traced, pieces)
        if not made:
            return None, lost
        who: Tree = {"service.name": "triage-gateway", "service.version": __version__}
        scope: Tree = {"scope": {"name": "triage-gateway", "version": __version__}, "spans": [*made]}
        return {"resourceSpans": [{"resource": {"attributes": _attributes(who)}, "scopeSpans": [scope]}]}, lost

    def _spans(self, settled: Settlement, traced: Traced, pieces: Sequence[_Piece]) -> list[Tree]:
        end_ns = settled.at_us * 1_000
        began_ns = end_ns - settled.duration_us * 1_000
        line = self._allow(settled_line(settled))
        span = _span(f"{settled.operation} {line.get('route', '')}", traced, SERVER, (began_ns, end_ns))
        span["attributes"] = _attributes(_named(line))
        if settled.status >= 500:
            span["status"] = {"code": FAILED}
        made = [span]
        if settled.first_token_us is not None:
            first_ns = began_ns + settled.first_token_us * 1_000
            span["events"] = [{"name": "first_token", "timeUnixNano": str(first_ns)}]
            # Of a stream each piece is restored as it comes.
            made.append(_span(Step.RESTORE, _within(traced), INTERNAL, (first_ns, end_ns)))
        return made + [self._piece(traced, at_ns, event) for at_ns, event in pieces]

    def _piece(self, traced: Traced, end_ns: int, event: events.StepEnded | events.AttemptEnded) -> Tree:
        time_ns = (end_ns - round(event.duration_s * 1e9), end_ns)
        parent = traced.at(event.attempt) if event.attempt else traced
        if isinstance(event, events.StepEnded):
            return _span(event.step, _within(parent), INTERNAL, time_ns)
        line = self._allow({**failed_line(event), "operation": event.operation})
        asked = parent if event.attempt else _within(traced)  # one that was passed over was not asked
        span = _span(f"{event.operation} {line.get('model', '')}", asked, CLIENT, time_ns)
        attributes = _named(line)
        if event.result not in QUIET:
            attributes["error.type"] = str(event.cause or event.result)
            span["status"] = {"code": FAILED}
        span["attributes"] = _attributes(attributes)
        return span


def _within(parent: Traced) -> Traced:
    """A new span of the trace."""
    return Traced(parent.trace_id, secrets.token_hex(8), parent_id=parent.span_id)


def _span(name: str, traced: Traced, kind: int, time_ns: tuple[int, int]) -> Tree:
    """A span with the fields that each has; 64-bit numbers are texts in JSON, and ids are hex (OTLP 1.9, JSON encoding)."""
    began, ended = time_ns
    span: Tree = {
        "traceId": traced.trace_id,
        "spanId": traced.span_id,
        "name": name.strip(),
        "kind": kind,
        "startTimeUnixNano": str(began),
        "endTimeUnixNano": str(ended),
    }
    return span | ({"parentSpanId": traced.parent_id} if traced.parent_id else {})


def _named(line: Mapping[str, object]) -> dict[str, object]:
    """Fields of a line of the log by their names as attributes."""
    return {NAMES.get(key, f"gateway.{key}"): value for key, value in line.items() if key not in OWN_PLACE}


def _attributes(values: Mapping[str, object]) -> list[JSON]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: object) -> Tree:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [_value(item) for item in value]}}
        case _:
            return {"stringValue": str(value)}
