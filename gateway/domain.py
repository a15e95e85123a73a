"""The words of the house: frozen values and ports that every layer shares; no behaviour but claims about themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeAlias

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Tree: TypeAlias = dict[str, JSON]
Path: TypeAlias = tuple[str | int, ...]  # where a value stands: object keys and list indices, outermost first


# --- what can be found -------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """A kind of identifier: the 18 of Safe Harbor (45 CFR 164.514(b)(2)(i)), split where a rule may want to."""

    NAME = "name"
    ADDRESS = "address"
    PHONE = "phone"
    FAX = "fax"
    EMAIL = "email"
    SSN = "ssn"
    MRN = "mrn"
    PLAN_MEMBER = "plan_member"
    ACCOUNT = "account"
    CARD = "card"
    IBAN = "iban"
    LICENCE = "licence"
    DEA = "dea"
    NPI = "npi"
    VEHICLE = "vehicle"
    PLATE = "plate"
    DEVICE = "device"
    NATIONAL_ID = "national_id"
    BIOMETRIC = "biometric"
    PHOTO = "photo"
    OTHER_ID = "other_id"
    TOKEN = "token"  # text of the caller that already looks like one of our pseudonyms  # noqa: S105
    DATE = "date"
    AGE = "age"
    ZIP = "zip"
    PLACE = "place"
    FACILITY = "facility"
    URL = "url"
    IP = "ip"


# Kinds that identify only beside something else: they count next to a direct finding or a patient cue.
INDIRECT = frozenset({Kind.DATE, Kind.AGE, Kind.ZIP, Kind.PLACE, Kind.FACILITY, Kind.URL, Kind.IP})
DIRECT = frozenset(Kind) - INDIRECT
GROUPS: Mapping[str, frozenset[Kind]] = {"any": frozenset(Kind), "direct": DIRECT, "indirect": INDIRECT}


class UnknownReason(StrEnum):  # what cannot be checked is treated as PHI (law 4)
    IMAGE = "image"
    AUDIO = "audio"
    FILE = "file"
    TOKEN_IDS = "token_ids"  # noqa: S105
    LANGUAGE = "language"
    ENCODED = "encoded"
    SCAN_FAILED = "scan_failed"
    UNDETECTABLE = "undetectable"
    UNREADABLE = "unreadable"  # a structural field outside its closed set


class Content(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    FILE = "file"
    TOKEN_IDS = "token_ids"  # noqa: S105


class Carrier(StrEnum):
    """The part of a request in which something was found; a closed set, because it is a metric label."""

    SYSTEM = "system"
    MESSAGE = "message"
    TOOL_ARGS = "tool_args"
    TOOL_RESULT = "tool_result"
    TOOL_DEFINITION = "tool_definition"
    NAME = "name"
    USER = "user"
    METADATA = "metadata"
    ATTACHMENT = "attachment"
    URL = "url"
    INPUT = "input"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Finding:
    """PHI in one text: characters [start, end) of the text as it was handed in.

    `counts` is False for an indirect finding (a bare date) with neither a direct finding nor a patient cue beside it:
    no reason by itself to keep a request at home, yet redacted where a decision takes its kind out.
    """

    kind: Kind
    start: int
    end: int
    confidence: float = 1.0
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Passage:
    """One text to look at; `cue` holds the nearest object keys (`"patient mrn"`), which are evidence, not text."""

    text: str
    cue: str = ""
    carrier: Carrier = Carrier.MESSAGE


@dataclass(frozen=True, slots=True)
class Detection:
    """What a detector says of one passage: findings in order of `start`, not overlapping; reasons it could not tell."""

    findings: tuple[Finding, ...] = ()
    unknowns: frozenset[UnknownReason] = frozenset()


class Detector(Protocol):
    """Finds PHI. Pure and synchronous; may be handed any text; must never raise on one.

    `detect` sees all passages of a request in order, so that a name found in one is found in all, and returns exactly
    one `Detection` per passage. `covers` is the set of kinds it can find at all; `version` changes when answers may.
    """

    @property
    def version(self) -> str: ...
    @property
    def covers(self) -> frozenset[Kind]: ...
    def detect(self, passages: Sequence[Passage]) -> Sequence[Detection]: ...


# --- who asks, and where it may go ---------------------------------------------------------------------------------


class Trait(StrEnum):  # what an administrator vouches for about a provider
    ON_PREM = "on_prem"
    BAA = "baa"
    ZERO_RETENTION = "zero_retention"


class Operation(StrEnum):
    CHAT = "chat"
    EMBEDDINGS = "embeddings"


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
    FETCH_URLS = "fetch_urls"
    HOSTED_TOOLS = "hosted_tools"
    STORED_FILES = "stored_files"


@dataclass(frozen=True, slots=True)
class BaaTerm:
    """A business associate agreement: a reference for the auditor, and the last day it holds."""

    reference: str
    expires: date


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
    off: str = ""  # why it is off ("ANTHROPIC_API_KEY is not set"); empty when it may be tried

    def traits_on(self, day: date) -> frozenset[Trait]:
        """Traits that hold on `day`: `baa` is one only until its date."""
        if self.baa is not None and day <= self.baa.expires:
            return self.traits | {Trait.BAA}
        return self.traits - {Trait.BAA}

    @property
    def on_prem(self) -> bool:
        return Trait.ON_PREM in self.traits


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens; None where nobody says (never the same as free)."""

    input_usd_per_mtok: Decimal
    output_usd_per_mtok: Decimal
    cached_input_usd_per_mtok: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One model at one provider; `token_note`: a model that is sent tokens is told what they are."""

    name: str
    provider: Provider
    model: str
    capabilities: frozenset[Capability] = frozenset()
    context: int | None = None
    power_w: float | None = None
    price: Price | None = None
    relay_errors: bool = False
    token_note: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """A public model name: the targets it may lead to, in order, and how long to wait for the first content.

    `first_token_s` None: nobody set a limit; a model that loads for minutes is then waited for.
    """

    name: str
    targets: tuple[Target, ...]
    operation: Operation = Operation.CHAT
    first_token_s: float | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """Who asks inside an application; rules may name it."""

    name: str
    route: str
    system_contains: str = ""


class Permission(StrEnum):
    EXPLAIN = "explain"
    METRICS = "metrics"


EVERY = "*"


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated application and its grant. An empty or `*` entry grants every agent or route."""

    name: str
    agents: frozenset[str] = frozenset({EVERY})
    routes: frozenset[str] = frozenset({EVERY})
    may: frozenset[Permission] = frozenset()


# --- what a request came to ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a rule may ask about a request: the input of `policy.decide`.

    `agents` are all agents claimed or bound; `agent_unclear` when none is and the caller may be more than one.
    `covered` are the kinds that the detectors in use can find at all, `detectors` how many of them look at each text.
    """

    caller: str
    route: str
    agents: frozenset[str] = frozenset()
    agent_unclear: bool = False
    kinds: frozenset[Kind] = frozenset()
    unknowns: frozenset[UnknownReason] = frozenset()
    content: frozenset[Content] = frozenset({Content.TEXT})
    covered: frozenset[Kind] = frozenset(Kind)
    detectors: int = 1


class Sensitivity(StrEnum):
    """How a request was judged. Closed, because it is a metric label and an audit column."""

    PHI = "phi"  # something that identifies by itself
    UNKNOWN = (
        "unknown"  # something could not be checked and is treated as PHI (law 4), or it ended before it was judged
    )
    SUSPECTED = "suspected"  # only indirect signs
    CLEAN = "clean"


class Destination(StrEnum):
    """Where a request went, seen from the premises."""

    LOCAL = "local"
    CLOUD = "cloud"
    DENIED = "denied"


class Style(StrEnum):
    """How a kind is taken out: `token` is restored in the answer, the others are not."""

    TOKEN = "token"  # noqa: S105
    GENERALISE = "generalise"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a facade hands it to the pipeline.

    `payload` is the parsed body in the caller's dialect: what is scanned, and all that is ever sent from (law 7).
    `model` is what the caller asked for ("" when it named none); `claimed_agents` come from the base URL, header or
    metadata; `conversation` is the caller's name for the conversation, or "".
    """

    operation: Operation
    dialect: Dialect
    payload: Tree
    model: str
    stream: bool
    caller: Caller
    request_id: str
    claimed_agents: frozenset[str] = frozenset()
    claimed_route: str = ""
    conversation: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider reported them; `reported` False when it did not."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    reasoning_tokens: int = 0
    reported: bool = False


class Outcome(StrEnum):
    """How a request ended; a closed set, because it is a metric label."""

    OK = "ok"
    CLIENT_ERROR = "client_error"
    UPSTREAM_ERROR = "upstream_error"
    POLICY_DENIED = "policy_denied"
    SHED = "shed"
    CLIENT_DISCONNECT = "client_disconnect"
    DEADLINE = "deadline"
    INTERNAL = "internal"
