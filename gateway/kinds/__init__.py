"""One file for each kind of server, and the table of them; a new kind is a file, a line here and a word in `domain`.

The other modules say what kinds have in common.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.domain import ProviderKind
from gateway.kinds import (
    anthropic,
    azure,
    bedrock,
    embedded,
    litellm,
    llama_cpp,
    lm_studio,
    mlx,
    ollama,
    openai,
    openai_compatible,
    scripted,
    vertex,
    vllm,
    whisper,
)
from gateway.kinds.kind import Profile

__all__ = ["OVERFLOW", "PROFILES", "STILL_LOADING", "UNABLE", "Profile", "profile"]

PROFILES: Final[Mapping[ProviderKind, Profile]] = MappingProxyType(
    {
        module.PROFILE.kind: module.PROFILE
        for module in (
            lm_studio,
            ollama,
            mlx,
            llama_cpp,
            vllm,
            whisper,
            openai_compatible,
            anthropic,
            openai,
            azure,
            bedrock,
            vertex,
            litellm,
            embedded,
            scripted,
        )
    }
)

OVERFLOW: Final = frozenset(sign for each in PROFILES.values() for sign in each.overflow)
"""The signs of all kinds together, because servers stand in for each other: a proxy hands on its provider's words."""

UNABLE: Final = frozenset(sign for each in PROFILES.values() for sign in each.unable)
"""The same for what a model cannot do."""

STILL_LOADING: Final = frozenset(sign for each in PROFILES.values() for sign in each.still_loading)
"""The same for a model that is not in memory yet."""


def profile(kind: ProviderKind) -> Profile:
    """What is known of this kind of server."""
    return PROFILES[kind]
