"""Google Vertex AI: Gemini and others in a project and a location, with tokens made from a service account."""

from __future__ import annotations

import json
import re
from typing import Final

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile, Settings
from gateway.kinds.repairs import no_effort, refusals_as_text

_LOCATION: Final = re.compile(r"[a-z0-9-]+")
_TOKENS: Final = "https://oauth2.googleapis.com/token"
_MAKERS: Final = ("token_uri", "token_url", "service_account_impersonation_url")
"""What the file of credentials calls them (google-auth: service accounts, workload identity)."""


def _address(params: Settings) -> str:
    """One host for all locations, for each group of them, and for each (cloud.google.com/vertex-ai/docs, "Locations")."""
    location = params.get("location", "")
    if not _LOCATION.fullmatch(location):
        return ""
    if location == "global":
        return "https://aiplatform.googleapis.com"
    if "-" not in location:
        return f"https://aiplatform.{location}.rep.googleapis.com"
    return f"https://{location}-aiplatform.googleapis.com"


def _credential_urls(params: Settings) -> tuple[str, ...]:
    try:
        credentials = json.loads(params.get("credentials", ""))
    except ValueError:  # it names a file
        return (_TOKENS,)
    named = [credentials.get(name) for name in _MAKERS] if isinstance(credentials, dict) else []
    return tuple(url for url in named if isinstance(url, str)) or (_TOKENS,)


PROFILE = Profile(
    kind=ProviderKind.VERTEX,
    ways=(Adapter.LITELLM,),
    public_url=_address,
    credential_urls=_credential_urls,
    speaks_openai=False,
    prefix="vertex_ai/",
    params={"project": "vertex_project", "location": "vertex_location", "credentials": "vertex_credentials"},
    required=("project", "location", "credentials"),
    package="google.auth",
    price_prefixes=("vertex_ai/",),
    repairs=(refusals_as_text,),
    at_once=no_effort,
)
