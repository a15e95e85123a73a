"""Asks servers on the premises whether a model is in memory; remembers what they say for seconds, and guesses nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

from gateway.domain import Provider, Target
from gateway.kinds import profile
from gateway.upstream import memory
from gateway.upstream.questions import Questions, Unanswered

FRESH_S: Final = 5.0
"""How long an answer counts."""
_Key: TypeAlias = tuple[str, str]


class Warmth:
    """What servers said of their memories; one for a gateway."""

    def __init__(self, questions: Questions, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._questions = questions
        self._clock = clock
        self._said: dict[_Key, tuple[float, frozenset[str] | None]] = {}
        self._asking: dict[_Key, asyncio.Task[frozenset[str] | None]] = {}

    async def is_cold(self, target: Target) -> bool:
        """Whether the server says that the model is not in memory: False too where it says nothing."""
        provider = target.provider
        if not provider.at_home or profile(provider.kind).loading is None:
            return False
        loaded = await self._loaded(provider)
        return loaded is not None and not {target.model, f"{target.model}:latest"} & loaded

    async def is_warm(self, target: Target) -> bool:
        """Whether the server says that the model is in memory: False too where it says nothing."""
        provider = target.provider
        if not provider.at_home or provider.off or profile(provider.kind).loading is None:
            return False
        loaded = await self._loaded(provider)
        return loaded is not None and bool({target.model, f"{target.model}:latest"} & loaded)

    async def look(self, provider: Provider) -> None:
        """Ask what is in memory, where the server can say and what it said is old."""
        if profile(provider.kind).loading is not None:
            await self._loaded(provider)

    def last(self, target: Target) -> bool | None:
        """Whether the model was in memory when its server was last asked; None where it does not say. It asks nobody."""
        _, loaded = self._said.get((target.provider.name, target.provider.base_url), (0.0, None))
        return None if loaded is None else bool({target.model, f"{target.model}:latest"} & loaded)

    async def _loaded(self, provider: Provider) -> frozenset[str] | None:
        key = provider.name, provider.base_url
        at_s, loaded = self._said.get(key, (float("-inf"), None))
        if self._clock() - at_s < FRESH_S:
            return loaded
        if key not in self._asking:
            task = self._asking[key] = asyncio.create_task(self._ask(provider))
            task.add_done_callback(partial(self._over, key))
        return await asyncio.shield(self._asking[key])  # who waits may go away: others wait for the same answer

    def _over(self, key: _Key, _ended: asyncio.Task[frozenset[str] | None]) -> None:
        self._asking.pop(key, None)

    async def _ask(self, provider: Provider) -> frozenset[str] | None:
        try:
            loaded = await memory.in_memory(self._questions, provider)
        except Unanswered:
            loaded = None
        self._said[provider.name, provider.base_url] = self._clock(), loaded
        return loaded
