"""Ollama 0.33: an API of its own at the root of the server, and OpenAI's dialect under `/v1`."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile
from gateway.kinds.repairs import AS_REASONING, flat_tool_results, only_named_tools, to_max_tokens

PROFILE = Profile(
    kind=ProviderKind.OLLAMA,
    ways=(Adapter.DIRECT, Adapter.OLLAMA, Adapter.LITELLM),
    local=True,
    synonyms=("ollama",),
    start="start Ollama (`ollama serve`) and pull {model} (`ollama pull {model}`)",
    needs_url=True,
    under_v1=True,
    one_choice=True,
    repairs=(to_max_tokens, only_named_tools, flat_tool_results, AS_REASONING),
    also=frozenset({"completions"}),
    overflow=(b"context length",),
)
