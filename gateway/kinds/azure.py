"""Azure OpenAI: OpenAI's dialect at an address of the customer's own, one deployment for each model."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile
from gateway.kinds.repairs import no_effort, no_reasoning

PROFILE = Profile(
    kind=ProviderKind.AZURE,
    ways=(Adapter.LITELLM,),
    needs_url=True,
    needs_key=True,
    at_once=no_effort,
    repairs=(no_reasoning,),
    overflow=(b"context_length_exceeded",),
    prefix="azure/",
    params={"api_version": "api_version"},
    required=("api_version",),
    price_prefixes=("azure/",),
)
