"""What a line of the log says of an event, field by field; writes nothing, and leaves out what nobody knows."""

from __future__ import annotations

from gateway import events
from gateway.domain import Quality, Settlement
from gateway.domain.settlement import NANO

MEASURED = frozenset({"status", "duration_s", "overhead_s", "first_token_s", "cost_usd", "energy_wh"})
"""Where 0 says something: nothing to pay is not the same as nobody knows the price."""


def settled_line(event: Settlement) -> dict[str, object]:
    usage = event.usage
    line: dict[str, object] = {
        "request_id": event.request_id,
        "operation": event.operation,
        "dialect": event.dialect,
        "facade": event.facade,
        "caller": event.caller,
        "route": event.route,
        "agent": event.agent,
        "target": event.target,
        "provider": event.provider,
        "model": event.model,
        "outcome": event.outcome,
        "status": event.status,
        "error_code": event.error_code,
        "sensitivity": event.sensitivity,
        "destination": event.destination,
        "decision_reason": event.reason,
        "found": sorted(event.found),
        "redacted": sorted(event.redacted),
        "labels": list(event.labels),
        "emergency": event.emergency,
        "stream": event.stream,
        "attempts": event.attempts,
        "duration_s": event.duration_s,
        "overhead_s": event.overhead_s,
        "first_token_s": event.first_token_s,
        "queued_s": event.queued_s or None,
        "cost_usd": None if event.cost_nano_usd is None else event.cost_nano_usd / NANO,
        "energy_wh": None if event.energy_nwh is None else event.energy_nwh / NANO,
        "cost_quality": event.cost_quality if event.cost_quality is Quality.ESTIMATED else None,
        "energy_quality": event.energy_quality,
        "baseline_usd": None if event.baseline_nano_usd is None else event.baseline_nano_usd / NANO,
        "pseudonyms_unresolved": event.pseudonyms_unresolved,
    }
    if usage.reported:
        line |= {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
        line |= {"cached_input_tokens": usage.cached_input_tokens, "reasoning_tokens": usage.reasoning_tokens}
        line |= {"cache_write_tokens": usage.cache_write_tokens, "audio_input_tokens": usage.audio_input_tokens}
        line["audio_output_tokens"] = usage.audio_output_tokens
    if usage.audio_ms:
        line["audio_s"] = usage.audio_ms / 1000
    return {key: value for key, value in line.items() if value not in ("", None, []) and (value or key in MEASURED)}


def failed_line(event: events.AttemptEnded) -> dict[str, object]:
    line: dict[str, object] = {
        "request_id": event.request_id,
        "provider": event.provider,
        "target": event.target,
        "model": event.model,
        "result": event.result,
        "cause": event.cause,
        "duration_s": round(event.duration_s, 6),
        "status": event.status,
    }
    return {key: value for key, value in line.items() if value is not None}


def reloaded_line(event: events.ConfigReloaded) -> dict[str, object]:
    line: dict[str, object] = {
        "result": event.result,
        "config_before": event.config_before,
        "config_after": event.config_after,
        "policy_before": event.policy_before,
        "policy_after": event.policy_after,
        "problems": event.problems,
        "restart": sorted(event.restart),
        "rules_added": event.rules_added,
        "rules_removed": event.rules_removed,
        "words_wider": event.words_wider,
        "words_narrower": event.words_narrower,
        "opens": event.opens,
    }
    return {key: value for key, value in line.items() if value not in ([], 0)}


def state_line(
    event: events.GatewayStarted | events.GatewayStopped | events.EmbeddedStarted | events.EmbeddedExited,
) -> dict[str, object]:
    match event:
        case events.GatewayStarted():
            hashes = {"config_hash": event.config_hash, "policy_hash": event.policy_hash}
            return {"version": event.version, "port": event.port, **hashes}
        case events.GatewayStopped():
            return {"uptime_s": round(event.uptime_s, 3)}
        case events.EmbeddedStarted():
            return {"provider": event.provider, "model": event.model, "duration_s": round(event.duration_s, 3)}
        case events.EmbeddedExited():
            return {"provider": event.provider, "model": event.model, "reason": event.reason, "code": event.code}


def emergency_line(event: events.EmergencyOpened | events.EmergencyEnded) -> dict[str, object]:
    line: dict[str, object] = {"caller": event.caller, "emergency": event.emergency}
    return line | ({"minutes": event.minutes} if isinstance(event, events.EmergencyOpened) else {"how": event.how})
