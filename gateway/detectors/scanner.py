"""Runs the engine over a request under a deadline, with a memory and a worker process; decides nothing, never raises."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, Protocol

from gateway.detectors.agreement import united
from gateway.detectors.kept import Across, Digests, Kept, Window
from gateway.detectors.second import Second
from gateway.detectors.worker import Job, Worker, WorkerFailed
from gateway.domain import Detection, Kind, Passage, UnknownReason
from gateway.phi.find.across import windows
from gateway.phi.find.engine import Engine, Look, load_engine
from gateway.phi.find.hit import Hit
from gateway.ports import ScanMemory

_SAMPLE: Final = "Mr. John Sample, MRN 12345678, was seen at the clinic on 01/02/2023 by Dr. Example."
_NOBODY: Final = frozenset[str]()
FAILED: Final = Detection((), frozenset({UnknownReason.SCAN_FAILED}))
"""What every passage gets when the scan failed or was late: it is treated as PHI (law 4)."""


class Looker(Protocol):
    """What the worker runs: looks at one passage."""

    def look(self, passage: Passage) -> Look: ...


def looking(make: Callable[[], Looker] = load_engine) -> Job[list[Look]]:
    """The job of the worker: looks at each passage by itself."""
    looker = make()
    return lambda passages: [looker.look(passage) for passage in passages]


class Scanner:
    """An engine with a memory, a worker and a deadline; with `second`, two detectors must agree that a text is clear.

    `inline_chars` of new text are looked at where we are; more goes to the worker process. `deadline_s` holds for one
    request. `second` looks at new passages meanwhile, in its own process and under the same deadline.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        key: bytes,
        memory: ScanMemory[Kept | Window],
        second: Second | None = None,
        worker: Worker[list[Look]] | None = None,
        deadline_s: float = 10.0,
        inline_chars: int = 16_384,
    ) -> None:
        self._engine: Final = engine
        self._second: Final = second
        self._memory: Final = memory
        self._worker: Final = worker or Worker(partial(looking, load_engine), limit_s=deadline_s)
        self._digests: Final = Digests(key, version=engine.version)
        self._deadline_s: Final = deadline_s
        self._inline_chars: Final = inline_chars

    @property
    def version(self) -> str:
        return self._engine.version if self._second is None else f"{self._engine.version}+{self._second.version}"

    @property
    def covers(self) -> frozenset[Kind]:
        return self._engine.covers if self._second is None else self._engine.covers | self._second.covers

    @property
    def detectors(self) -> int:
        """How many detectors look at each passage."""
        return 1 if self._second is None else 2

    async def start(self) -> None:
        """Load what the first request would wait for; the worker starts with the first large text, and costs nothing before.

        Raises:
            WorkerFailed: the second detector does not start.
        """
        self._engine.detect([Passage(_SAMPLE)])
        if self._second is not None:
            await self._second.start()

    async def aclose(self) -> None:
        """End the processes."""
        await self._worker.aclose()
        if self._second is not None:
            await self._second.aclose()

    async def detect(self, passages: Sequence[Passage], *, caller: str) -> Sequence[Detection]:
        """One detection per passage; all of them `scan_failed` when the scan failed or missed its deadline."""
        until = time.monotonic() + self._deadline_s
        try:
            if self._second is None:
                return await self._first(passages, caller, until)
            other, found = await asyncio.gather(  # the second first: it is under way while the engine holds the loop
                self._second.detect(passages, caller=caller, timeout_s=self._deadline_s),
                self._first(passages, caller, until),
            )
            return united(passages, found, other)
        except Exception:  # noqa: BLE001  the edge: whatever happened, the answer is "unknown", and nothing is quoted
            return [FAILED] * len(passages)

    def look(self, passages: Sequence[Passage], *, caller: str = "") -> Sequence[Detection]:
        """The engine alone, where we are: the second look at what is about to leave, most of which was just seen."""
        try:
            digests, kept = self._remembered(passages, caller)
            missing = [index for index, one in enumerate(kept) if one is None]
            self._keep(digests, kept, missing, [self._engine.look(passages[index]) for index in missing])
            return self._settled(passages, digests, [one for one in kept if one is not None])
        except Exception:  # noqa: BLE001  the edge, as in `detect`
            return [FAILED] * len(passages)

    async def _first(self, passages: Sequence[Passage], caller: str, until: float) -> list[Detection]:
        digests, kept = self._remembered(passages, caller)
        missing = [index for index, one in enumerate(kept) if one is None]
        if missing:
            self._keep(digests, kept, missing, await self._looks([passages[index] for index in missing], until))
        return self._settled(passages, digests, [one for one in kept if one is not None])

    def _remembered(self, passages: Sequence[Passage], caller: str) -> tuple[list[bytes], list[Kept | None]]:
        digests = self._digests.of(passages, caller=caller)
        return digests, [_message(self._memory.recall(digest)) for digest in digests]

    def _keep(
        self, digests: Sequence[bytes], kept: list[Kept | None], missing: Sequence[int], looks: Sequence[Look]
    ) -> None:
        for index, look in zip(missing, looks, strict=True):
            one = kept[index] = Kept.of(look)
            self._memory.keep(digests[index], one)

    async def _looks(self, passages: Sequence[Passage], until: float) -> list[Look]:
        if sum(len(passage.text) for passage in passages) > self._inline_chars:
            return await self._worker.ask(passages, timeout_s=until - time.monotonic())
        looks: list[Look] = []
        for passage in passages:
            if time.monotonic() > until:
                raise WorkerFailed("the deadline passed")
            looks.append(self._engine.look(passage))
        return looks

    def _settled(self, passages: Sequence[Passage], digests: Sequence[bytes], kept: Sequence[Kept]) -> list[Detection]:
        engine = self._engine
        found = [one.detection for one in kept]
        known = frozenset[int]().union(*(one.names for one in kept))
        beside: dict[int, list[Hit]] = {}
        for window in windows(passages):
            for at, hits in self._across(passages, digests, kept, window).items():
                beside.setdefault(window[at], []).extend(hits)
        spoken: dict[int, str] | None = None
        for index, one in enumerate(kept):
            foreign = one.learned(known) if known else []
            if foreign and spoken is None:
                spoken = self._names(passages, kept)
            if foreign or index in beside:
                learned = frozenset([spoken[digest] for digest in foreign if digest in spoken]) if spoken else _NOBODY
                more = beside.get(index, ())
                found[index] = engine.settle(passages[index], one.hits, one.detection, learned=learned, beside=more)
        return found

    def _names(self, passages: Sequence[Passage], kept: Sequence[Kept]) -> dict[int, str]:
        """The names of which only digests are kept, read from the request again."""
        names: set[str] = set()
        for passage, one in zip(passages, kept, strict=True):
            if one.names:
                names |= self._engine.names(passage, one.hits)
        return {hash(name): name for name in names}

    def _across(
        self, passages: Sequence[Passage], digests: Sequence[bytes], kept: Sequence[Kept], window: tuple[int, ...]
    ) -> Across:
        name = b"".join([digests[index] for index in window])  # of two or more: no message has such a long one
        known = self._memory.recall(name)
        if isinstance(known, Window):
            return known.across
        across = self._engine.across([passages[index] for index in window], [kept[index].hits for index in window])
        self._memory.keep(name, Window(across))
        return across


def _message(known: Kept | Window | None) -> Kept | None:
    return known if isinstance(known, Kept) else None
