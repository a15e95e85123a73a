"""The demonstration models: llama.cpp in child processes that the gateway starts itself."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile
from gateway.kinds.llama_cpp import OVERFLOW
from gateway.kinds.repairs import AS_REASONING_CONTENT, to_max_tokens

PROFILE = Profile(
    kind=ProviderKind.EMBEDDED,
    ways=(Adapter.EMBEDDED,),
    in_process=True,
    demonstration=True,
    repairs=(to_max_tokens, AS_REASONING_CONTENT),
    one_choice=True,
    ignores=frozenset({"tool_choice", "parallel_tool_calls", "best_of", "suffix"}),  # its model was never taught tools
    overflow=OVERFLOW,
)
