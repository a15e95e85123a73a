"""What the gateway runs with: one frozen value, complete and checked; a request keeps the one it started with."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from gateway.access.callers import Keyring
from gateway.access.origin import HostPolicy
from gateway.domain import Caller, Provider, Target
from gateway.domain.emergency import EmergencyTerms
from gateway.domain.quota import Allowances
from gateway.events import MeterKind
from gateway.phi.find.label_terms import LabelTerms
from gateway.phi.find.own_words import OwnWords
from gateway.policy.rules import Policy
from gateway.routing.price import Terms
from gateway.routing.table import RoutingTable
from gateway.scheduling.machine import Limits as MachineLimits

FACADES: Final = frozenset({"openai", "anthropic", "ollama"})
BAA_NOTICE_DAYS: Final = 30
BAA_LONGEST_DAYS: Final = 3653
IPNetwork: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"


@dataclass(frozen=True, slots=True)
class Tls:
    """Paths of PEM files."""

    cert: str
    key: str


@dataclass(frozen=True, slots=True)
class Listener:
    """One address that the gateway listens on.

    `anonymous` is who calls without a key, or None where every call needs one; `keyless` is whether it is written down
    that none is needed, which keys elsewhere then do not change. `default_agent` is who asks when no agent is claimed.
    `proxied`: clients reach it through a proxy that speaks TLS to them.
    """

    host: str
    port: int
    facades: frozenset[str] = FACADES
    anonymous: Caller | None = None
    default_agent: str = ""
    tls: Tls | None = None
    keyless: bool = False
    proxied: bool = False


@dataclass(frozen=True, slots=True)
class Headers:
    """Names of the headers that callers steer with, in lower case."""

    route: str = "x-gateway-route"
    agent: str = "x-gateway-agent"
    conversation: str = "x-gateway-conversation"
    task: str = "x-clinic-task"
    priority: str = "x-gateway-priority"
    label: str = "x-gateway-label"
    complexity: str = "x-gateway-complexity"

    @property
    def names(self) -> frozenset[str]:
        """All of them, as they are called here."""
        return frozenset(
            {self.route, self.agent, self.conversation, self.task, self.priority, self.label, self.complexity}
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What one caller, and all together, may ask of the process. Sizes in bytes, times in seconds."""

    max_body: int = 32 * 2**20
    body_budget: int = 256 * 2**20
    header_timeout_s: float = 10.0
    body_timeout_s: float = 60.0
    write_timeout_s: float = 60.0
    drain_s: float = 8.0
    commit_s: float = 15.0
    max_concurrency: int = 2048


@dataclass(frozen=True, slots=True)
class Pricing:
    """`tariff_usd_per_kwh` prices the energy of local targets that have no price per token. `baseline` is the target by whose
    price is told what was saved, `prices` a file of prices that come before the published ones.
    """

    tariff_usd_per_kwh: Decimal | None = None
    baseline: str = ""
    prices: str = ""


@dataclass(frozen=True, slots=True)
class Metering:
    """How the energy of `machine`, the one that the gateway runs on, is measured: by which `meters`.

    `idle_w` is what they show while it has nothing to do, None where that is measured too.
    """

    machine: str
    meters: tuple[MeterKind, ...]
    idle_w: float | None = None


@dataclass(frozen=True, slots=True)
class Traces:
    """`otlp` is the address of a collector on the premises that speaks OTLP over HTTP, `share` how many of the traces that
    begin here are kept, of 1.
    """

    otlp: str
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Witness:
    """Where signatures of what the record comes to are kept ("": beside it), and how often one is made.

    `timestamp` is the URL of an authority (RFC 3161) that stamps one of them every `timestamp_s` seconds; "": nobody does.
    """

    checkpoints: str
    every_s: float = 60.0
    syslog: bool = False
    timestamp: str = ""
    timestamp_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class Sources:
    """The texts that settings were made of: `config.yaml`, and by their paths the policies and their tests."""

    config: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)
    tests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything `config.yaml` and the environment say. `listeners` starts with the one of `server:`."""

    file: str
    listeners: tuple[Listener, ...]
    limits: Limits
    headers: Headers
    host_policy: HostPolicy
    keyring: Keyring
    on_prem_networks: tuple[IPNetwork, ...]
    state_dir: str
    policies: str
    ledger_local: Literal["continue", "refuse"]
    witness: Witness
    scan_deadline_s: float
    providers: Mapping[str, Provider]
    targets: Mapping[str, Target]
    table: RoutingTable
    auto_fallback: bool
    machines: Mapping[str, MachineLimits] = field(default_factory=dict)
    """What the machines can bear, by the name that `Provider.machine_name` says; others have the usual limits."""
    metering: Metering | None = None
    """How the energy of the answers that are made on this machine is measured; None: it is modelled."""
    pricing: Pricing = field(default_factory=Pricing)
    allowances: Allowances = field(default_factory=Allowances)
    """Budgets and limits: what may be used up, by whom."""
    emergency: EmergencyTerms = field(default_factory=EmergencyTerms)
    stored_callers: frozenset[str] = frozenset()
    """Callers of the key store, as it was when this was read: rules and budgets may name them."""
    policy: Policy = field(default_factory=Policy)
    traces: Traces | None = None
    """Where traces go; None: nothing is traced."""
    ledger_url: str = field(default="", repr=False)
    """The URL of the database that the record is in, maybe with a password; "": it is in `state_dir`."""
    shared_redis: str = field(default="", repr=False)
    """The URL of what counts budgets and limits for all replicas, maybe with a password; "": this process does."""
    console: bool = True
    """Whether browsers are shown the console."""
    scan_second: str = ""
    """The detector that must agree that a text is clear, or ""."""
    own_words: OwnWords = field(default_factory=OwnWords)
    """What else is an identifier here, and what never is."""
    label_terms: LabelTerms = field(default_factory=LabelTerms)
    """Terms of a text that give it a label."""
    wider_waits: bool = False
    """Whether a configuration that opens something waits until it is accepted."""
    sources: Sources = field(default_factory=Sources, repr=False)
    hash: str = ""
    """SHA-256 (hex) of the text of the file."""
    policies_unread: tuple[str, ...] = ()
    """What lies in the folder of the policies and is none."""

    @property
    def policies_hidden(self) -> tuple[str, ...]:
        """Those of them that look like rules."""
        return tuple(name for name in self.policies_unread if name.casefold().endswith((".yaml", ".yml")))

    def baa_days(self, day: date) -> Mapping[str, int]:
        """How many days the BAA of each provider that has one holds from `day` on, that day included; less than 1: none."""
        terms = {name: one.baa for name, one in self.providers.items() if one.baa is not None}
        return {name: (term.expires - day).days + 1 for name, term in terms.items()}

    @property
    def label_givers(self) -> Mapping[str, Sequence[str]]:
        """Who gives each label by default: agents, which are not always named, and callers."""
        who = [(f"agent {agent.name}", agent.labels) for agent in self.table.agents.values()]
        who += [(f"caller {caller.name}", caller.labels) for caller in self.callers]
        return {label: [name for name, gives in who if label in gives] for label in self.table.labels}

    @property
    def baa_words(self) -> frozenset[str]:
        """The references of all agreements, as words of the record."""
        return frozenset(one.baa.word for one in self.providers.values() if one.baa is not None)

    @property
    def baa_ends_at_s(self) -> Mapping[str, float]:
        """When the BAA of each provider that has one ends: UTC in seconds, the midnight after its last day."""
        terms = {name: one.baa for name, one in self.providers.items() if one.baa is not None}
        return {
            name: datetime.combine(term.expires, time.min, UTC).timestamp() + 86_400 for name, term in terms.items()
        }

    def baa_notes(self, day: date) -> list[str]:
        """A sentence for each BAA that has ended on `day`, will within the month, or ends in a year that looks mistyped."""
        notes = []
        for name, days in self.baa_days(day).items():
            last = day + timedelta(days - 1)
            if days < 1:
                notes.append(f"The BAA of provider {name} has ended ({last}): it counts as having none.")
            elif days <= BAA_NOTICE_DAYS:
                notes.append(f"The BAA of provider {name} ends in {days} day{'' if days == 1 else 's'} ({last}).")
            elif days > BAA_LONGEST_DAYS:
                notes.append(
                    f"The BAA of provider {name} ends more than ten years from now ({last}). Is the year right?"
                )
        return notes

    @property
    def terms(self) -> Terms:
        """By what bills are reckoned."""
        against = self.targets.get(self.pricing.baseline)
        return Terms(self.pricing.tariff_usd_per_kwh, against.price if against else None)

    @property
    def detectors(self) -> int:
        """How many detectors look at each text."""
        return 2 if self.scan_second else 1

    @property
    def callers(self) -> tuple[Caller, ...]:
        return tuple(caller for _, caller in self.keyring.entries)
