"""Any other vendor that LiteLLM knows; the model's name says which: `gemini/…`, `mistral/…`, and `vendors` where it is."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile
from gateway.kinds.repairs import no_wish_to_reason, refusals_as_text

PROFILE = Profile(
    kind=ProviderKind.LITELLM,
    ways=(Adapter.LITELLM,),
    speaks_openai=False,
    takes_encoding_format=False,  # most vendors' translation refuses it
    prefix="",
    any_vendor=True,
    price_prefixes=("",),
    repairs=(refusals_as_text,),
    at_once=no_wish_to_reason,
)
