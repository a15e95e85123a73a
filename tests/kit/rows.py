"""Rows of the record, and a sink that remembers what it heard."""

from __future__ import annotations

from gateway.domain import (
    Destination,
    Dialect,
    Kind,
    Operation,
    Outcome,
    ProviderKind,
    Quality,
    Sensitivity,
    Settlement,
    Style,
    Trait,
    UnknownReason,
    Usage,
)
from gateway.events import AttemptResult, ReloadResult
from gateway.policy.rules import Policy
from gateway.ports import AttemptRow, ConfigRow, IntentRow

WORDS = (
    "soma",
    "triage",
    "pathologist",
    "sonnet",
    "fast",
    "anthropic-eu",
    "ollama",
    "claude-sonnet-4",
    "no-phi",
    "allowed",
)


def make_intent(number: int = 0, **changes: object) -> IntentRow:
    fields: dict[str, object] = {
        "at_us": 1_790_000_000_000_000 + number,
        "request_id": f"req_{number:032x}",
        "attempt": 1,
        "operation": Operation.CHAT,
        "dialect": Dialect.OPENAI,
        "caller": "soma",
        "route": "triage",
        "agent": "pathologist",
        "target": "sonnet",
        "provider": "anthropic-eu",
        "provider_kind": ProviderKind.ANTHROPIC,
        "model": "claude-sonnet-4",
        "sensitivity": Sensitivity.PHI,
        "policy_hash": "c0ffee00",
        "body_digest": bytes(32),
        "body_bytes": 812,
        "traits": frozenset({Trait.BAA}),
        "redacted": {Kind.MRN: Style.TOKEN, Kind.NAME: Style.TOKEN},
        "rules": ("no-phi",),
    }
    return IntentRow(**(fields | changes))


def make_attempt(number: int = 0, **changes: object) -> AttemptRow:
    fields: dict[str, object] = {
        "at_us": 1_790_000_000_000_000 + number,
        "request_id": f"req_{number:032x}",
        "attempt": 1,
        "operation": Operation.CHAT,
        "target": "fast",
        "provider": "ollama",
        "provider_kind": ProviderKind.OLLAMA,
        "model": "claude-sonnet-4",
        "result": AttemptResult.OK,
        "duration_s": 0.5,
        "status": 200,
    }
    return AttemptRow(**(fields | changes))


def make_outcome(number: int = 0, **changes: object) -> Settlement:
    fields: dict[str, object] = {
        "at_us": 1_790_000_000_000_000 + number,
        "request_id": f"req_{number:032x}",
        "operation": Operation.CHAT,
        "dialect": Dialect.OPENAI,
        "outcome": Outcome.OK,
        "status": 200,
        "duration_us": 1_250_000,
        "overhead_us": 4_000,
        "caller": "soma",
        "target": "sonnet",
        "provider": "anthropic-eu",
        "provider_kind": ProviderKind.ANTHROPIC,
        "model": "claude-sonnet-4",
        "sensitivity": Sensitivity.PHI,
        "destination": Destination.CLOUD,
        "reason": "allowed",
        "policy_hash": "c0ffee00",
        "attempts": 1,
        "first_token_us": 250_000,
        "usage": Usage(input_tokens=100, output_tokens=10, reported=True),
        "cost_nano_usd": 450_000,
        "energy_nwh": 250_000_001,
        "found": {Kind.MRN: 2},
        "unknowns": frozenset({UnknownReason.IMAGE}),
    }
    return Settlement(**(fields | changes))


def settled(**changes: object) -> Settlement:
    """A chat that one local target answered."""
    fields: dict[str, object] = {
        "request_id": f"req_{0:032x}",
        "operation": Operation.CHAT,
        "dialect": Dialect.OPENAI,
        "at_us": 1_790_000_000_000_000,
        "outcome": Outcome.OK,
        "status": 200,
        "duration_us": 3_000_000,
        "overhead_us": 4_000,
        "route": "triage",
        "target": "fast",
        "provider": "ollama",
        "provider_kind": ProviderKind.OLLAMA,
        "model": "llama3.2:3b",
        "first_token_us": 1_000_000,
        "usage": Usage(input_tokens=100, output_tokens=21, reported=True),
        "cost_nano_usd": 2_000_000,
        "cost_quality": Quality.REPORTED,
        "energy_nwh": 500_000_000,
        "energy_quality": Quality.MODELLED,
        "attempts": 1,
    }
    return Settlement(**(fields | changes))


def make_config(number: int = 0, **changes: object) -> ConfigRow:
    policy = Policy()
    fields: dict[str, object] = {
        "at_us": 1_790_000_000_000_000 + number,
        "result": ReloadResult.OK,
        "config_before": "a" * 64,
        "config_after": "b" * 64,
        "policy_before": "c" * 64,
        "policy_after": policy.hash,
        "policy_text": policy.text,
    }
    return ConfigRow(**(fields | changes))
