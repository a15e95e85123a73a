"""A second detector for tests: it knows one name that the engine does not, and misbehaves when told to."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from gateway.domain import Detection, Finding, Kind, Passage

SECRET = "item seven"
"""A text in which the engine finds nothing."""


class Attentive:
    """Finds `SECRET`, once in each passage. It runs in a process of its own, so it is made there."""

    version = "attentive"
    covers = frozenset({Kind.NAME})

    def detect(self, passages: Sequence[Passage]) -> Sequence[Detection]:
        return [self._look(passage.text) for passage in passages if passage.text != "few"]

    def _look(self, text: str) -> Detection:
        match text:
            case "raise":
                raise RuntimeError(SECRET)
            case "die":
                os._exit(1)
            case "nap":
                time.sleep(0.2)
            case "sleep":
                time.sleep(60)
        at = text.find(SECRET)
        return Detection() if at < 0 else Detection((Finding(Kind.NAME, at, at + len(SECRET)),))
