"""What happened, as frozen values the parts of the gateway tell one `EventSink`; it holds no text a caller wrote.

A string in an event is one of four things: a name out of the configuration, a code out of a closed set, our own request
id, or a hash. Sinks (metrics, log lines) rely on it, and a sink that writes text out checks it again (law 9).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

from gateway.domain import Carrier, Destination, Kind, Sensitivity, Settlement, Shortfall
from gateway.events.access import AuthFailed, ConsoleRefused
from gateway.events.attempts import AttemptEnded, AttemptStarted, FellBack
from gateway.events.closed_sets import (
    AbortPhase,
    AttemptResult,
    AuthFailure,
    AwaitsRestart,
    Cause,
    ExitReason,
    FallbackResult,
    LedgerLoss,
    LedgerResult,
    MeterKind,
    MeterLoss,
    Noted,
    OwnList,
    Record,
    ReloadResult,
    ScanFailure,
    Side,
    Witnessing,
    WitnessLoss,
)
from gateway.events.emergency import EmergencyEnd, EmergencyEnded, EmergencyOpened
from gateway.events.lifetime import (
    EmbeddedExited,
    EmbeddedStarted,
    GatewayStarted,
    GatewayStopped,
    MeterSeen,
    QuotaLeft,
    StateSeen,
)
from gateway.events.quota import QuotaCounted, QuotaRefused, SharedLoss, SharedSeen
from gateway.events.steps import CollectorSeen, Step, StepEnded

__all__ = [
    "AbortPhase",
    "AttemptEnded",
    "AttemptResult",
    "AttemptStarted",
    "AuthFailed",
    "AuthFailure",
    "AwaitsRestart",
    "BaaSeen",
    "Cause",
    "CollectorSeen",
    "ConfigReloaded",
    "ConsoleRefused",
    "Decided",
    "EgressRefused",
    "EgressViolation",
    "EmbeddedExited",
    "EmbeddedStarted",
    "EmergencyEnd",
    "EmergencyEnded",
    "EmergencyOpened",
    "Event",
    "EventSink",
    "ExitReason",
    "FallbackResult",
    "FanOut",
    "Faulted",
    "FellBack",
    "FellShort",
    "GatewayStarted",
    "GatewayStopped",
    "LedgerCheckpointed",
    "LedgerLoss",
    "LedgerLost",
    "LedgerRecovered",
    "LedgerResult",
    "LedgerWitnessed",
    "LedgerWritten",
    "MeterKind",
    "MeterLoss",
    "MeterSeen",
    "ModelLoaded",
    "Noted",
    "OwnList",
    "OwnWordsUsed",
    "PhiFound",
    "ProviderProbed",
    "QueueChanged",
    "QueueWaited",
    "QuotaCounted",
    "QuotaLeft",
    "QuotaRefused",
    "Record",
    "ReloadResult",
    "ScanEnded",
    "ScanFailure",
    "SharedLoss",
    "SharedSeen",
    "Side",
    "StateSeen",
    "Step",
    "StepEnded",
    "StreamAborted",
    "TargetForwards",
    "WitnessLoss",
    "Witnessing",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The policy has spoken. `reason` is a code of the policy package, from a closed set."""

    event: ClassVar[str] = "request.decided"
    sensitivity: Sensitivity
    destination: Destination
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhiFound:
    """`count` findings of one kind in one part of a request."""

    event: ClassVar[str] = "phi.found"
    kind: Kind
    carrier: Carrier
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWordsUsed:
    """`count` findings of one request that own words added (`also`) or took back (`never`)."""

    event: ClassVar[str] = "own_words.used"
    of: OwnList
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanEnded:
    """A scan is over; `failed` says what was done where it failed or came late."""

    event: ClassVar[str] = "scan.ended"
    duration_s: float
    failed: ScanFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressRefused:
    """A candidate target off the premises was refused. `reason` is a code of the policy package or of `outbound`."""

    event: ClassVar[str] = "egress.refused"
    reason: str
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressViolation:
    """The tripwire: a connection without a recorded `Outbound`. Must never happen."""

    event: ClassVar[str] = "egress.violated"
    provider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetForwards:
    """A target that is configured as on the premises has its model served by somebody else (Ollama's cloud)."""

    event: ClassVar[str] = "target.forwards"
    provider: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FellShort:
    """A target answered, and its own words show that it did not do what it was asked."""

    event: ClassVar[str] = "answer.fell_short"
    request_id: str
    provider: str
    target: str
    how: Shortfall


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamAborted:
    event: ClassVar[str] = "stream.aborted"
    phase: AbortPhase
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerWritten:
    """`count` rows of one table were written in one commit, or were not; `duration_s` is the commit's."""

    event: ClassVar[str] = "ledger.written"
    record: Record
    result: LedgerResult
    duration_s: float
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCheckpointed:
    """The record has `size` rows under `root` (SHA-256, hex); `ok`: signed, and kept in the second place."""

    event: ClassVar[str] = "ledger.checkpointed"
    size: int
    root: str
    at_s: float
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerWitnessed:
    """Somebody elsewhere was told the root of a checkpoint, or was not: why."""

    event: ClassVar[str] = "ledger.witnessed"
    by: Witnessing
    loss: WitnessLoss | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLost:
    """The ledger is not the file at its path any more, and is closed until a restart; or it could not be opened or written,
    which is tried again.
    """

    event: ClassVar[str] = "ledger.lost"
    loss: LedgerLoss


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRecovered:
    """The ledger can be written again; `lost` rows that nobody waited for are missing in it."""

    event: ClassVar[str] = "ledger.recovered"
    outage_s: float
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigReloaded:
    """The configuration and the policies were read again. Hashes are SHA-256 (hex); refused, `after` is as `before`.

    `problems` is how many things are wrong with what was read, `restart` the settings that changed and wait for a
    restart, `rules_added` and `rules_removed` are how many rules came and went, `words_wider` and `words_narrower` how many
    changes to the administrator's own words let less and more be found, `opens` in how many ways more may leave than before.
    """

    event: ClassVar[str] = "config.reloaded"
    result: ReloadResult
    config_before: str
    config_after: str
    policy_before: str
    policy_after: str
    problems: int = 0
    restart: tuple[AwaitsRestart, ...] = ()
    rules_added: int = 0
    rules_removed: int = 0
    words_wider: int = 0
    words_narrower: int = 0
    opens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BaaSeen:
    """A provider has a BAA that holds `days_left` days more, today included; 0 or less: it has ended, and counts as none.

    `ends_at_s` is the moment (UTC, seconds) at which it does.
    """

    event: ClassVar[str] = "baa.seen"
    provider: str
    days_left: int
    ends_at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderProbed:
    """A server answered, or did not and why; `address` is its configured one, as `host:port`."""

    event: ClassVar[str] = "provider.probed"
    provider: str
    up: bool
    address: str = ""
    cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChanged:
    """So many requests wait for a slot on a machine."""

    event: ClassVar[str] = "queue.changed"
    machine: str
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueWaited:
    """A request got its slot at a target after so long."""

    event: ClassVar[str] = "queue.waited"
    target: str
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLoaded:
    """A server was told to load the model of a target, and did, or did not."""

    event: ClassVar[str] = "model.loaded"
    provider: str
    target: str
    ok: bool
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulted:
    """A fault of our own: the class of the exception and the place in our code, never its text."""

    event: ClassVar[str] = "gateway.faulted"
    request_id: str
    kind: str
    where: str


Event: TypeAlias = (
    Settlement
    | AttemptStarted
    | AttemptEnded
    | FellBack
    | Decided
    | PhiFound
    | OwnWordsUsed
    | ScanEnded
    | EgressRefused
    | EgressViolation
    | TargetForwards
    | FellShort
    | StreamAborted
    | AuthFailed
    | ConsoleRefused
    | LedgerWritten
    | LedgerCheckpointed
    | LedgerWitnessed
    | LedgerLost
    | EmergencyOpened
    | EmergencyEnded
    | LedgerRecovered
    | ConfigReloaded
    | BaaSeen
    | ProviderProbed
    | QueueChanged
    | QueueWaited
    | QuotaCounted
    | QuotaRefused
    | SharedSeen
    | ModelLoaded
    | Faulted
    | GatewayStarted
    | GatewayStopped
    | StateSeen
    | MeterSeen
    | StepEnded
    | CollectorSeen
    | EmbeddedStarted
    | EmbeddedExited
)


class EventSink(Protocol):
    """Hears what happened. `emit` is called on the request path and from threads: it never raises, blocks or awaits."""

    def emit(self, event: Event) -> None: ...


class FanOut:
    """One sink made of several; each hears every event, in order."""

    def __init__(self, sinks: Sequence[EventSink]) -> None:
        self._sinks = tuple(sinks)

    def emit(self, event: Event) -> None:
        for sink in self._sinks:
            sink.emit(event)
