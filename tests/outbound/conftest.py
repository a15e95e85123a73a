from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from gateway.domain import (
    Adapter,
    Caller,
    Detection,
    Dialect,
    Facts,
    Finding,
    Kind,
    Operation,
    Provider,
    ProviderKind,
    Style,
    Target,
    Trait,
)
from gateway.outbound.prepare import Prepared, prepare
from gateway.phi.read.scan import gather, walk
from gateway.policy.decide import Egress, decide
from gateway.policy.rules import Policy, Rule, Then, When
from gateway.wire.endpoint import Call
from gateway.wire.operations import endpoint_for

TODAY = date(2026, 11, 21)
KEY = b"k" * 32
PATTERNS = {
    Kind.MRN: re.compile("8675309"),
    Kind.NAME: re.compile("Anna[ _]Muster"),
    Kind.DATE: re.compile(r"\d{4}-\d\d-\d\d"),
}


class Detector:
    """Finds one number, one name, and dates: enough to see what becomes of what is found."""

    version = "1"
    covers = frozenset(Kind)

    def __init__(self) -> None:
        self.looks = 0

    def detect(self, passages):
        self.looks += 1
        return [
            Detection(
                tuple(
                    sorted(
                        (
                            Finding(kind, *found.span())
                            for kind, p in PATTERNS.items()
                            for found in p.finditer(passage.text)
                        ),
                        key=lambda finding: finding.start,
                    )
                )
            )
            for passage in passages
        ]


def call_of(payload: dict[str, Any], dialect: Dialect = Dialect.OPENAI, **changes: Any) -> Call:
    return Call(
        endpoint=endpoint_for(dialect, changes.pop("operation", Operation.CHAT), payload),
        payload=payload,
        model="m",
        stream=changes.pop("stream", False),
        caller=Caller("soma"),
        request_id="req_1",
        betas=changes.pop("betas", ()),
        version=changes.pop("version", ""),
    )


def target_of(kind: ProviderKind = ProviderKind.OPENAI, adapter: Adapter = Adapter.DIRECT, **changes: Any) -> Target:
    traits = frozenset({Trait.ON_PREM}) if changes.pop("on_prem", False) else frozenset({Trait.BAA})
    provider = Provider("p", kind, adapter, traits=frozenset(traits) - {Trait.BAA})
    return Target("t", provider, "target-model", **changes)


def egress_of(target: Target, redact: Mapping[Kind, Style] | None = None) -> Egress:
    """What a policy of one rule permits: everything named in `redact` is taken out."""
    styles = dict.fromkeys(Kind, Style.TOKEN) if redact is None else dict(redact)
    policy = Policy((Rule("r", "why", When(), Then(redact=styles)),))
    [egress] = decide(Facts("soma", "r"), [target], policy, today=TODAY).egresses
    return egress


@pytest.fixture
def detector() -> Detector:
    return Detector()


@pytest.fixture
def send(detector: Detector) -> Callable[..., Prepared]:
    """Scan, decide and prepare one payload."""

    def run(
        payload: dict[str, Any],
        dialect: Dialect = Dialect.OPENAI,
        *,
        target: Target | None = None,
        redact: Mapping[Kind, Style] | None = None,
        look: Any = None,
        **changes: Any,
    ) -> Prepared:
        call = call_of(payload, dialect, **changes)
        leaves = walk(call)
        findings = gather(leaves, detector.detect(leaves.passages), detector.covers)
        return prepare(
            call,
            egress_of(target or target_of(), redact),
            findings=findings,
            key=KEY,
            look=look or detector.detect,
            today=TODAY,
        )

    return run
