"""A provider that answers from a script: for tests, examples and first tries; opens no socket."""

from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds.kind import Profile

PROFILE = Profile(kind=ProviderKind.SCRIPTED, ways=(Adapter.SCRIPTED,), in_process=True)
