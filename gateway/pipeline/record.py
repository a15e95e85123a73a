"""The rows of the record, made from what the pipeline knows; a row holds names, numbers and digests, never text."""

from __future__ import annotations

import time

from gateway.domain import Target
from gateway.events import AttemptResult
from gateway.outbound.prepare import Prepared
from gateway.phi.find.own_words import OwnWords, canonical
from gateway.pipeline.settlement import Account
from gateway.ports import AttemptRow, IntentRow
from gateway.state.secret import digest
from gateway.wire.endpoint import Call


def intent_row(prepared: Prepared, call: Call, *, attempt: int, account: Account, key: bytes) -> IntentRow:
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
        route=account.route_name,
        agent=account.agent,
        target=target.name,
        provider=target.provider.name,
        provider_kind=target.provider.kind,
        model=target.model,
        sensitivity=account.sensitivity,
        policy_hash=egress.policy_hash,
        body_digest=digest(key, outbound.content),
        body_bytes=len(outbound.content),
        traits=egress.traits,
        redacted={kind: egress.redact[kind] for kind in prepared.redacted if kind in egress.redact},
        unknowns=prepared.unknowns,
        rules=egress.rules,
        labels=account.labels,
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


def never_digest(own: OwnWords, *, key: bytes) -> str:
    """The HMAC (hex) of the texts that are never an identifier, in whatever order; "" where there are none."""
    if not own.never:
        return ""
    ordered = OwnWords(never=tuple(sorted(own.never, key=lambda one: (one.text, one.why))))
    return digest(key, canonical(ordered).encode()).hex()


def now_us() -> int:
    """UTC in microseconds."""
    return time.time_ns() // 1000
