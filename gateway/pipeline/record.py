"""The rows of the record, made from what the pipeline knows; a row holds names, numbers and digests, never text."""

from __future__ import annotations

import time
from collections import Counter

from gateway.audit.records import AttemptRow, IntentRow, OutcomeRow
from gateway.audit.secret import digest
from gateway.domain import Call, Sensitivity, Target, UnknownReason
from gateway.events import AttemptResult, RequestSettled
from gateway.outbound.prepare import Prepared
from gateway.phi.findings import Findings
from gateway.policy.decide import Decision


def intent_row(
    prepared: Prepared, call: Call, *, attempt: int, route: str, agent: str, sensitivity: Sensitivity, key: bytes
) -> IntentRow:
    """What is about to leave the premises; `key` is the audit key of this installation."""
    outbound, egress = prepared.outbound, prepared.egress
    target = outbound.target
    return IntentRow(
        at_us=now_us(),
        request_id=call.request_id,
        attempt=attempt,
        operation=call.operation,
        dialect=call.dialect,
        caller=call.caller.name,
        route=route,
        agent=agent,
        target=target.name,
        provider=target.provider.name,
        provider_kind=target.provider.kind,
        model=target.model,
        sensitivity=sensitivity,
        policy_hash=egress.policy_hash,
        body_digest=digest(key, outbound.content),
        body_bytes=len(outbound.content),
        traits=egress.traits,
        redacted={kind: egress.redact[kind] for kind in prepared.redacted if kind in egress.redact},
        unknowns=prepared.unknowns,
        rules=egress.rules,
    )


def attempt_row(
    call: Call, target: Target, *, attempt: int, result: AttemptResult, duration_s: float, status: int | None
) -> AttemptRow:
    """One try of a target on the premises."""
    return AttemptRow(
        at_us=now_us(),
        request_id=call.request_id,
        attempt=attempt,
        operation=call.operation,
        target=target.name,
        provider=target.provider.name,
        provider_kind=target.provider.kind,
        model=target.model,
        result=result,
        duration_s=duration_s,
        status=status,
    )


def outcome_row(settled: RequestSettled, findings: Findings | None, decision: Decision | None) -> OutcomeRow:
    """How a request ended."""
    unknowns: frozenset[UnknownReason] = findings.unknowns if findings else frozenset()
    rules = {rule for egress in decision.egresses for rule in egress.rules} if decision else set()
    refused = {refusal.rule for refusal in decision.refusals} if decision else set()
    return OutcomeRow(
        at_us=now_us(),
        request_id=settled.request_id,
        operation=settled.operation,
        dialect=settled.dialect,
        outcome=settled.outcome,
        status=settled.status,
        duration_s=settled.duration_s,
        caller=settled.caller,
        route=settled.route,
        agent=settled.agent,
        target=settled.target,
        provider=settled.provider,
        provider_kind=settled.provider_kind,
        model=settled.model,
        error_code=settled.error_code,
        sensitivity=settled.sensitivity,
        destination=settled.destination,
        reason=settled.decision_reason,
        policy_hash=decision.policy_hash if decision else "",
        attempts=settled.attempts,
        first_token_s=settled.first_token_s,
        usage=settled.usage,
        cost_usd=settled.cost_usd,
        energy_wh=settled.energy_wh,
        found=Counter(at.finding.kind for at in findings.located) if findings else {},
        unknowns=unknowns,
        rules=tuple(sorted((rules | refused) - {""})),
    )


def now_us() -> int:
    """UTC in microseconds."""
    return time.time_ns() // 1000
