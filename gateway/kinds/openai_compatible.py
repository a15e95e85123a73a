"""Any other server of OpenAI's dialect: nothing is known about it but that, and what its targets are said to do."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile
from gateway.kinds.repairs import not_by_template

PROFILE = Profile(
    kind=ProviderKind.OPENAI_COMPATIBLE,
    ways=(Adapter.DIRECT, Adapter.LITELLM),
    local=True,
    needs_url=True,
    one_choice=True,  # whether it heeds `n`, nobody knows: those that do not would seem to break off
    at_once=not_by_template,
    also=frozenset({"rerank", "moderations", "transcriptions", "translations"}),
)
