"""Nothing honest is kept back: ordinary values in every field of every table, through the walk, the engine and `prepare`."""

from __future__ import annotations

import contextlib
import json
import os
import random
from datetime import date
from typing import Any

import pytest

from gateway.detectors.scanner import Scanner
from gateway.domain import (
    Adapter,
    BaaTerm,
    Caller,
    Capability,
    Detection,
    Dialect,
    Facts,
    Kind,
    Provider,
    ProviderKind,
    Target,
    Tree,
)
from gateway.errors import InvalidRequest
from gateway.outbound.prepare import Detect, endpoint_of, prepare
from gateway.phi.find.engine import load_engine
from gateway.phi.findings import Findings
from gateway.phi.read.scan import gather, walk
from gateway.policy.decide import decide
from gateway.policy.parse import load
from gateway.state.memory import LruMemory
from gateway.wire import fields
from gateway.wire.endpoint import Call, Endpoint
from gateway.wire.operations import ENDPOINTS
from tests.kit.ordinary import ORDINARY
from tests.kit.source import ROOT

REQUESTS = int(os.environ.get("HONEST", "100"))
"""Each holds values in all fields of its table. `HONEST=10000` tries as many of every field (some minutes)."""
AT_ONCE = 500
"""Requests of one test: however many are asked for, each test ends within seconds, also on a busy machine."""
IDS = [name for name in ORDINARY if name not in {"seeds", "temperatures"} and "signatures" not in name]
REQUEST = "req_0123456789abcdef0000"
TODAY = date(2026, 11, 30)
NOTHING = object()
"""No value: the field is an unknown or an errand by nature, whatever stands there."""
STRICT = ("text/plain", "application/json", "5m", "1h", "2026-11-30", "auto")


def honest(field: fields.Field, rng: random.Random) -> Any:  # noqa: C901, PLR0912  one case for each word of a table
    """What software ordinarily writes there."""
    match field:
        case fields.Alias() | fields.Opaque() | fields.Url() | fields.TokenIds() | fields.Errand():
            return NOTHING
        case fields.Dropped(field=inner) | fields.Local(field=inner):
            return honest(inner, rng)
        case fields.Object(fields=within):
            made = {name: honest(inner, rng) for name, inner in within.items()}
            return {name: value for name, value in made.items() if value is not NOTHING}
        case fields.Variant(key=key, cases=cases):
            name = rng.choice(sorted(cases))
            inner = honest(cases[name], rng)
            return {**inner, key: name} if isinstance(inner, dict) else inner
        case fields.Items(item=item):
            made = [honest(item, rng) for _ in range(3)]
            return [value for value in made if value is not NOTHING]
        case fields.Either(text=text, other=other, refused=refused):
            return honest(other if refused or rng.random() < 0.5 else text, rng)
        case fields.Keyed(value=value):
            return {str(rng.randint(0, 200_000)): honest(value, rng)}
        case fields.Closed(words=words):
            return rng.choice(sorted(words))
        case fields.Id():
            return ORDINARY[rng.choice(IDS)](rng)
        case fields.Strict(pattern=pattern, max_chars=longest):
            if longest > 1_000:
                return ORDINARY[rng.choice(["signatures", "signatures for addresses"])](rng)
            return next((word for word in STRICT if pattern.fullmatch(word)), NOTHING)
        case fields.Number(limit=limit, whole=whole):
            return rng.randint(0, int(limit)) if whole else rng.choice([rng.uniform(0, 2), rng.randint(0, 100)])
        case fields.Seed():
            return rng.getrandbits(rng.choice([16, 31, 32, 53, 63]))
        case fields.Flag():
            return rng.random() < 0.5
        case fields.Text() | fields.Signed():
            return "Explain the difference between the two in three sentences."
        case fields.Name():
            return "look_up"
        case fields.JsonText():
            return json.dumps({"what": "dose", "limit": rng.randint(1, 20)})
        case fields.Free(schema=True):
            return {"type": "object", "properties": {"what": {"type": "string"}}, "required": ["what"]}
        case fields.Free():
            return {"type": "object"}
        case fields.Replaced():
            return "general"
        case _:
            raise AssertionError(field)


@pytest.fixture(scope="module")
def scanner():
    return Scanner(load_engine(), key=b"k" * 32, memory=LruMemory())


POLICY = load({"hipaa.yaml": (ROOT / "policies" / "hipaa.yaml").read_text(encoding="utf-8")})


def sent(call: Call, target: Target, detect: Detect) -> tuple[Tree, Findings]:
    """What leaves for a cloud under a BAA by the shipped rules, and what was found on the way."""
    leaves = walk(call)
    findings = gather(leaves, detect(leaves.passages), frozenset(Kind))
    facts = Facts("soma", "r", kinds=findings.kinds, reported=findings.reported, unknowns=findings.unknowns)
    [egress] = decide(facts, [target], POLICY, today=TODAY).egresses
    prepared = prepare(call, egress, findings=findings, key=b"k" * 32, look=detect, today=TODAY)
    return prepared.outbound.tree, findings


def unread(passages):
    return [Detection()] * len(passages)


BAA = BaaTerm("C-1", date(2099, 12, 31))
KINDS = {Dialect.OPENAI: (ProviderKind.OPENAI, ProviderKind.VLLM), Dialect.ANTHROPIC: (ProviderKind.ANTHROPIC,)}


def cloud(row: Endpoint) -> Target | None:
    """A cloud that is asked in the words of this row, if there is any."""
    for kind in KINDS.get(row.dialect, ()):
        provider = Provider("cloud", kind, Adapter.DIRECT, api_key="k", baa=BAA)
        target = Target("cloud", provider, "m", frozenset(Capability))
        with contextlib.suppress(InvalidRequest):  # nobody of this kind is asked for it
            if endpoint_of(target, row, {}) is row:
                return target
    return None


ROWS = [row for row in ENDPOINTS if cloud(row)]
"""What a cloud of the caller's own dialect is sent untranslated, so that every field can be told apart."""


@pytest.mark.parametrize("first", range(0, REQUESTS, AT_ONCE))
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.dialect}.{row.name}")
def test_ordinary_values_of_every_field_leave_for_a_cloud_as_they_are(row, first, scanner):
    """What leaves is what would leave if nobody had looked: no refusal, nothing replaced."""
    target = cloud(row)
    rng = random.Random(f"{row.dialect}.{row.name} from {first}")
    for _ in range(first, min(first + AT_ONCE, REQUESTS)):
        payload = honest(row.fields, rng)
        call = Call(
            endpoint=row, payload=payload, model="general", stream=False, caller=Caller("soma"), request_id=REQUEST
        )
        expected, _ = sent(call, target, unread)
        tree, findings = sent(call, target, scanner.look)
        assert (findings.located, findings.unknowns) == ((), frozenset()), payload
        assert tree == expected
