"""Who asks, and where a request may go; no behaviour but claims about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final


class Trait(StrEnum):  # what an administrator vouches for about a provider
    ON_PREM = "on_prem"
    BAA = "baa"
    ZERO_RETENTION = "zero_retention"


class Dialect(StrEnum):
    """How a caller or a target speaks. OpenAI chat is the hub between them."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    OLLAMA = "ollama"


class ProviderKind(StrEnum):
    LM_STUDIO = "lm_studio"
    OLLAMA = "ollama"
    MLX = "mlx"
    LLAMA_CPP = "llama_cpp"
    VLLM = "vllm"
    WHISPER = "whisper"
    OPENAI_COMPATIBLE = "openai_compatible"
    ANTHROPIC = "anthropic"
    OPENAI = "openai"
    AZURE = "azure"
    BEDROCK = "bedrock"
    VERTEX = "vertex"
    LITELLM = "litellm"  # any other provider that LiteLLM knows, by its model prefix
    EMBEDDED = "embedded"
    SCRIPTED = "scripted"


class Adapter(StrEnum):
    """Which piece of `upstream/` sends."""

    DIRECT = "direct"
    OLLAMA = "ollama"
    LITELLM = "litellm"
    EMBEDDED = "embedded"
    SCRIPTED = "scripted"


class Capability(StrEnum):
    """What a target can do, or may be asked to do on someone's behalf (the last three are errands, law 11)."""

    VISION = "vision"
    TOOLS = "tools"
    JSON_SCHEMA = "json_schema"
    AUDIO = "audio"
    FILES = "files"
    EMBEDDINGS = "embeddings"
    RERANK = "rerank"
    MODERATIONS = "moderations"
    TRANSCRIPTIONS = "transcriptions"
    FETCH_URLS = "fetch_urls"
    HOSTED_TOOLS = "hosted_tools"
    STORED_FILES = "stored_files"


class Operation(StrEnum):
    """What a target is asked for; a route serves one."""

    CHAT = "chat"
    EMBEDDINGS = "embeddings"
    RERANK = "rerank"
    MODERATIONS = "moderations"
    TRANSCRIPTIONS = "transcriptions"

    @property
    def capability(self) -> Capability | None:
        """What a target must list to be asked for it, and only then: None where any other target will do."""
        return _CAPABILITIES.get(self)

    @property
    def default_key(self) -> str:
        """The key of the configuration that names the route of a request which names none; "" where there is none."""
        return _DEFAULT_KEYS.get(self, "")

    @property
    def one_model(self) -> bool:
        """Whether answers of two models cannot be compared, so that a route keeps to one: vectors."""
        return self is Operation.EMBEDDINGS


USUAL_OPERATION: Final = Operation.CHAT
"""What a route serves that does not say."""
_CAPABILITIES: Mapping[Operation, Capability] = {
    Operation.EMBEDDINGS: Capability.EMBEDDINGS,
    Operation.RERANK: Capability.RERANK,
    Operation.MODERATIONS: Capability.MODERATIONS,
    Operation.TRANSCRIPTIONS: Capability.TRANSCRIPTIONS,
}
_DEFAULT_KEYS: Mapping[Operation, str] = {
    Operation.CHAT: "default_route",
    Operation.EMBEDDINGS: "default_embedding_route",
}


@dataclass(frozen=True, slots=True)
class BaaTerm:
    """A business associate agreement: a reference for the auditor, and the last day it holds.

    `excludes` are features that it does not speak for: nothing that needs one goes there. `region` is where the vendor works
    on what it gets, `retention_days` how long it keeps it; "" and None: the agreement does not say.
    """

    reference: str
    expires: date
    excludes: frozenset[Capability] = frozenset()
    region: str = ""
    retention_days: int | None = None

    @property
    def word(self) -> str:
        """The reference as a word of the record: printable ASCII, 200 characters at most."""
        return "".join(one if " " <= one <= "~" else "?" for one in self.reference)[:200]


@dataclass(frozen=True, slots=True)
class Provider:
    """A vendor or a local server, as configured."""

    name: str
    kind: ProviderKind
    adapter: Adapter
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    traits: frozenset[Trait] = frozenset()
    baa: BaaTerm | None = None
    discover: bool = False
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: str = ""
    ca_bundle: str = ""
    relay_errors: bool = False
    forwards: bool = False  # it stands on the premises, and sends what it is asked on to somebody who does not
    connect_s: float = 5.0  # how long it may take to accept a connection
    machine: str = ""  # where it runs, beside others; "" for one of its own
    usd_per_busy_hour: Decimal | None = None  # what that machine costs while it works, beside electricity
    off: str = ""  # why it is off ("ANTHROPIC_API_KEY is not set"); empty when it may be tried

    def traits_on(self, day: date) -> frozenset[Trait]:
        """Traits that hold on `day`: `baa` only until its date, `on_prem` only where the answer is made here too."""
        traits = self.traits - {Trait.ON_PREM} if self.forwards else self.traits
        if self.baa is not None and day <= self.baa.expires:
            nothing_kept = {Trait.ZERO_RETENTION} if self.baa.retention_days == 0 else set[Trait]()
            return traits | {Trait.BAA} | nothing_kept
        return traits - {Trait.BAA}

    @property
    def on_prem(self) -> bool:
        """Whether the answer is made on the premises."""
        return self.at_home and not self.forwards

    @property
    def machine_name(self) -> str:
        """The machine whose memory and turns its models share."""
        return self.machine or self.name

    @property
    def at_home(self) -> bool:
        """Whether the server itself stands on the premises, as its address has to show."""
        return Trait.ON_PREM in self.traits


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens. A sort of tokens without a price of its own costs what all input, or all output, does."""

    input_usd_per_mtok: Decimal
    output_usd_per_mtok: Decimal
    cached_input_usd_per_mtok: Decimal | None = None
    cache_write_usd_per_mtok: Decimal | None = None
    reasoning_usd_per_mtok: Decimal | None = None
    audio_input_usd_per_mtok: Decimal | None = None
    audio_output_usd_per_mtok: Decimal | None = None

    dearest_input: Decimal = field(init=False, compare=False)
    """The most that a token of input may cost, and below one of output: reckoned once, and asked of every request."""
    dearest_output: Decimal = field(init=False, compare=False)

    def __post_init__(self) -> None:
        within = (self.cached_input_usd_per_mtok, self.cache_write_usd_per_mtok, self.audio_input_usd_per_mtok)
        without = (self.reasoning_usd_per_mtok, self.audio_output_usd_per_mtok)
        dearest = max(self.input_usd_per_mtok, *(one or Decimal(0) for one in within))
        object.__setattr__(self, "dearest_input", dearest)
        dearest = max(self.output_usd_per_mtok, *(one or Decimal(0) for one in without))
        object.__setattr__(self, "dearest_output", dearest)


class Complexity(StrEnum):
    """How much a request asks of a model.

    Simple is what a small local model (1 to 8 B) does well: one short question, an extraction, a label, a sentence put otherwise,
    a greeting, a format. Medium needs a capable one (14 to 70 B): a page of notes summed up, a report made of findings, a letter
    or a piece of code with constraints, several fields out of a note. Complex needs the best: a differential over findings that
    contradict each other, several documents brought together, long work with several tools, a difficult design or
    proof, a plan under many constraints. How long an order is says little about whether it is complex.
    """

    SIMPLE = "simple"
    MEDIUM = "medium"
    COMPLEX = "complex"


@dataclass(frozen=True, slots=True)
class Target:
    """One model at one provider; `token_note`: a model that is sent tokens is told what they are.

    `idle_s`: how long it may be silent in the middle of an answer; it comes before the route's. `slots`: how many requests
    it answers at once; `memory_gb`: what it takes of its machine; `preload`: it is loaded before anybody asks, and stays;
    `quality`: what an administrator thinks of its answers, 0 to 1; `complexity`: the levels that it is meant for, empty where
    nobody says.
    """

    name: str
    provider: Provider
    model: str
    capabilities: frozenset[Capability] = frozenset()
    context: int | None = None
    power_w: float | None = None
    price: Price | None = None
    relay_errors: bool = False
    token_note: bool = False
    idle_s: float | None = None
    slots: int | None = None
    memory_gb: float | None = None
    preload: bool = False
    quality: float | None = None
    complexity: frozenset[Complexity] = frozenset()

    @property
    def operations(self) -> tuple[Operation, ...]:
        """What it may be asked for: what it lists the capability of, else all that needs none."""
        listed = [one for one in Operation if one.capability in self.capabilities]
        return tuple(listed or [one for one in Operation if one.capability is None])


class Order(StrEnum):
    """In which order a route tries the targets that a request may go to."""

    LISTED = "listed"
    LOCAL_FIRST = "local_first"
    FASTEST = "fastest"
    CHEAPEST = "cheapest"
    BY_COMPLEXITY = "by_complexity"


@dataclass(frozen=True, slots=True)
class Thinking:
    """What a route says of models that reason before they answer: whether they are to, and how many tokens more that takes."""

    wanted: bool = True
    budget: int = 0


UNSAID_THINKING: Final = Thinking()
"""Of a route that says nothing: every model as it is."""


@dataclass(frozen=True, slots=True)
class Route:
    """A public model name: the targets it may lead to, in order, and how long to wait for them.

    `first_token_s` is for the first content, `cold_first_token_s` the same where the model has to be loaded first,
    `idle_s` for what comes next once it is there, `total_s` for all of it. None: nobody set a limit; a model that loads for
    minutes is then waited for. `min_quality`: targets under it are not used. `retries`: how often the last target is asked
    again that failed before it said anything.
    """

    name: str
    targets: tuple[Target, ...]
    operation: Operation = USUAL_OPERATION
    first_token_s: float | None = None
    idle_s: float | None = None
    thinking: Thinking = UNSAID_THINKING
    cold_first_token_s: float | None = None
    total_s: float | None = None
    order: Order = Order.LISTED
    min_quality: float | None = None
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Agent:
    """Who asks inside an application; rules may name it.

    `system_contains`: words of its system prompt by which it is known, any of them, in whatever case. `batch`: where
    requests queue, its own go last. `labels`: what all that it asks is labelled.
    """

    name: str
    route: str
    system_contains: tuple[str, ...] = ()
    batch: bool = False
    labels: tuple[str, ...] = ()


class Permission(StrEnum):
    EXPLAIN = "explain"
    METRICS = "metrics"
    EMERGENCY = "emergency"
    CONSOLE = "console"
    OPERATE = "operate"


EVERY = "*"
PRIVATE: Final = "private"
"""The label that is always there: what has it stays on the premises."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated application and its grant. An empty or `*` entry grants every agent or route.

    `key` is the SHA-256 of its key, b"" for one that needs none: with another key it is somebody else. `labels`: what all
    that it asks is labelled. `prefix` is the public beginning of its key where the key store has it, else "".
    """

    name: str
    agents: frozenset[str] = frozenset({EVERY})
    routes: frozenset[str] = frozenset({EVERY})
    may: frozenset[Permission] = frozenset()
    key: bytes = field(default=b"", repr=False)
    labels: tuple[str, ...] = ()
    prefix: str = ""
