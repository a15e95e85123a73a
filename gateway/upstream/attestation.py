"""Asks a server on the premises whether it runs a model itself (law 10); remembers the answers for seconds.

Every server is asked, whatever kind it is configured as, because Ollama also speaks OpenAI's dialect. One that does not
answer `/api/tags` as Ollama does is no Ollama, and what the administrator vouches for is all there is to know of it.

What is unclear counts as elsewhere: a provider of kind `ollama` that lists nothing, an answer that never came. A server
that is only too busy to answer in time keeps what it said before; one that could not be connected to may be another one
when it comes back, so that nothing is kept of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from gateway.domain import Provider, Target, Tree
from gateway.events import EventSink, TargetForwards
from gateway.kinds import ollama, profile
from gateway.kinds.ollama_models import Listing, runs_elsewhere
from gateway.upstream.questions import Questions, Unanswered, Unreachable

FRESH_S = 5.0
"""How long an answer counts."""
BUSY_S = 60.0
"""How long Ollama's last answer counts if it does not answer again in time."""


class Place(Enum):
    """Where a model runs."""

    HERE = auto()
    ELSEWHERE = auto()
    NOWHERE = auto()  # the server says that it does not have it


@dataclass(slots=True)
class _Said:
    """What a server said at `at_s`, and when it was last asked; `listing` None for one that is no Ollama.

    `shown` is what it said of single models, by name and digest.
    """

    at_s: float
    asked_s: float
    base_url: str
    listing: Listing | None
    shown: dict[tuple[str, str], Place] = field(default_factory=dict)


class Attestation:
    """What all servers on the premises said; one for a gateway."""

    def __init__(self, questions: Questions, *, events: EventSink, clock: Callable[[], float] = time.monotonic) -> None:
        self.questions = questions
        self._events = events
        self._clock = clock
        self._said: dict[str, _Said] = {}
        self._asking: dict[tuple[str, str], asyncio.Task[_Said]] = {}
        self._forwarding: set[str] = set()

    async def place(self, target: Target) -> Place:
        """Where the model of a target on the premises runs.

        Raises:
            Unanswered: the server did not say.
        """
        provider = target.provider
        if profile(provider.kind).in_process:
            return Place.HERE
        said = await self._listed(provider)
        place = self._known(target, said) or await self._shown(target, said)
        self._tell(target, forwards=place is Place.ELSEWHERE)
        return place

    def is_here(self, target: Target) -> bool:
        """Whether `place` would say `HERE` without asking; asks nothing itself."""
        provider = target.provider
        if profile(provider.kind).in_process:
            return True
        said = self._fresh(provider)
        here = said is not None and self._known(target, said) is Place.HERE
        if here:
            self._tell(target, forwards=False)
        return here

    async def listing(self, provider: Provider) -> Listing | None:
        """The models that a server lists as Ollama does; None for one that is no Ollama.

        Raises:
            Unanswered: the server did not say.
        """
        return (await self._listed(provider)).listing

    async def ask_all(self, targets: Iterable[Target]) -> None:
        """Ask about every target on the premises now, so that requests need not wait for it."""
        asked = [self._quietly(target) for target in targets if target.provider.on_prem and not target.provider.off]
        await asyncio.gather(*asked)

    async def _quietly(self, target: Target) -> None:
        with contextlib.suppress(Unanswered):
            await self.place(target)

    def forwards(self, target: Target) -> bool:
        """Whether the server sent the model's requests elsewhere when it was last asked; asks nothing."""
        said = self._said.get(target.provider.name)
        known = said is not None and said.base_url == target.provider.base_url
        return bool(known and said and self._known(target, said) is Place.ELSEWHERE)

    async def aclose(self) -> None:
        """Stop asking."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    def _answered(self, key: tuple[str, str], task: asyncio.Task[_Said]) -> None:
        del self._asking[key]
        if not task.cancelled():
            task.exception()  # seen: whoever waited may have gone away

    def _known(self, target: Target, said: _Said) -> Place | None:
        listing, model = said.listing, target.model
        if listing is None:
            is_ollama = profile(target.provider.kind) is ollama.PROFILE
            return Place.ELSEWHERE if is_ollama else Place.HERE
        if listing.elsewhere(model):
            return Place.ELSEWHERE
        return said.shown.get((model, listing.digest(model)))

    def _fresh(self, provider: Provider) -> _Said | None:
        said = self._said.get(provider.name)
        fresh = said is not None and said.base_url == provider.base_url and self._clock() - said.asked_s < FRESH_S
        return said if fresh else None

    async def _listed(self, provider: Provider) -> _Said:
        said = self._fresh(provider)
        if said is not None:
            return said
        key = (provider.name, provider.base_url)
        if key not in self._asking:
            task = self._asking[key] = asyncio.create_task(self._ask(provider))
            task.add_done_callback(lambda ended: self._answered(key, ended))
        return await asyncio.shield(self._asking[key])  # who waits may go away: others wait for the same answer

    async def _ask(self, provider: Provider) -> _Said:
        before = self._said.get(provider.name)
        before = before if before is not None and before.base_url == provider.base_url else None
        try:
            listing = await self._list(provider)
        except Unreachable:
            self._said.pop(provider.name, None)
            raise
        except Unanswered:
            if before is None or (before.listing is not None and self._clock() - before.at_s > BUSY_S):
                raise
            before.asked_s = self._clock()
            return before
        now_s = self._clock()
        said = self._said[provider.name] = _Said(now_s, now_s, provider.base_url, listing)
        if listing is not None and before is not None:  # what has a digest is what it was
            said.shown = {
                (model, digest): place
                for (model, digest), place in before.shown.items()
                if digest and listing.digest(model) == digest
            }
        return said

    async def _list(self, provider: Provider) -> Listing | None:
        root, questions = profile(provider.kind).root(provider.base_url), self.questions
        tags = (await questions.ask(provider, f"{root}/api/tags")).items("models")
        if tags is None:
            return None
        with contextlib.suppress(Unanswered):  # the list of what is loaded adds to the whole list, which is there
            tags += (await questions.ask(provider, f"{root}/api/ps")).items("models") or []
        return Listing(tags)

    async def _shown(self, target: Target, said: _Said) -> Place:
        """What `/api/show` says of a model in whose listing nothing speaks against it."""
        provider, model = target.provider, target.model
        listed = said.listing is not None and model in said.listing
        url = f"{profile(provider.kind).root(provider.base_url)}/api/show"
        shown = await self.questions.ask(provider, url, body={"model": model, "name": model})
        said.shown[model, said.listing.digest(model) if said.listing else ""] = place = _read(
            shown.tree if shown.status == 200 else None, listed=listed
        )
        return place

    def _tell(self, target: Target, *, forwards: bool) -> None:
        """Say it once each time that it begins."""
        if not forwards:
            self._forwarding.discard(target.name)
        elif target.name not in self._forwarding:
            self._forwarding.add(target.name)
            self._events.emit(TargetForwards(provider=target.provider.name, target=target.name))


def _read(shown: object, *, listed: bool) -> Place:
    if isinstance(shown, dict):
        described: Tree = shown
        return Place.ELSEWHERE if runs_elsewhere(described) else Place.HERE
    return Place.HERE if listed else Place.NOWHERE
