"""The shape of `config.yaml`, field by field; knows what a value may look like, not whether the whole makes sense."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from gateway.config.values import (
    Amount,
    Count,
    Dollars,
    Flag,
    Gigabytes,
    HeaderName,
    Milliseconds,
    Name,
    Port,
    Seconds,
    Sha256,
    Share,
    Text,
    Watts,
    plain,
)
from gateway.domain import (
    USUAL_OPERATION,
    Capability,
    Complexity,
    Kind,
    Operation,
    Order,
    Permission,
    ProviderKind,
    Trait,
)
from gateway.domain.quota import Every, Measure, Per
from gateway.events import MeterKind


class Section(BaseModel):
    """A mapping of the file in which unknown keys are errors."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class TlsSection(Section):
    cert: Text
    key: Text


class Bind(Section):
    """Where a listener listens, and what protects it beyond loopback."""

    host: Text = "127.0.0.1"
    port: Port = 8080
    tls: TlsSection | None = None
    behind_tls_proxy: Flag = False


class ServerSection(Bind):
    hosts: tuple[Text, ...] = ()
    cors_origins: tuple[Text, ...] = ()
    on_prem_networks: tuple[Text, ...] = ()
    allow_unauthenticated: Flag = False
    keys: Literal["required"] | None = None
    console: Flag = True
    max_body_mb: Count = 32
    body_budget_mb: Count = 256
    header_timeout_s: Seconds = 10.0
    body_timeout_s: Seconds = 60.0
    write_timeout_s: Seconds = 60.0
    drain_s: Seconds = 8.0
    commit_s: Seconds = 15.0
    max_concurrency: Count = 2048


class ListenerSection(Bind):
    port: Port
    facades: tuple[Literal["openai", "anthropic", "ollama"], ...] = Field(
        default=("openai", "anthropic", "ollama"), min_length=1
    )
    keys: Literal["required", "none"] = "required"
    default_agent: Name | None = None


class HeadersSection(Section):
    route: HeaderName = "x-gateway-route"
    agent: HeaderName = "x-gateway-agent"
    conversation: HeaderName = "x-gateway-conversation"
    task: HeaderName = "x-clinic-task"
    priority: HeaderName = "x-gateway-priority"
    label: HeaderName = "x-gateway-label"
    complexity: HeaderName = "x-gateway-complexity"


class LedgerSection(Section):
    url: Text | None = None
    local: Literal["continue", "refuse"] = "continue"
    checkpoints: str = ""
    checkpoint_s: Seconds = 60.0
    syslog: Flag = False
    timestamp: Text | None = None
    timestamp_s: Seconds = 3600.0


class SharedSection(Section):
    """What replicas share, and where."""

    redis: Text | None = None


class ReloadSection(Section):
    """`wider: accept`: what lets more out than before waits for `gateway policy accept`."""

    wider: Literal["tell", "accept"] = "tell"


class EmergencySection(Section):
    """Emergency access: `reasons` are codes and what each means; a caller needs `may: [emergency]` besides."""

    reasons: dict[Name, Text] = Field(default={}, max_length=50)
    longest_minutes: Annotated[int, BeforeValidator(plain), Field(ge=1, le=1440)] = 60


class AlsoSection(Section):
    """An identifier of the house: what matches `pattern` (RE2) is found as `kind`, beside what is found anyway."""

    kind: Kind
    pattern: Annotated[str, Field(min_length=1, max_length=500)]
    why: Text


class NeverSection(Section):
    """A text that is nobody's name and no place, unless something says that it is."""

    text: Annotated[str, Field(min_length=1, max_length=200)]
    why: Text


class ScanSection(Section):
    deadline_ms: Milliseconds = 2000
    second: Literal["presidio"] | None = None
    also: tuple[AlsoSection, ...] = Field(default=(), max_length=200)
    never: tuple[NeverSection, ...] = Field(default=(), max_length=200)


class CallerSection(Section):
    key_sha256: Sha256
    agents: tuple[Text, ...] = Field(default=("*",), min_length=1)
    routes: tuple[Text, ...] = Field(default=("*",), min_length=1)
    may: tuple[Permission, ...] = ()
    label: Labels = ()


def _several(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Term = Annotated[str, Field(min_length=1, max_length=200)]


class LabelSection(Section):
    """A label in full: what it means, and terms of a text that give it."""

    means: Text
    terms: Annotated[
        tuple[Term, ...],
        BeforeValidator(_several, json_schema_input_type=Term | list[Term]),
        Field(max_length=500),
    ] = ()


def _label(value: object) -> object:
    return {"means": value} if isinstance(value, str) else value


Labels = Annotated[tuple[Name, ...], BeforeValidator(_several, json_schema_input_type=Name | list[Name])]


Excluded = Literal[
    Capability.VISION,
    Capability.AUDIO,
    Capability.FILES,
    Capability.EMBEDDINGS,
    Capability.RERANK,
    Capability.MODERATIONS,
    Capability.TRANSCRIPTIONS,
    Capability.FETCH_URLS,
    Capability.HOSTED_TOOLS,
    Capability.STORED_FILES,
]
"""Features that a target is asked for only where something shows it: its list of capabilities, or what a request carries."""


class BaaSection(Section):
    """The agreement with a vendor. `excludes` closes what needs those features; a retention of 0 days is `zero_retention`."""

    reference: Text
    expires: date
    excludes: tuple[Excluded, ...] = ()
    region: Text | None = None
    retention_days: Annotated[int | None, BeforeValidator(plain), Field(ge=0, le=36_500)] = None


class ProviderSection(Section):
    kind: ProviderKind
    base_url: str = ""
    api_key: str = ""
    traits: tuple[Trait, ...] = ()
    baa: BaaSection | None = None
    discover: Flag = False
    via: Literal["direct", "ollama", "litellm"] | None = None
    params: dict[str, str] = {}
    proxy: str = ""
    ca_bundle: str = ""
    relay_errors: Flag = False
    connect_s: Annotated[float | None, BeforeValidator(plain), Field(gt=0, le=60, allow_inf_nan=False)] = None
    machine: Name | None = None


class AmortiseSection(Section):
    """What a machine cost, and over how many busy hours that is spread."""

    usd: Annotated[Dollars, Field(gt=0)]
    years: Annotated[float, BeforeValidator(plain), Field(gt=0, le=50, allow_inf_nan=False)]
    busy_hours_a_day: Annotated[float, BeforeValidator(plain), Field(gt=0, le=24, allow_inf_nan=False)]


class MachineSection(Section):
    """A computer on which one or several providers run their models; `meters` if it is the one the gateway runs on."""

    memory_gb: Gigabytes | None = None
    max_queue: Count = 100
    max_wait_s: Seconds = 300.0
    turn_s: Seconds = 60.0
    meters: tuple[MeterKind, ...] = ()
    idle_w: Watts | None = None
    amortise: AmortiseSection | None = None


class PriceSection(Section):
    input_usd_per_mtok: Dollars
    output_usd_per_mtok: Dollars
    cached_input_usd_per_mtok: Dollars | None = None
    cache_write_usd_per_mtok: Dollars | None = None
    reasoning_usd_per_mtok: Dollars | None = None
    audio_input_usd_per_mtok: Dollars | None = None
    audio_output_usd_per_mtok: Dollars | None = None


class TargetSection(Section):
    provider: Text
    model: Text
    capabilities: tuple[Capability, ...] = ()
    context: Count | None = None
    power_w: Watts | None = None
    price: PriceSection | None = None
    relay_errors: Flag = False
    token_note: Flag = False
    idle_s: Seconds | None = None
    slots: Annotated[int | None, BeforeValidator(plain), Field(ge=1, le=10_000)] = None
    memory_gb: Gigabytes | None = None
    preload: Flag = False
    quality: Share | None = None
    complexity: tuple[Complexity, ...] = ()


class RouteSection(Section):
    targets: tuple[Text, ...] = Field(min_length=1)
    order: Order = Order.LISTED
    min_quality: Share | None = None
    retries: Annotated[int, BeforeValidator(plain), Field(ge=0, le=3)] = 0
    operation: Operation = USUAL_OPERATION
    first_token_s: Seconds | None = None
    cold_first_token_s: Seconds | None = None
    idle_s: Seconds | None = None
    total_s: Annotated[float | None, BeforeValidator(plain), Field(gt=0, le=86_400, allow_inf_nan=False)] = None
    thinking: Flag = True
    thinking_budget: Count | None = None


class MatchSection(Section):
    """How an agent is known by its system prompt: by one phrase, or by any of several."""

    system_contains: Annotated[tuple[Text, ...], Field(min_length=1), BeforeValidator(_several)]


class AgentSection(Section):
    route: Text
    match: MatchSection | None = None
    priority: Literal["realtime", "batch"] = "realtime"
    tasks: tuple[Text, ...] = ()
    label: Labels = ()


class AliasSection(Section):
    """An alias in full: `prefer: agent` lets the route of the agent who asks come first."""

    route: Text
    prefer: Literal["agent"] | None = None


def _alias(value: object) -> object:
    return {"route": value} if isinstance(value, str) else value


class RoutingSection(Section):
    primary: str = ""
    fallback: str = ""
    auto_fallback: Flag = True
    first_token_ms: Annotated[Milliseconds | None, BeforeValidator(plain)] = None


class PricingSection(Section):
    tariff_usd_per_kwh: Dollars | None = None
    baseline: Text | None = None
    prices: Text | None = None


class TracesSection(Section):
    otlp: Text | None = None
    share: Share = 1.0


class AllowanceSection(Section):
    """So much of one measure for each span of time (UTC); `name: "*"` is each by itself that has none of its own name."""

    per: Per
    name: Text = "*"
    of: Measure
    amount: Amount
    every: Every


class ConfigFile(Section):
    """All of `config.yaml`."""

    version: Literal[1]
    server: ServerSection = ServerSection()
    listeners: tuple[ListenerSection, ...] = ()
    headers: HeadersSection = HeadersSection()
    state_dir: Text = "./state"
    policies: Text = "./policies"
    ledger: LedgerSection = LedgerSection()
    shared: SharedSection = SharedSection()
    scan: ScanSection = ScanSection()
    reload: ReloadSection = ReloadSection()
    emergency: EmergencySection = EmergencySection()
    labels: dict[
        Name,
        Annotated[LabelSection, BeforeValidator(_label, json_schema_input_type=Text | LabelSection)],
    ] = Field(default={}, max_length=50)
    callers: dict[Name, CallerSection] = {}
    providers: dict[Name, ProviderSection] = {}
    machines: dict[Name, MachineSection] = {}
    targets: dict[Name, TargetSection] = {}
    routes: dict[Name, RouteSection] = {}
    agents: dict[Name, AgentSection] = {}
    routing: RoutingSection = RoutingSection()
    pricing: PricingSection = PricingSection()
    traces: TracesSection = TracesSection()
    budgets: Annotated[tuple[AllowanceSection, ...], Field(max_length=500)] = ()
    limits: Annotated[tuple[AllowanceSection, ...], Field(max_length=500)] = ()
    aliases: dict[
        Annotated[str, Field(min_length=1, max_length=200)],
        Annotated[AliasSection, BeforeValidator(_alias, json_schema_input_type=str | AliasSection)],
    ] = {}
    default_route: Text | None = None
    default_embedding_route: Text | None = None
