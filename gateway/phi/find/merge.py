"""Makes one list without overlaps out of many hits; never loses a character that any of them covered."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.domain import DIRECT
from gateway.phi.find.hit import Hit


def merge(hits: Iterable[Hit], text: str) -> list[Hit]:
    """Hits in order, not overlapping: a cue wins, then check digits, then the longer, then the direct kind.

    What a losing hit covered beyond the winner stays, as a hit of its own, when there is a letter or digit in it.
    """
    ranked = sorted(
        hits, key=lambda hit: (-_rank(hit), hit.start - hit.end, hit.kind not in DIRECT, -hit.confidence, hit.start)
    )
    taken: list[Hit] = []
    covered = bytearray(len(text))
    for hit in ranked:
        for start, end in _free(covered, hit.start, hit.end):
            left, right = _trimmed(text, start, end) if (start, end) != (hit.start, hit.end) else (start, end)
            if left < right:
                taken.append(hit if (left, right) == (hit.start, hit.end) else _cut(hit, left, right))
                covered[left:right] = b"\1" * (right - left)
    return sorted(taken, key=lambda hit: hit.start)


def _rank(hit: Hit) -> int:
    return hit.evidence


def _cut(hit: Hit, start: int, end: int) -> Hit:
    return Hit(hit.kind, start, end, hit.confidence, hit.evidence, hit.patient)


def _free(covered: bytearray, start: int, end: int) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    at = start
    while at < end:
        low = covered.find(b"\0", at, end)
        if low < 0:
            break
        high = covered.find(b"\1", low, end)
        high = end if high < 0 else high
        pieces.append((low, high))
        at = high
    return pieces


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end
