"""What the gateway knows about one kind of server, as one frozen value; opens no connection and reads no request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.domain import Adapter, Provider, ProviderKind
from gateway.kinds.loading import Loading
from gateway.kinds.origin import Origin, origin
from gateway.kinds.repairs import Repair
from gateway.kinds.substitution import Substitution
from gateway.kinds.versions import Versions
from gateway.kinds.window import Window

Settings = Mapping[str, str]
"""The `params` of a provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The facts about a kind of server, in the order: where it runs, how it is reached, what it reads, what it says.

    The defaults are those of a cloud that speaks OpenAI's dialect.
    """

    kind: ProviderKind
    ways: tuple[Adapter, ...]
    """The adapters that can send to it; the first is used unless the configuration says `via`."""

    local: bool = False
    """A server that people run themselves: it lists its models, and is off for want of a key never."""
    in_process: bool = False
    """Part of the gateway: it has no address, no key and one way only."""
    demonstration: bool = False
    """Its answers are worth nothing in a clinic: no agent, alias or other route may lead to it."""
    synonyms: tuple[str, ...] = ()
    """What `routing.primary` and `routing.fallback` may call it, in lower case without spaces or hyphens."""
    ports: tuple[int, ...] = ()
    """Where on a machine it listens unless told otherwise."""
    owner: str = ""
    """Whom its list of models calls their owner, where no other kind does: so it is known whichever port it has."""
    start: str = ""
    """What an administrator does to bring it up; `{model}` stands for the model."""

    public_url: str | Callable[[Settings], str] = ""
    """Where the vendor's cloud is; a word in braces is a value of `params`. "" for a server without one address."""
    credential_urls: Callable[[Settings], tuple[str, ...]] | None = None
    """Where its tokens are made from credentials, beside the address; nothing of a request goes there."""
    needs_url: bool = False
    """Whether the configuration has to say `base_url`."""
    needs_key: bool = False
    """Whether it is off as long as no `api_key` is configured."""
    under_v1: bool = False
    """`base_url` is the root of the server; OpenAI's dialect is found under `/v1` there."""

    speaks_openai: bool = True
    """Takes requests in OpenAI's dialect, so that every field of it may pass."""
    speaks_anthropic: bool = False
    """Takes requests of Anthropic's dialect as they are; they go to it directly, without a translation."""
    signed_thoughts: bool = False
    """Takes back what its model thought under a signature (`thinking_blocks`); to all others that is not sent."""
    also: frozenset[str] = frozenset()
    """Rows of the table of operations, by name, that it answers besides those of every server of its dialect."""
    slots: int | None = None
    """How many requests one model answers at once unless it is configured; None: nobody knows, and it queues itself."""
    loading: Loading | None = None
    """How it is told to load and unload models; None where it cannot be."""
    versions: Versions | None = None
    """Where it says its version, and what is known of old ones; None where it does not."""
    repairs: tuple[Repair, ...] = ()
    """What has to change in a chat request, so that this server reads it as the caller meant it."""
    at_once: Repair | None = None
    """What has a model that reasons answer at once; None where nothing does."""
    one_choice: bool = False
    """It answers once, however many answers (`n`) are asked for, or refuses more: it is asked as often as there are to be."""
    ignores: frozenset[str] = frozenset()
    """Wishes (`wishes.py`) that it takes without a word and does not follow."""
    only_whole: frozenset[str] = frozenset()
    """Wishes that it follows in an answer in one piece, and ignores in a stream."""
    lets_go: bool = False
    """It stops a whole answer too as soon as nobody waits for it: it need not be asked for a stream, which costs us more."""
    endless: bool = False
    """It takes prompts of any length, also beyond what its model was made for, and says nowhere how much that is."""
    substitutes: Substitution = Substitution.TOLD
    """What it means where its reply names another model than was asked for."""
    window: Window | None = None
    """Where it says how much a model can hold."""
    takes_encoding_format: bool = True
    """Whether `encoding_format` may be said to its embeddings; some servers ignore it, others refuse it."""
    overflow: tuple[bytes, ...] = ()
    """Words, in lower case, by which its error says that the request is longer than the context of the model."""
    unable: tuple[bytes, ...] = ()
    """The same for a model that cannot do what is asked (pictures, tools, thinking): another one may."""
    still_loading: tuple[bytes, ...] = ()
    """The same, under status 503, for a model that is on its way into memory."""
    unread_pictures: frozenset[str] = frozenset()
    """Formats of pictures that its models cannot read: it says so in words of its own, or answers beside the point."""

    prefix: str = "openai/"
    """What LiteLLM wants before the name of a model."""
    chat_prefix: str = ""
    """The same for chat, where that differs."""
    address_argument: str = "api_base"
    """LiteLLM's name for the address."""
    params: Mapping[str, str] = field(default_factory=dict)
    """The names that `params` of a provider may have, and LiteLLM's names for them."""
    required: tuple[str, ...] = ()
    """Those of them without which nothing can be sent."""
    required_without_key: tuple[str, ...] = ()
    """Those that stand in for `api_key`: LiteLLM would look for such credentials on this machine and in the network."""
    package: str = ""
    """A Python module that LiteLLM needs for it and that is not installed with us."""
    any_vendor: bool = False
    """The model's name says who the vendor is (`gemini/…`): `params` are the vendor's own, and its words unknown."""
    price_prefixes: tuple[str, ...] = ()
    """What LiteLLM's price list puts before a model's name, tried in order; none: priced by its power."""

    def address(self, base_url: str, params: Settings) -> str:
        """Where a provider is: `base_url`, or else the vendor's cloud; "" where nobody says."""
        if base_url:
            return base_url
        try:
            return self.public_url.format_map(params) if isinstance(self.public_url, str) else self.public_url(params)
        except KeyError:
            return ""

    @property
    def of_people(self) -> bool:
        """Whether people run it on machines of their own: it works for few at a time, and whoever leaves frees a place."""
        return self.local or self.demonstration

    def origins(self, provider: Provider) -> frozenset[Origin]:
        """Where a connection that carries a request may go, and nowhere else; empty where nobody says."""
        found = origin(self.address(provider.base_url, provider.params))
        return frozenset({found} if found else ())

    def credential_origins(self, provider: Provider) -> frozenset[Origin]:
        """Where a connection may go that fetches a token and carries nothing of a request."""
        urls = self.credential_urls(provider.params) if self.credential_urls else ()
        return frozenset(found for found in map(origin, urls) if found)

    def openai_base(self, base_url: str) -> str:
        """The address under which this server speaks OpenAI's dialect."""
        base = base_url.rstrip("/")
        return f"{base}/v1" if self.under_v1 and not base.endswith("/v1") else base

    @staticmethod
    def root(base_url: str) -> str:
        """The address of the server itself, where its own API begins."""
        return base_url.rstrip("/").removesuffix("/v1")
