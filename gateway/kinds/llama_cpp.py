"""llama.cpp's `llama-server` (2026-10): one model, which answers whatever name is asked for."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds import versions, window
from gateway.kinds.kind import Profile
from gateway.kinds.loading import LLAMA_CPP as LOADING
from gateway.kinds.repairs import AS_REASONING_CONTENT, not_by_template, only_named_tools, to_max_tokens

UNABLE = (b"image input is not supported", b"audio input is not supported", b"does not support embeddings")
OVERFLOW = (b"exceed_context_size", b"is too large to process", b"context size")

PROFILE = Profile(
    kind=ProviderKind.LLAMA_CPP,
    ways=(Adapter.DIRECT, Adapter.LITELLM),
    local=True,
    ports=(8080,),
    owner="llamacpp",
    start="start `llama-server` with {model}",
    needs_url=True,
    loading=LOADING,
    versions=versions.LLAMA_CPP,
    at_once=not_by_template,
    repairs=(to_max_tokens, only_named_tools, AS_REASONING_CONTENT),
    also=frozenset({"completions", "rerank"}),
    one_choice=True,  # with fewer slots than answers it refuses the request
    ignores=frozenset({"parallel_tool_calls", "best_of", "suffix"}),
    window=window.LLAMA_CPP,
    unread_pictures=frozenset({"webp"}),
    unable=UNABLE,
    overflow=OVERFLOW,
    still_loading=(b"loading model", b"model is loading"),
)
