"""Turns a provider and a request of the hub into keyword arguments of LiteLLM; does not import it, opens nothing.

LiteLLM takes addresses, keys and regions that it is not given from environment variables. So an address is always given,
and a provider that lacks a setting is refused here.

LM Studio and Ollama are reached as `openai/` with their `/v1`, like any server of OpenAI's dialect. LiteLLM's own
`lm_studio/` refuses fields that the server takes (`reasoning_effort`; `dimensions` of embeddings). Its `ollama_chat/`
asks `localhost:11434/api/show` twice a request whatever the address, gives every tool call of a stream the index 0, and
drops `tool_choice`. Who needs Ollama's native options has the adapter `ollama`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.domain import JSON, Provider, Target, Tree
from gateway.kinds import profile
from gateway.wire.fields import Dropped, Errand, Local, Replaced
from gateway.wire.openai import chat as hub_chat
from gateway.wire.openai import embeddings as hub_embeddings

Arguments = dict[str, Any]

FIELDS: Final = frozenset(
    name
    for row in (hub_chat.ENDPOINT, hub_embeddings.ENDPOINT)
    for name, field in row.fields.fields.items()
    if not isinstance(field, Dropped | Errand | Local | Replaced)
) - {"reasoning", "moderation"}
"""Fields of the hub that are passed as arguments. No other field is, because many arguments of LiteLLM configure LiteLLM
itself. It has no arguments called `reasoning` and `moderation`."""
_ALWAYS: Final = frozenset({"messages", "stream", "stream_options", "input"})
_NEUTRAL: Final[Mapping[str, tuple[object, ...]]] = {
    "n": (1,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "logit_bias": ({},),
    "tools": ([],),
    "functions": ([],),
    "modalities": (["text"],),
    "response_format": ({"type": "text"},),
    "tool_choice": ("auto",),
}
"""Values that ask for what a target does without them, so that the field may be left out."""
_HINTS: Final = frozenset(
    {
        *("seed", "parallel_tool_calls", "prediction", "reasoning_effort", "verbosity", "service_tier", "dimensions"),
        *("user", "safety_identifier", "prompt_cache_key"),
    }
)
"""Fields that say how to work and not what to answer, and `dimensions`, which the gateway does itself: left out where a
target does not support them."""


class Incomplete(ValueError):
    """The provider's `params` lack something or name something unknown; the message says what."""


class Unsupported(ValueError):
    """A field of the request that the target cannot honour; `field` is its name."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def speaks_openai(provider: Provider) -> bool:
    """Whether LiteLLM speaks OpenAI's dialect to this provider, so that every field may pass."""
    return profile(provider.kind).speaks_openai


def model_name(target: Target, *, chat: bool) -> str:
    """The model as LiteLLM wants it. The prefix always comes in front: LM Studio has models called `openai/…`."""
    known = profile(target.provider.kind)
    prefix = known.chat_prefix if chat else ""
    return (prefix or known.prefix) + target.model


def check(provider: Provider) -> None:
    """Check that every setting the provider needs is there, and no other.

    Raises:
        Incomplete: a setting is missing or unknown.
    """
    known = profile(provider.kind)
    needed = known.required if provider.api_key else known.required + known.required_without_key
    missing = [name for name in needed if not provider.params.get(name)]
    if missing:
        raise Incomplete(f"Provider {provider.name} needs {_names(missing)} under `params`.")
    if not known.any_vendor:
        unknown = [name for name in provider.params if name not in known.params]
        if unknown:
            raise Incomplete(f"Provider {provider.name} has no use for {_names(unknown)} under `params`.")
    if not known.address(provider.base_url, provider.params):
        raise Incomplete(f"Provider {provider.name} needs `base_url`: its address is not known.")


def connection(provider: Provider) -> Arguments:
    """The arguments that reach the provider and log in to it: address, key, `params`."""
    known = profile(provider.kind)
    made: Arguments = {known.params.get(name, name): value for name, value in provider.params.items() if value}
    base = known.openai_base(known.address(provider.base_url, provider.params))
    if base:
        made[known.address_argument] = base
    if provider.api_key:
        made["api_key"] = provider.api_key
    elif speaks_openai(provider):
        made["api_key"] = "none"  # the OpenAI client insists on one
    return made


def request(tree: Tree, provider: Provider, *, chat: bool, supported: frozenset[str]) -> Arguments:
    """The arguments that carry the request; `supported` are the fields of the hub that LiteLLM can hand to the target.

    Raises:
        Unsupported: the target cannot honour a field, and leaving it out would change the answer.
    """
    given = {name: value for name, value in tree.items() if name in FIELDS}
    given.pop("encoding_format", None)  # we ask for numbers, and make base64 for a caller who wants it
    if speaks_openai(provider):
        made: Arguments = dict(given)
        if not chat:
            made["encoding_format"] = "float"
        made["allowed_openai_params"] = sorted(given.keys() - _ALWAYS)
        extra = {name: value for name, value in tree.items() if name not in FIELDS and name != "model"}
        if extra:
            made["extra_body"] = extra
        return made
    made = {name: value for name, value in given.items() if _passes(name, value, supported)}
    if profile(provider.kind).speaks_anthropic and "response_format" in made:
        made["response_format"] = _with_its_schema(made["response_format"])
    return made


def _with_its_schema(form: JSON) -> JSON:
    """A form whose schema LiteLLM leaves as it is: in the usual place it breaks every `$ref` on the way to Claude."""
    wanted = form.get("json_schema") if isinstance(form, dict) else None
    schema = wanted.get("schema") if isinstance(wanted, dict) else None
    if not isinstance(form, dict) or not isinstance(wanted, dict) or not isinstance(schema, dict):
        return form
    return {**form, "json_schema": {**wanted, "schema": {}}, "response_schema": schema}


def _passes(name: str, value: object, supported: frozenset[str]) -> bool:
    if name in _ALWAYS or name in supported:
        return True
    if name in _HINTS or value in _NEUTRAL.get(name, ()):
        return False
    raise Unsupported(name)


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
