"""LM Studio 0.4: runs llama.cpp or MLX behind a desktop application; loads a model when it is first asked for."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds import window
from gateway.kinds.kind import Profile
from gateway.kinds.loading import LM_STUDIO as LOADING
from gateway.kinds.repairs import (
    AS_REASONING_CONTENT,
    json_object_as_schema,
    not_by_template,
    only_named_tools,
    to_max_tokens,
)
from gateway.kinds.substitution import Substitution

PROFILE = Profile(
    kind=ProviderKind.LM_STUDIO,
    ways=(Adapter.DIRECT, Adapter.LITELLM),
    local=True,
    synonyms=("lmstudio",),
    ports=(1234,),
    start="start LM Studio's server (`lms server start`) and load {model}",
    needs_url=True,
    one_choice=True,
    loading=LOADING,
    at_once=not_by_template,
    repairs=(to_max_tokens, only_named_tools, json_object_as_schema, AS_REASONING_CONTENT),
    takes_encoding_format=False,  # it answers with numbers whatever is asked
    also=frozenset({"completions"}),
    ignores=frozenset({"logprobs", "parallel_tool_calls", "best_of", "echo", "suffix"}),
    substitutes=Substitution.WRONG,  # with one model loaded it lets that one answer (its issue 619)
    window=window.LM_STUDIO,
    unread_pictures=frozenset({"webp"}),  # lmstudio-bug-tracker#1027
    unable=(b"must be a base64 encoded image", b"'response_format.type' must be"),
    overflow=(b"context the overflows", b"trying to keep the first"),
)
