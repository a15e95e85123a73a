"""Asks the servers on the premises again and again, each in a round of its own: one that hangs keeps no other waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from gateway.domain import Provider, Target
from gateway.kinds import profile
from gateway.ports import Probed
from gateway.upstream.premises import Premises
from gateway.upstream.probe import is_asked, probe

Heard = Callable[[Provider, Probed], None]


class Rounds:
    """One round a server at a time: does it answer, which models has it, where do they run, which are loaded.

    `heard` is told the first of these as soon as it is known.
    """

    def __init__(self, premises: Premises, *, heard: Heard) -> None:
        self._attestation = premises.attestation
        self._machines = premises.machines
        self._warmth = premises.warmth
        self._heard = heard
        self._under_way: dict[str, tuple[Provider, asyncio.Task[None]]] = {}

    def begin(self, providers: Iterable[Provider], targets: Sequence[Target]) -> list[asyncio.Task[None]]:
        """Begin a round of each server whose last one is over; the rounds that are under way now.

        The round of a server that is configured no more, or otherwise, is ended.
        """
        asked = {provider.name: provider for provider in providers if _has_rounds(provider)}
        self._machines.configure(targets)
        for name, (provider, task) in list(self._under_way.items()):
            if asked.get(name) != provider:
                task.cancel()
                del self._under_way[name]
        for name, provider in asked.items():
            if name not in self._under_way:
                task = asyncio.create_task(self._round(provider, targets))
                self._under_way[name] = provider, task
                task.add_done_callback(partial(self._over, name))
        return [task for _, task in self._under_way.values()]

    async def aclose(self) -> None:
        """End all rounds."""
        tasks = [task for _, task in self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _round(self, provider: Provider, targets: Sequence[Target]) -> None:
        if is_asked(provider):
            self._heard(provider, await probe(provider, self._attestation.questions, self._attestation))
        mine = [target for target in targets if target.provider.name == provider.name]
        await self._attestation.ask_all(mine)
        await self._machines.look(provider, mine)
        await self._warmth.look(provider)

    def _over(self, name: str, ended: asyncio.Task[None]) -> None:
        known = self._under_way.get(name)
        if known is not None and known[1] is ended:
            del self._under_way[name]


def _has_rounds(provider: Provider) -> bool:
    return provider.on_prem and not provider.off and not profile(provider.kind).in_process
