"""Ollama 0.33: an API of its own at the root of the server, and OpenAI's dialect under `/v1`."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds import versions, window
from gateway.kinds.kind import Profile
from gateway.kinds.loading import OLLAMA as LOADING
from gateway.kinds.repairs import (
    AS_REASONING,
    flat_tool_results,
    no_effort,
    no_tools_for_none,
    only_named_tools,
    to_max_tokens,
)

PROFILE = Profile(
    kind=ProviderKind.OLLAMA,
    ways=(Adapter.DIRECT, Adapter.OLLAMA, Adapter.LITELLM),
    local=True,
    synonyms=("ollama",),
    ports=(11434,),
    start="start Ollama (`ollama serve`) and pull {model} (`ollama pull {model}`)",
    needs_url=True,
    under_v1=True,
    one_choice=True,
    slots=1,  # OLLAMA_NUM_PARALLEL
    loading=LOADING,
    versions=versions.OLLAMA,
    at_once=no_effort,
    repairs=(to_max_tokens, no_tools_for_none, only_named_tools, flat_tool_results, AS_REASONING),
    also=frozenset({"completions", "generate"}),
    ignores=frozenset({"tool_choice", "parallel_tool_calls", "logit_bias", "n", "best_of", "echo"}),
    window=window.OLLAMA,
    unread_pictures=frozenset({"gif", "bmp"}),
    unable=(
        *(b"does not support chat", b"does not support tools", b"does not support thinking", b"does not support image"),
        *(b"invalid image input", b"image urls are not"),
    ),
    overflow=(b"context length",),
)
