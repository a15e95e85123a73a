"""Azure OpenAI: OpenAI's dialect at an address of the customer's own, one deployment for each model."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile
from gateway.kinds.repairs import no_effort, no_reasoning
from gateway.kinds.substitution import Substitution

PROFILE = Profile(
    kind=ProviderKind.AZURE,
    ways=(Adapter.LITELLM,),
    needs_url=True,
    needs_key=True,
    at_once=no_effort,
    repairs=(no_reasoning,),
    overflow=(b"context_length_exceeded",),
    substitutes=Substitution.UNTOLD,  # deployments have names that the customer gave
    prefix="azure/",
    params={"api_version": "api_version"},
    required=("api_version",),
    price_prefixes=("azure/",),
)
