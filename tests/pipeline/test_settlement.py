"""The sum of a request: what left, who is billed, and that nobody tells it differently."""

from __future__ import annotations

import io
import json
import sqlite3
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import (
    Adapter,
    Caller,
    Destination,
    Outcome,
    Price,
    Provider,
    ProviderKind,
    Route,
    Target,
    Trait,
    Usage,
)
from gateway.errors import (
    EgressDenied,
    InvalidApiKey,
    InvalidRequest,
    NotRecorded,
    Overloaded,
    QueueFull,
    TargetsUnavailable,
    UpstreamFailed,
    UpstreamTimeout,
)
from gateway.observability.logs import EventLog
from gateway.observability.metrics import Metrics
from gateway.observability.vocabulary import Vocabulary
from gateway.pipeline.headers import decision_headers, price_headers
from gateway.pipeline.settlement import (
    Account,
    Attempt,
    bill_of,
    destination_of,
    destination_of_refusal,
    outcome_of,
    settlement,
)
from gateway.policy.decide import Decision, Refusal, RefusalReason, Sensitivity
from gateway.routing.price import Terms
from gateway.state.sqlite import schema
from gateway.wire.endpoint import Call
from gateway.wire.openai import chat
from tests.kit.answers import answered_by

REQUEST = "req_0123456789abcdef0123"
NEAR = Target(
    "near",
    Provider("house", ProviderKind.LM_STUDIO, Adapter.DIRECT, traits=frozenset({Trait.ON_PREM})),
    "qwen",
    power_w=70,
)
FAR = Target(
    "far", Provider("vendor", ProviderKind.OPENAI, Adapter.DIRECT), "big", price=Price(Decimal(3), Decimal(15))
)
VOCABULARY = Vocabulary.of([Route("r", (NEAR, FAR))], callers=["soma"], reasons=["permitted", "denied"])


def call(**more):
    fields = {"endpoint": chat.ENDPOINT, "payload": {}, "model": "m", "stream": False}
    return Call(**fields, caller=Caller("soma"), request_id=REQUEST, **more)


def attempt(target, *, reached=True, waited_s=0.0):
    return Attempt(target, began_s=0.0, waited_s=waited_s, reached=reached)


def account(*attempts, **more):
    return Account(call(), began_s=0.0, attempts=list(attempts), **more)


REFUSED = Decision((), (Refusal(FAR, RefusalReason.DENIED, "r", "no"),), Sensitivity.PHI, "c0ffee00", None)


@pytest.mark.parametrize(
    ("attempts", "status", "destination"),
    [
        ([], 403, Destination.DENIED),
        ([], 401, Destination.DENIED),
        ([], 400, Destination.NONE),
        ([], 503, Destination.NONE),
        ([attempt(NEAR, reached=False)], 503, Destination.NONE),
        ([attempt(FAR, reached=False)], 502, Destination.NONE),
        ([attempt(FAR, reached=False)], 403, Destination.DENIED),
        ([attempt(NEAR)], 200, Destination.LOCAL),
        ([attempt(NEAR)], 502, Destination.LOCAL),
        ([attempt(FAR)], 502, Destination.CLOUD),
        ([attempt(FAR), attempt(NEAR)], 200, Destination.CLOUD),
        ([attempt(NEAR), attempt(FAR, reached=False)], 502, Destination.LOCAL),
        ([attempt(NEAR), attempt(FAR)], 499, Destination.CLOUD),
    ],
)
def test_the_destination_is_the_farthest_place_that_may_have_received_anything(attempts, status, destination):
    assert destination_of(account(*attempts), status) is destination


def test_a_request_that_policy_keeps_from_every_target_is_denied_whatever_its_status():
    assert destination_of(account(decision=REFUSED), 503) is Destination.DENIED
    assert destination_of_refusal(503) is Destination.NONE


def test_the_one_who_answered_is_billed_for_its_own_time_and_for_no_others():
    made = account(attempt(NEAR, waited_s=3.0), attempt(NEAR, waited_s=0.014), answer=answered_by(NEAR))
    assert bill_of(made).energy_wh == pytest.approx(70 * 0.014 / 3600)


def test_nobody_is_billed_without_an_answer():
    assert bill_of(account(attempt(NEAR, waited_s=3.0))).energy_wh is None


def test_our_own_share_is_what_no_target_kept_us_waiting_for():
    made = account(attempt(NEAR, waited_s=3.0), attempt(NEAR, waited_s=1.0))
    assert made.overhead_at(4.5) == pytest.approx(0.5)
    assert made.overhead_at(3.9) == 0.0


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (EgressDenied(""), Outcome.POLICY_DENIED),
        (InvalidApiKey(""), Outcome.CLIENT_ERROR),
        (InvalidRequest(""), Outcome.CLIENT_ERROR),
        (Overloaded(""), Outcome.SHED),
        (QueueFull(""), Outcome.SHED),
        (NotRecorded(""), Outcome.UNRECORDED),
        (UpstreamTimeout(""), Outcome.DEADLINE),
        (UpstreamFailed(""), Outcome.UPSTREAM_ERROR),
        (TargetsUnavailable(""), Outcome.UPSTREAM_ERROR),
    ],
)
def test_every_error_is_an_outcome(error, outcome):
    assert outcome_of(error) is outcome


SECONDS = st.floats(0, 4000, allow_nan=False)
FATES = st.builds(
    lambda target, waits, own, tokens, tariff, first: (target, waits, own, tokens, tariff, first),
    st.sampled_from([NEAR, FAR]),
    st.lists(SECONDS, min_size=1, max_size=4),
    SECONDS,
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)),
    st.none() | st.decimals("0.01", "2", places=4),
    st.none() | SECONDS,
)


def sample(metrics, name):
    return sum(s.value for family in metrics.registry.collect() for s in family.samples if s.name == name)


def recorded(settled):
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    schema.prepare(connection)
    schema.learn(connection, VOCABULARY.names)
    schema.insert(connection, settled)
    columns = "duration_us, overhead_us, first_token_us, cost_nano_usd, energy_nwh, destination, reason, target"
    row = connection.execute(f"SELECT {columns} FROM entry").fetchone()
    connection.close()
    return row


def exactly(number):
    return None if number is None else Decimal(str(number))


@given(FATES)
def test_header_log_metric_and_record_agree_to_the_last_digit(fate):
    target, waits, own_s, tokens, tariff, first_s = fate
    made = account(
        *(attempt(target, waited_s=wait) for wait in waits),
        answer=answered_by(target),
        usage=Usage(*tokens, reported=True),
        terms=Terms(tariff),
        first_token_s=first_s,
    )
    settled = settlement(made, Outcome.OK, status=200, now_s=sum(waits) + own_s, at_us=1)
    headers = {**decision_headers(settled), **price_headers(settled)}
    stream = io.StringIO()
    EventLog(VOCABULARY, stream=stream).emit(settled)
    line = json.loads(stream.getvalue())
    metrics = Metrics(VOCABULARY)
    metrics.emit(settled)
    duration_us, overhead_us, first_us, cost, energy, destination, reason, name = recorded(settled)

    assert exactly(line["duration_s"]) == Decimal(duration_us) / 10**6
    assert exactly(line["overhead_s"]) == Decimal(overhead_us) / 10**6
    assert Decimal(headers["x-gateway-overhead-ms"]) == Decimal(overhead_us) / 1000
    assert exactly(line.get("first_token_s")) == (None if first_us is None else Decimal(first_us) / 10**6)
    assert sample(metrics, "gateway_overhead_seconds_sum") == line["overhead_s"]
    for header, logged, held in (("cost-usd", "cost_usd", cost), ("energy-wh", "energy_wh", energy)):
        assert exactly(headers.get(f"x-gateway-{header}")) == (None if held is None else Decimal(held) / 10**9)
        assert exactly(line.get(logged)) == exactly(headers.get(f"x-gateway-{header}"))
    if energy is not None:
        assert sample(metrics, "gateway_energy_joules_total") == pytest.approx(energy * 3600 / 10**9, rel=1e-12)
    assert (line["destination"], line.get("decision_reason", ""), line["target"]) == (destination, reason or "", name)
