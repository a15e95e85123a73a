"""Asks a second detector, which runs in a process of its own and may be slow; unites nothing, decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from gateway.detectors.kept import Digests, Kept
from gateway.detectors.turns import BATCH, STEP, Turns
from gateway.detectors.worker import LOAD_S, Job, Worker, WorkerFailed
from gateway.domain import Carrier, Detection, Detector, Kind, Passage
from gateway.ports import ScanMemory

_SAMPLE: Final = Passage("Mr. John Sample, MRN 12345678, was seen on 01/02/2023.")


@dataclass(frozen=True, slots=True)
class Opinion:
    """One detection per passage, and what the detector says of itself."""

    detections: tuple[Detection, ...]
    version: str
    covers: frozenset[Kind]


def asking(make: Callable[[], Detector]) -> Job[Opinion]:
    """The job of the process: makes the detector, then asks it."""
    detector = make()
    return lambda passages: Opinion(tuple(detector.detect(passages)), detector.version, detector.covers)


class SecondaryDetector:
    """A detector that `make` makes where it runs: in a process, in which a text that takes too long can be stopped.

    A regular expression or a tagger holds the interpreter's lock, and a thread could not be stopped. It is asked about
    each passage of a caller once; the answer is kept in `memory` under a digest keyed with `key`. `limit_s` is how long one
    request may keep the process. `covers` and `version` are known once it has answered.
    """

    def __init__(
        self, make: Callable[[], Detector], *, key: bytes, memory: ScanMemory[Kept], limit_s: float = 10.0
    ) -> None:
        self._worker: Final = Worker(partial(asking, make), limit_s=limit_s)
        self._digests: Final = Digests(key, version="second")
        self._memory: Final = memory
        self.covers: frozenset[Kind] = frozenset()
        self.version = ""

    async def start(self) -> None:
        """Load it, which takes seconds, and ask it something.

        Raises:
            WorkerFailed: it does not load.
        """
        try:
            await self._worker.start()
        except WorkerFailed:
            raise WorkerFailed("The second detector does not start: see what it printed.") from None
        await self._ask([_SAMPLE], timeout_s=LOAD_S)

    async def aclose(self) -> None:
        """End the process."""
        await self._worker.aclose()

    async def detect(self, passages: Sequence[Passage], *, caller: str, timeout_s: float) -> list[Detection]:
        """One detection per passage, each as if it stood alone.

        Raises:
            WorkerFailed: no answer within `timeout_s`, a process that died, or an exception in it.
        """
        turns = Turns(time.monotonic() + timeout_s)
        digests: list[bytes] = []
        known: dict[bytes, Detection] = {}
        new: dict[bytes, Passage] = {}
        for at in range(0, len(passages), STEP):
            step = passages[at : at + STEP]
            for digest, passage in zip(self._digests.of(step, caller=caller), step, strict=True):
                digests.append(digest)
                if passage.carrier is Carrier.STRUCTURE:  # ids made at random look like names and numbers to it
                    known[digest] = Detection()
                elif (kept := self._memory.recall(digest)) is not None:
                    known[digest] = kept.detection
                else:
                    new[digest] = passage
            if turns.due:
                await turns.give()
        names = list(new)
        for at in range(0, len(names), BATCH):
            batch = names[at : at + BATCH]
            said = await self._ask([new[digest] for digest in batch], timeout_s=turns.left_s)
            for digest, detection in zip(batch, said, strict=True):
                known[digest] = detection
                self._memory.keep(digest, Kept.alone(detection))
        return [known[digest] for digest in digests]

    async def _ask(self, passages: Sequence[Passage], *, timeout_s: float) -> Sequence[Detection]:
        opinion = await self._worker.ask(passages, timeout_s=timeout_s)
        if len(opinion.detections) != len(passages):
            raise WorkerFailed("the second detector speaks of other passages")
        self.covers, self.version = opinion.covers, opinion.version
        return opinion.detections
