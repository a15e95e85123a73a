"""What a line of the log says of an event, field by field; writes nothing, and leaves out what nobody knows."""

from __future__ import annotations

from typing import Final

from gateway import events
from gateway.domain import Quality, Settlement, Usage
from gateway.domain.settlement import MICRO, NANO

Words = tuple[object, ...]


def probed_line(event: events.ProviderProbed) -> dict[str, object]:
    """Which server was asked, whether it answered, and else why it did not."""
    line: dict[str, object] = {"provider": event.provider, "address": event.address, "up": event.up}
    return line if event.cause is None else {**line, "cause": event.cause}


def words_of(event: Settlement) -> Words:
    """All that a line says of a request in names, codes and statuses; few requests differ in it, and it can be a key."""
    return (
        *(event.operation, event.dialect, event.caller, event.route, event.agent, event.target, event.provider),
        *(event.model, event.outcome, event.status, event.error_code, event.sensitivity, event.destination),
        *(event.reason, tuple(event.found), event.redacted, event.labels, event.emergency, event.stream),
        *(event.cost_quality, event.energy_quality),
    )


_WORDS: Final = (
    *("operation", "dialect", "caller", "route", "agent", "target", "provider"),
    *("model", "outcome", "status", "error_code", "sensitivity", "destination"),
    *("decision_reason", "found", "redacted", "labels", "emergency", "stream"),
    *("cost_quality", "energy_quality"),
)


def settled_words(words: Words) -> dict[str, object]:
    """They as fields of the line; what is empty is left out."""
    line: dict[str, object] = {}
    for name, value in zip(_WORDS, words, strict=True):
        if isinstance(value, tuple | frozenset):
            if value:
                line[name] = list(value) if name == "labels" else sorted(value)
        elif value or name == "status":
            line[name] = value
    line["facade"] = f"{words[1]}.{words[0]}"
    if line.get("cost_quality") is not Quality.ESTIMATED:
        line.pop("cost_quality", None)
    return line


def settled_numbers(event: Settlement) -> dict[str, object]:
    """The id of the request, and its numbers. 0 says something of times and money: nothing to pay is not an unknown price."""
    usage = event.usage
    line: dict[str, object] = {"request_id": event.request_id}
    if event.attempts:
        line["attempts"] = event.attempts
    line["duration_s"] = event.duration_us / MICRO
    line["overhead_s"] = event.overhead_us / MICRO
    if event.first_token_us is not None:
        line["first_token_s"] = event.first_token_us / MICRO
    if event.queued_us:
        line["queued_s"] = event.queued_us / MICRO
    if event.cost_nano_usd is not None:
        line["cost_usd"] = event.cost_nano_usd / NANO
    if event.energy_nwh is not None:
        line["energy_wh"] = event.energy_nwh / NANO
    if event.baseline_nano_usd:
        line["baseline_usd"] = event.baseline_nano_usd / NANO
    if event.pseudonyms_unresolved:
        line["pseudonyms_unresolved"] = event.pseudonyms_unresolved
    if usage.reported:
        line |= _tokens(usage)
    if usage.audio_ms:
        line["audio_s"] = usage.audio_ms / 1000
    return line


def _tokens(usage: Usage) -> dict[str, object]:
    counts = (
        ("input_tokens", usage.input_tokens),
        ("output_tokens", usage.output_tokens),
        ("cached_input_tokens", usage.cached_input_tokens),
        ("reasoning_tokens", usage.reasoning_tokens),
        ("cache_write_tokens", usage.cache_write_tokens),
        ("audio_input_tokens", usage.audio_input_tokens),
        ("audio_output_tokens", usage.audio_output_tokens),
    )
    return {name: count for name, count in counts if count}


def settled_line(event: Settlement) -> dict[str, object]:
    """The whole line."""
    return {**settled_words(words_of(event)), **settled_numbers(event)}


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
