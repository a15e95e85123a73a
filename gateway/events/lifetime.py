"""The beginning and the end of the gateway, and of the process that serves the demonstration models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gateway.events.closed_sets import ExitReason


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayStarted:
    event: ClassVar[str] = "gateway.started"
    version: str
    config_hash: str
    policy_hash: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayStopped:
    event: ClassVar[str] = "gateway.stopped"
    uptime_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedStarted:
    """The child process of the demonstration model answers."""

    event: ClassVar[str] = "embedded.started"
    model: str
    duration_s: float
    provider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedExited:
    event: ClassVar[str] = "embedded.exited"
    model: str
    reason: ExitReason
    code: int | None = None
    provider: str = ""
