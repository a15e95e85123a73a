"""The beginning and the end of the gateway and of the demonstration models' process, and how it is in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from gateway.events.closed_sets import ExitReason, MeterKind, MeterLoss


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterSeen:
    """A meter of energy measures, or does not, and why; told at the start and whenever that changes."""

    event: ClassVar[str] = "meter.seen"
    meter: MeterKind
    loss: MeterLoss | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLeft:
    """How much of one budget or limit is left in its span: a share of 1."""

    sort: str
    per: str
    name: str
    of: str
    every: str
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSeen:
    """How things are at this moment, for a scrape: `record`: intents can be written; `routes`: a target of theirs can be
    asked; `left_alone`: a target is not asked because it failed; `loaded`: its model is in memory, where a server says so.
    """

    event: ClassVar[str] = "gateway.seen"
    record: bool
    routes: Mapping[str, bool]
    left_alone: Mapping[str, bool]
    loaded: Mapping[str, bool]
    quotas: tuple[QuotaLeft, ...] = ()
