"""interim"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.domain import Detection, Detector, Kind, Passage


class Scanner:
    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    @property
    def covers(self) -> frozenset[Kind]:
        return self._detector.covers

    async def start(self) -> None: ...

    async def aclose(self) -> None: ...

    async def detect(self, passages: Sequence[Passage], *, caller: str) -> Sequence[Detection]:  # noqa: ARG002
        return self._detector.detect(passages)

    def look(self, passages: Sequence[Passage]) -> Sequence[Detection]:
        return self._detector.detect(passages)
