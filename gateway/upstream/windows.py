"""Asks servers on the premises how much their models can hold; remembers the answers for a while, and guesses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

from gateway.domain import Target
from gateway.kinds import profile
from gateway.upstream.questions import Questions, Unanswered

FRESH_S = 30.0
"""How long an answer counts: a model may be loaded again with another window."""


class Windows:
    """What was said of the windows of models; one for a gateway."""

    def __init__(self, questions: Questions, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._questions = questions
        self._clock = clock
        self._said: dict[tuple[str, str, str], tuple[float, int | None]] = {}

    async def tokens(self, target: Target) -> int | None:
        """How many tokens the target holds, by its server or by its `context`, the smaller of both; None: nobody says."""
        told = await self._told(target)
        known = [tokens for tokens in (told, target.context) if tokens is not None]
        return min(known) if known else None

    async def _told(self, target: Target) -> int | None:
        provider, known = target.provider, profile(target.provider.kind)
        if known.window is None or not provider.at_home:
            return None
        key = (provider.name, provider.base_url, target.model)
        at_s, tokens = self._said.get(key, (float("-inf"), None))
        if self._clock() - at_s < FRESH_S:
            return tokens
        try:
            answer = await self._questions.ask(provider, f"{known.root(provider.base_url)}/{known.window.path}")
            tree = answer.tree if answer.status == 200 and isinstance(answer.tree, dict) else {}
        except Unanswered:
            tree = {}
        tokens = known.window.read(tree, target.model)
        self._said[key] = (self._clock(), tokens)
        return tokens
