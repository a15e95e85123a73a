"""vLLM: a server for many requests at a time, close to OpenAI's own."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds import versions, window
from gateway.kinds.kind import Profile
from gateway.kinds.repairs import AS_REASONING_CONTENT, not_by_template

PROFILE = Profile(
    kind=ProviderKind.VLLM,
    ways=(Adapter.DIRECT, Adapter.LITELLM),
    local=True,
    ports=(8000,),
    owner="vllm",
    start="start `vllm serve {model}`",
    needs_url=True,
    lets_go=True,  # its routes for whole answers are cancelled with the connection (`with_cancellation`)
    versions=versions.VLLM,
    at_once=not_by_template,
    repairs=(AS_REASONING_CONTENT,),
    also=frozenset({"completions", "rerank", "transcriptions", "translations"}),
    window=window.VLLM,
    overflow=(b"maximum context",),
)
