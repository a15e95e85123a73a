"""mlx_lm.server 0.32: Apple's MLX; one model after the other, HTTP/1.0, no limit to the context."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile
from gateway.kinds.repairs import (
    AS_REASONING,
    no_loading,
    no_tools_for_none,
    not_by_template,
    only_named_tools,
    some_alternatives,
    some_limit,
    to_max_tokens,
)

PROFILE = Profile(
    kind=ProviderKind.MLX,
    ways=(Adapter.DIRECT, Adapter.LITELLM),
    local=True,
    synonyms=("mlx",),
    ports=(8080, 8081),
    start="start `mlx_lm.server --port 8081 --model {model}`",
    needs_url=True,
    one_choice=True,
    ignores=frozenset({"response_format", "tool_choice", "parallel_tool_calls", "n", "best_of", "echo", "suffix"}),
    only_whole=frozenset({"logprobs"}),
    endless=True,
    unable=(b"only 'text' content type is supported",),  # as a 404
    at_once=not_by_template,
    repairs=(
        to_max_tokens,
        some_limit,
        some_alternatives,
        no_loading,
        no_tools_for_none,
        only_named_tools,
        AS_REASONING,
    ),
)
