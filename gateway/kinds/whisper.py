"""Any server of speech recognition with OpenAI's audio API: speaches, whisper.cpp's, vLLM, LocalAI."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile

PROFILE = Profile(
    kind=ProviderKind.WHISPER,
    ways=(Adapter.DIRECT,),
    local=True,
    synonyms=("whisper", "speaches"),
    start="start your speech server with {model}",
    needs_url=True,
    also=frozenset({"transcriptions", "translations"}),
)
