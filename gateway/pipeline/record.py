"""The rows of the record, made from what the pipeline knows; a row holds names, numbers and digests, never text."""

from __future__ import annotations

import time

from gateway.domain import Destination
from gateway.events import AttemptResult
from gateway.outbound.prepare import Prepared
from gateway.phi.find.own_words import OwnWords, canonical
from gateway.pipeline.settlement import Account, Attempt
from gateway.ports import AttemptRow, IntentRow
from gateway.state.secret import digest


def intent_row(prepared: Prepared, account: Account, *, key: bytes) -> IntentRow:
    """What is about to leave the premises; `key` is the audit key of this installation."""
    outbound, egress, call = prepared.outbound, prepared.egress, account.call
    target = outbound.target
    baa = target.provider.baa
    return IntentRow(
        at_us=now_us(),
        request_id=call.request_id,
        attempt=len(account.attempts),
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
        config_hash=account.config_hash,
        baa_ref=baa.word if baa else "",
        baa_end=int(baa.expires.strftime("%Y%m%d")) if baa else None,
        detectors=account.detectors,
        detector=account.detector,
        emergency=call.emergency,
    )


def attempt_row(
    account: Account, attempt: Attempt, *, result: AttemptResult, duration_s: float, status: int | None
) -> AttemptRow:
    """How the last try ended."""
    call, target = account.call, attempt.target
    place = Destination.LOCAL if target.provider.on_prem else Destination.CLOUD
    return AttemptRow(
        at_us=now_us(),
        request_id=call.request_id,
        attempt=len(account.attempts),
        operation=call.operation,
        target=target.name,
        provider=target.provider.name,
        provider_kind=target.provider.kind,
        model=target.model,
        result=result,
        duration_s=duration_s,
        status=status,
        destination=place if attempt.reached else Destination.NONE,
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
