"""Runs the engine over a request under a deadline, with a memory and a worker process; decides nothing, never raises."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from typing import Final, Protocol

from gateway.detectors.kept import Across, Digests, Kept, Window
from gateway.detectors.secondary import SecondaryDetector
from gateway.detectors.turns import BATCH, STEP, Turns
from gateway.detectors.union import united
from gateway.detectors.varied import VARIED
from gateway.detectors.worker import CHARS, Job, Worker, WorkerFailed, allowed_s
from gateway.domain import Detection, Kind, Passage, UnknownReason
from gateway.phi.find.across import windows
from gateway.phi.find.engine import Engine, Look, load_engine
from gateway.phi.find.hit import Hit
from gateway.phi.find.own_words import OwnWords, joined, said, taken_back
from gateway.ports import ScanMemory

_INLINE: Final = 16_384
_INLINE_LOOKED_AGAIN: Final = 4_096
"""Characters that are looked at where we are: some 30 ms, without and with the encoder."""
_NOBODY: Final = frozenset[str]()
FAILED: Final = Detection((), frozenset({UnknownReason.SCAN_FAILED}))
"""What every passage gets when the scan failed or was late: it is treated as PHI (law 4)."""


CHARS_PER_S: Final = 2 * 2**20
"""More than the engine could read in a second: a request beyond it is late before it began, and costs nobody its memory."""


class Looker(Protocol):
    """What the worker runs: looks at one passage."""

    def look(self, passage: Passage) -> Look: ...


def looking(make: Callable[[], Looker] = load_engine) -> Job[list[Look]]:
    """The job of the worker: looks at each passage by itself."""
    looker = make()
    for passage in VARIED:  # much is made ready by the first looks, which must not count as somebody's
        looker.look(passage)
    return lambda passages: [looker.look(passage) for passage in passages]


class Scanner:
    """An engine with a memory, a worker and a deadline; with `second`, two detectors must agree that a text is clear.

    `inline_chars` of new text are looked at where we are; more goes to the worker process. `deadline_s` holds for one
    request of 16,384 characters; a larger one may take longer (`allowed_s`). `second` looks at new passages meanwhile, in
    its own process and within the same time. `own` are the administrator's words in force, asked at every request. What
    was loaded on demand (the encoder, the worker) is given back after `idle_s` without a question.
    """

    def __init__(  # noqa: PLR0913  (each is one part of how a text is looked at)
        self,
        engine: Engine,
        *,
        key: bytes,
        memory: ScanMemory[Kept | Window],
        second: SecondaryDetector | None = None,
        worker: Worker[list[Look]] | None = None,
        own: Callable[[], OwnWords] = OwnWords,
        deadline_s: float = 10.0,
        inline_chars: int | None = None,
        idle_s: float = 600.0,
    ) -> None:
        self._engine: Final = engine
        self._second: Final = second
        self._memory: Final = memory
        self._own: Final = own
        self._worker: Final = worker or Worker(partial(looking, load_engine), limit_s=deadline_s)
        self._digests: Final = Digests(key, version=engine.version)
        self.deadline_s: Final = deadline_s
        self.inline_chars: Final = inline_chars or (_INLINE_LOOKED_AGAIN if engine.looks_again else _INLINE)
        self._idle_s: Final = idle_s
        self._waking: Final = asyncio.Lock()
        self._resting: asyncio.TimerHandle | None = None
        self._asked_s = 0.0

    def allowed_s(self, passages: Sequence[Passage]) -> float:
        """How long the scan of a request with these passages may take, all in all."""
        return allowed_s(self.deadline_s, passages)

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
        """Load what the first request would wait for most; `warm_up` does the rest, once requests are taken.

        Raises:
            WorkerFailed: the second detector does not start.
        """
        self._engine.detect(VARIED[:1])
        if self._second is not None:
            await self._second.start()

    async def warm_up(self) -> None:
        """Build what else the first requests would wait for, in turns with them; have the worker there for a large text."""
        for passage in VARIED:
            self._engine.look(passage)
            await asyncio.sleep(0)
        with contextlib.suppress(WorkerFailed):  # the first large text tries again, and its failure is told
            await self._worker.start()
        self._rest_later()

    async def aclose(self) -> None:
        """End the processes."""
        if self._resting is not None:
            self._resting.cancel()
        await self._worker.aclose()
        if self._second is not None:
            await self._second.aclose()

    async def detect(
        self, passages: Sequence[Passage], *, caller: str, until: float | None = None
    ) -> Sequence[Detection]:
        """One detection per passage; all of them `scan_failed` when the scan failed or was not done by `until`.

        `until` (monotonic seconds) is given by whoever began earlier, with a walk that counts; else it is `allowed_s`
        from now. What must be loaded first takes nothing of that time.
        """
        try:
            waited_s = await self._awake()
            turns = Turns(time.monotonic() + self.allowed_s(passages) if until is None else until + waited_s)
            if self._second is None:
                return await self._first(passages, caller, turns)
            self._demand_readable(passages, turns)
            other, found = await asyncio.gather(  # the second first: it is under way while the engine holds the loop
                self._second.detect(passages, caller=caller, timeout_s=turns.left_s),
                self._first(passages, caller, turns),
            )
            own = self._own()
            other = [taken_back(own, passage, one) for passage, one in zip(passages, other, strict=True)]
            return united(passages, found, other)
        except Exception:  # noqa: BLE001  the edge: whatever happened, the answer is "unknown", and nothing is quoted
            return [FAILED] * len(passages)

    async def _awake(self) -> float:
        """Load what is loaded on demand, beside the loop; later it is given back. How many seconds that took."""
        if self._engine.ready:
            self._rest_later()
            return 0.0
        begun = time.monotonic()
        async with self._waking:
            if not self._engine.ready:
                await asyncio.to_thread(self._engine.wake)
        self._rest_later()
        return time.monotonic() - begun

    def _rest_later(self) -> None:
        """Give back what was loaded on demand, unless somebody asks before."""
        self._asked_s = time.monotonic()
        if self._resting is None:
            self._resting = asyncio.get_running_loop().call_later(self._idle_s, self._rest)

    def _rest(self) -> None:
        """Look, when the timer rings, how long nobody has asked: a timer for each request would cost each of them."""
        left_s = self._asked_s + self._idle_s - time.monotonic()
        if left_s > 0:
            self._resting = asyncio.get_running_loop().call_later(left_s, self._rest)
            return
        self._resting = None
        self._engine.rest()
        self._worker.rest()

    async def look_again(self, passages: Sequence[Passage], *, caller: str = "") -> Sequence[Detection]:
        """The engine alone, like `look`, for a request so large that others need their turn meanwhile."""
        try:
            return await self._first(passages, caller, Turns(time.monotonic() + self.allowed_s(passages)))
        except Exception:  # noqa: BLE001  the edge, as in `detect`
            return [FAILED] * len(passages)

    def look(self, passages: Sequence[Passage], *, caller: str = "") -> Sequence[Detection]:
        """The engine alone, where we are: the second look at what is about to leave, most of which was just seen."""
        try:
            work = self._steps(passages, caller)
            answer: Sequence[Look] = ()
            while True:
                answer = [self._engine.look(passage) for passage in work.send(answer or None) or ()]
        except StopIteration as done:
            detections: list[Detection] = done.value
            return detections
        except Exception:  # noqa: BLE001  the edge, as in `detect`
            return [FAILED] * len(passages)

    async def _first(self, passages: Sequence[Passage], caller: str, turns: Turns) -> list[Detection]:
        """What the engine says, in slices."""
        self._demand_readable(passages, turns)
        work = self._steps(passages, caller)
        answer: Sequence[Look] | None = None
        try:
            while True:
                asked = work.send(answer)
                answer = await self._looks(asked, turns) if asked else None
                if turns.due:
                    await turns.give()
        except StopIteration as done:
            detections: list[Detection] = done.value
            return detections

    async def _looks(self, passages: Sequence[Passage], turns: Turns) -> list[Look]:
        looks: list[Look] = []
        if sum(len(passage.text) for passage in passages) > self.inline_chars:
            for portion in _batches(passages):
                looks += await self._worker.ask(portion, timeout_s=turns.left_s)
            return looks
        for passage in passages:
            looks.append(self._engine.look(passage))
            if turns.due:
                await turns.give()
        return looks

    def _demand_readable(self, passages: Sequence[Passage], turns: Turns) -> None:
        """Raise `WorkerFailed` where nobody could read it in time: not even its digests are made then."""
        within_s = min(turns.left_s, self.deadline_s)
        if sum(len(passage.text) for passage in passages) > within_s * CHARS_PER_S:
            raise WorkerFailed("nobody could read this in time")

    def _steps(
        self, passages: Sequence[Passage], caller: str
    ) -> Generator[Sequence[Passage] | None, Sequence[Look] | None, list[Detection]]:
        """The work on one request, in steps: yields new passages, to be sent their looks, and None for a breath."""
        own = self._own()
        named = own.digest
        digests: list[bytes] = []
        known: dict[bytes, Kept] = {}
        new: dict[bytes, Passage] = {}
        for at in range(0, len(passages), STEP):
            step = self._digests.of(passages[at : at + STEP], caller=caller, own=named)
            digests += step
            for digest, passage in zip(step, passages[at : at + STEP], strict=True):
                kept = _message(self._memory.recall(digest))
                if kept is None:
                    new[digest] = passage
                else:
                    known[digest] = kept
            yield None
        if new:
            looks = (yield list(new.values())) or ()
            for count, (digest, look) in enumerate(zip(new, looks, strict=True)):
                one = known[digest] = Kept.of(said(own, self._engine, new[digest], look))
                self._memory.keep(digest, one)
                if count % STEP == 0:
                    yield None
        return (yield from self._settled(passages, digests, [known[digest] for digest in digests]))

    def _settled(
        self, passages: Sequence[Passage], digests: Sequence[bytes], kept: Sequence[Kept]
    ) -> Generator[None, object, list[Detection]]:
        engine = self._engine
        found = [one.detection for one in kept]
        known = frozenset[int]().union(*(one.names for one in kept))
        beside: dict[int, list[Hit]] = {}
        for window in windows(passages):
            for at, hits in self._across(passages, digests, kept, window).items():
                beside.setdefault(window[at], []).extend(hits)
            yield
        for at, hits in engine.of_somebody(passages, kept).items():
            beside.setdefault(at, []).extend(hits)
        spoken: dict[int, str] | None = None
        for index, one in enumerate(kept):
            foreign = one.learned(known) if known else []
            if foreign and spoken is None:
                spoken = yield from self._names(passages, kept)
            if foreign or index in beside:
                learned = frozenset([spoken[digest] for digest in foreign if digest in spoken]) if spoken else _NOBODY
                more = beside.get(index, ())
                found[index] = engine.settle(passages[index], one.hits, one.detection, learned=learned, beside=more)
                yield
            elif index % STEP == 0:
                yield
            if one.also or one.spared:
                found[index] = joined(passages[index].text, found[index], one.also, one.spared)
        return found

    def _names(self, passages: Sequence[Passage], kept: Sequence[Kept]) -> Generator[None, object, dict[int, str]]:
        """The names of which only digests are kept, read from the request again."""
        names: set[str] = set()
        for passage, one in zip(passages, kept, strict=True):
            if one.names:
                names |= self._engine.names(passage, one.hits)
                yield
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


def _batches(passages: Sequence[Passage]) -> Iterator[Sequence[Passage]]:
    """Passages in such portions that others get their turn between them."""
    first = chars = 0
    for at, passage in enumerate(passages):
        if at - first == BATCH or (at > first and chars + len(passage.text) > CHARS):
            yield passages[first:at]
            first, chars = at, 0
        chars += len(passage.text)
    yield passages[first:]


def _message(known: Kept | Window | None) -> Kept | None:
    return known if isinstance(known, Kept) else None
