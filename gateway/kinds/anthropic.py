"""Anthropic's own API: Claude in its own dialect for callers who speak it, by LiteLLM for all others."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile
from gateway.kinds.repairs import no_recordings, no_wish_to_reason, refusals_as_text

PROFILE = Profile(
    kind=ProviderKind.ANTHROPIC,
    ways=(Adapter.LITELLM, Adapter.DIRECT),
    synonyms=("claude", "anthropic"),
    public_url="https://api.anthropic.com",
    needs_key=True,
    speaks_openai=False,
    speaks_anthropic=True,
    overflow=(b"prompt is too long", b"context window"),
    prefix="anthropic/",
    price_prefixes=("", "anthropic/"),
    signed_thoughts=True,
    repairs=(no_recordings, refusals_as_text),
    ignores=frozenset({"response_format.json_object"}),
    at_once=no_wish_to_reason,
)
