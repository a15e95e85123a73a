"""Amazon Bedrock: models of many makers behind one API of Amazon's, in a region."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile
from gateway.kinds.repairs import no_wish_to_reason, refusals_as_text
from gateway.kinds.substitution import Substitution

PROFILE = Profile(
    kind=ProviderKind.BEDROCK,
    ways=(Adapter.LITELLM,),
    public_url="https://bedrock-runtime.{region}.amazonaws.com",
    speaks_openai=False,
    overflow=(b"context window",),
    substitutes=Substitution.UNTOLD,  # profiles have ids of the customer's own
    prefix="bedrock/",
    chat_prefix="bedrock/converse/",  # the API of every chat model there; LiteLLM would guess by the name
    address_argument="aws_bedrock_runtime_endpoint",
    params={
        "region": "aws_region_name",
        "access_key_id": "aws_access_key_id",
        "secret_access_key": "aws_secret_access_key",
        "session_token": "aws_session_token",
    },
    required=("region",),
    required_without_key=("access_key_id", "secret_access_key"),
    price_prefixes=("bedrock/", ""),
    signed_thoughts=True,
    repairs=(refusals_as_text,),
    ignores=frozenset({"response_format.json_object"}),
    at_once=no_wish_to_reason,
)
