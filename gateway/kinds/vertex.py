"""Google Vertex AI: Gemini and others in a project and a location, with tokens made from a service account."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile

PROFILE = Profile(
    kind=ProviderKind.VERTEX,
    ways=(Adapter.LITELLM,),
    speaks_openai=False,
    prefix="vertex_ai/",
    params={"project": "vertex_project", "location": "vertex_location", "credentials": "vertex_credentials"},
    required=("project", "location", "credentials"),
    package="google.auth",
    price_prefixes=("vertex_ai/",),
)
