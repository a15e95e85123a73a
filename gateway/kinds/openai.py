"""OpenAI's own API."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile
from gateway.kinds.repairs import no_effort, no_reasoning, to_max_completion_tokens

PROFILE = Profile(
    kind=ProviderKind.OPENAI,
    ways=(Adapter.DIRECT, Adapter.LITELLM),
    synonyms=("openai",),
    public_url="https://api.openai.com/v1",
    needs_key=True,
    at_once=no_effort,
    repairs=(to_max_completion_tokens, no_reasoning),
    also=frozenset({"moderations", "responses", "transcriptions", "translations"}),
    overflow=(b"context_length_exceeded", b"maximum context"),
    params={"organization": "organization"},
    price_prefixes=("", "openai/"),
)
