"""Events become spans; what the log would not say, no span says."""

from __future__ import annotations

import json
import time

import pytest

from gateway import events
from gateway.domain import Adapter, Operation, Outcome, Provider, ProviderKind, Route, Target, Traced
from gateway.events import AttemptResult, Cause, Step
from gateway.observability.spans import BATCH, MAX_WAITING, Spans
from gateway.observability.vocabulary import Vocabulary
from tests.kit import rows
from tests.kit.collector import read

CANARY = "Zebulon Quarkenbusch 8675309"
ID = "req_0123456789abcdef0123456789abcdef"
HERE = Traced("4bf92f3577b34da6a3ce929d0e0e4736", "1111111111111111", parent_id="00f067aa0ba902b7")


def vocabulary(*callers) -> Vocabulary:
    ollama = Provider(name="ollama", kind=ProviderKind.OLLAMA, adapter=Adapter.DIRECT)
    fast = Target(name="fast", provider=ollama, model="llama3.2:3b")
    return Vocabulary.of([Route(name="triage", targets=(fast,))], callers=callers)


@pytest.fixture
def spans():
    return Spans(vocabulary("soma"))


def settled(**changes):
    return rows.settled(**{"request_id": ID, "traced": HERE, **changes})


def attempt(number=1, result=AttemptResult.OK, **changes):
    fields = {"request_id": ID, "operation": Operation.CHAT, "provider": "ollama", "target": "fast"}
    return events.AttemptEnded(
        **{**fields, "model": "llama3.2:3b", "result": result, "duration_s": 0.5, "attempt": number, **changes}
    )


def taken(spans):
    tree, lost = spans.take()
    assert lost == 0
    ((scope,),) = [one["scopeSpans"] for one in tree["resourceSpans"]]
    return [read(json.loads(json.dumps(span))) for span in scope["spans"]]


def test_a_request_ends_when_it_was_settled_and_began_so_long_before(spans):
    spans.emit(settled(caller="soma", stream=True))
    request, restore = taken(spans)
    assert (request.began_ns, request.ended_ns) == (1_789_999_997_000_000_000, 1_790_000_000_000_000_000)
    assert request.events == {"first_token": 1_789_999_998_000_000_000}
    assert (restore.name, restore.began_ns) == ("restore", 1_789_999_998_000_000_000)
    assert (request.attributes["gateway.caller"], request.attributes["gateway.stream"]) == ("soma", True)


def test_a_resource_says_who_tells(spans):
    spans.emit(settled())
    resource = spans.take()[0]["resourceSpans"][0]["resource"]
    assert {"key": "service.name", "value": {"stringValue": "triage-gateway"}} in resource["attributes"]


def test_steps_of_an_attempt_are_within_it_and_one_that_was_passed_over_has_its_own_id(spans):
    spans.emit(attempt(0, AttemptResult.PASSED_OVER, cause=Cause.LEFT_ALONE, duration_s=0.0))
    spans.emit(events.StepEnded(request_id=ID, step=Step.PREPARE, duration_s=0.1, attempt=1))
    before = time.time_ns()
    spans.emit(attempt())
    spans.emit(settled(first_token_us=None))
    request, passed, prepare, made = taken(spans)
    assert made.span_id == HERE.at(1).span_id == prepare.parent_id
    assert {made.parent_id, passed.parent_id} == {request.span_id}
    assert passed.span_id not in {request.span_id, made.span_id}
    assert made.ended_ns >= before
    assert made.ended_ns - made.began_ns == 500_000_000
    assert (passed.failed, passed.attributes["error.type"], made.failed) == (True, "left_alone", False)


def test_a_failure_of_ours_or_of_a_target_is_one_and_a_callers_is_none(spans):
    for status, outcome in (
        (502, Outcome.UPSTREAM_ERROR),
        (400, Outcome.CLIENT_ERROR),
        (499, Outcome.CLIENT_DISCONNECT),
    ):
        spans.emit(settled(status=status, outcome=outcome, first_token_us=None))
    assert [span.failed for span in taken(spans)] == [True, False, False]


def test_no_name_but_one_of_the_configuration_is_said(spans):
    named = dict.fromkeys(("caller", "route", "agent", "target", "provider", "model", "reason", "error_code"), CANARY)
    spans.emit(attempt(provider=CANARY, target=CANARY, model=CANARY))
    spans.emit(settled(**named, labels=(CANARY,)))
    told = json.dumps(spans.take())
    assert "Zebulon" not in told
    assert '"chat"' in told


def test_names_of_a_reload_are_said(spans):
    spans.emit(settled(caller="new"))
    assert "gateway.caller" not in taken(spans)[0].attributes
    spans.learn(vocabulary("new"))
    spans.emit(settled(caller="new"))
    assert taken(spans)[0].attributes["gateway.caller"] == "new"


@pytest.mark.parametrize("traced", [None, Traced(HERE.trace_id, HERE.span_id, sampled=False)])
def test_nothing_is_kept_of_a_request_that_nobody_follows(spans, traced):
    spans.emit(attempt())
    spans.emit(settled(traced=traced))
    assert spans.take() == (None, 0)
    assert spans._under_way == {}


def test_what_waits_is_bounded_and_what_is_lost_is_counted(spans):
    for _ in range(MAX_WAITING + 3):
        spans.emit(settled(first_token_us=None))
    tree, lost = spans.take()
    assert (len(tree["resourceSpans"][0]["scopeSpans"][0]["spans"]), lost) == (BATCH, 3)
    for _ in range(MAX_WAITING // BATCH - 1):
        assert spans.take()[1] == 0
    assert spans.take() == (None, 0)
