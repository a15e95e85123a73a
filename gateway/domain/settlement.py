"""What one request came to, in one value that the metrics, the log, the record and the headers all render; holds no text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from gateway.domain.outcome import Destination, Outcome, Quality, Sensitivity, Usage
from gateway.domain.phi import Kind, UnknownReason
from gateway.domain.routing import Dialect, Operation, ProviderKind
from gateway.domain.traced import Traced

MICRO = 1_000_000
NANO = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One request is over: exactly one of these per request that reached a facade, whatever became of it.

    Times, money and energy are whole microseconds, nano-dollars and nano-watt-hours, rounded once, so that whoever
    shows them shows the same digits. `caller`, `route`, `agent`, `target`, `provider` and `model` are names from the
    configuration, or "" where none was chosen; `error_code` is one of `errors.py` or "". `at_us` is UTC.

    `overhead_us` is our own share of the time until the answer's headers went out, the upstreams' time taken off.
    `queued_us` is how long the request stood in queues of machines.
    `cost_quality` and `energy_quality` say how they came about; `baseline_nano_usd` is what the same tokens cost by
    the price that things are held against.
    `first_token_us` is None where no content came in a stream, `cost_nano_usd` where nobody says the price,
    `energy_nwh` where no power is configured. `found` counts what the scan found, by kind; `redacted` are the kinds
    that were taken out, `not_carried` the known fields that the target's dialect has no word for.
    `labels` is what the request was labelled, `agents` who asked where it claimed several, `counted` the kinds that made it
    PHI: each in order of their names. `config_hash` is of the configuration by which it was decided, `detectors` how many
    looked at each text and `detector` their versions. `emergency` is the reason of emergency access, or "".
    `traced` is where it stands in a trace, where traces are kept.
    """

    event: ClassVar[str] = "request.settled"
    at_us: int
    request_id: str
    operation: Operation
    dialect: Dialect
    outcome: Outcome
    status: int
    duration_us: int
    overhead_us: int
    caller: str = ""
    route: str = ""
    agent: str = ""
    target: str = ""
    provider: str = ""
    provider_kind: ProviderKind | None = None
    model: str = ""
    error_code: str = ""
    sensitivity: Sensitivity = Sensitivity.UNKNOWN
    destination: Destination = Destination.NONE
    reason: str = ""
    policy_hash: str = ""
    rules: tuple[str, ...] = ()
    found: Mapping[Kind, int] = field(default_factory=dict)
    unknowns: frozenset[UnknownReason] = frozenset()
    redacted: frozenset[Kind] = frozenset()
    labels: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    agent_unclear: bool = False
    counted: tuple[Kind, ...] = ()
    not_carried: tuple[str, ...] = ()
    stream: bool = False
    attempts: int = 0
    first_token_us: int | None = None
    queued_us: int = 0
    usage: Usage = field(default_factory=Usage)
    cost_nano_usd: int | None = None
    energy_nwh: int | None = None
    cost_quality: Quality | None = None
    energy_quality: Quality | None = None
    baseline_nano_usd: int | None = None
    pseudonyms_unresolved: int = 0
    config_hash: str = ""
    detectors: int | None = None
    detector: str = ""
    emergency: str = ""
    traced: Traced | None = None

    @property
    def facade(self) -> str:
        """The endpoint, as logs name it: "openai.chat"."""
        return f"{self.dialect}.{self.operation}"

    @property
    def duration_s(self) -> float:
        return self.duration_us / MICRO

    @property
    def overhead_s(self) -> float:
        return self.overhead_us / MICRO

    @property
    def queued_s(self) -> float:
        return self.queued_us / MICRO

    @property
    def first_token_s(self) -> float | None:
        return None if self.first_token_us is None else self.first_token_us / MICRO

    @property
    def cost_usd(self) -> Decimal | None:
        return None if self.cost_nano_usd is None else Decimal(self.cost_nano_usd).scaleb(-9)

    @property
    def energy_wh(self) -> Decimal | None:
        return None if self.energy_nwh is None else Decimal(self.energy_nwh).scaleb(-9)
