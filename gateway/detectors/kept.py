"""What is remembered of a scan, so that a resent history costs nothing: offsets and keyed digests, never text."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.domain import Detection, Finding, Passage
from gateway.phi.find.hit import Hit
from gateway.phi.find.own_words import Said

_DIGEST_BYTES: Final = 16
_HIT_BYTES: Final = 240
_ENTRY_BYTES: Final = 420
_WORD_BYTES: Final = 8

Across: TypeAlias = Mapping[int, Sequence[Hit]]
"""Hits that only neighbouring messages together show: place among them → hits there."""


@dataclass(frozen=True, slots=True)
class Window:
    """What neighbouring messages said together."""

    across: Across

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return _ENTRY_BYTES + sum(_HIT_BYTES * len(hits) for hits in self.across.values())


@dataclass(frozen=True, slots=True)
class Kept:
    """What one message said: its own findings, and digests of its words in order, to know a name learned later.

    The digests are Python's own hash of a string, keyed anew in every process.
    """

    hits: tuple[Hit, ...]
    detection: Detection
    words: array[int]
    names: frozenset[int]
    also: tuple[Finding, ...] = ()
    """What own words find beside it."""
    spared: tuple[Finding, ...] = ()
    """What own words took back."""

    @classmethod
    def of(cls, said: Said) -> Kept:
        look = said.look
        words = array("q", sorted(map(hash, look.words)))
        return cls(look.hits, look.detection, words, frozenset(map(hash, look.names)), said.also, said.spared)

    @classmethod
    def alone(cls, detection: Detection) -> Kept:
        """What a detector said that keeps neither words nor names."""
        return cls((), detection, array("q"), frozenset())

    def learned(self, known: Iterable[int]) -> list[int]:
        """Those of `known` names that others found and that stand here too (a chance match finds nothing: harmless)."""
        words, own = self.words, self.names
        found: list[int] = []
        for digest in known:
            if digest not in own:
                place = bisect_left(words, digest)
                if place < len(words) and words[place] == digest:
                    found.append(digest)
        return found

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        found = len(self.hits) + len(self.detection.findings) + len(self.also) + len(self.spared)
        return _ENTRY_BYTES + _HIT_BYTES * found + _WORD_BYTES * len(self.words)


class Digests:
    """Names of messages that say nothing about them without the key: keyed BLAKE2b (RFC 7693).

    The detector's version, the caller and `own` (what else was looked for) are part of the name, so none sees what was
    found for another.
    """

    def __init__(self, key: bytes, *, version: str) -> None:
        self._base = hashlib.blake2b(key=key[:64], digest_size=_DIGEST_BYTES)
        self._base.update(_framed(version))

    def of(self, passages: Iterable[Passage], *, caller: str, own: str = "") -> list[bytes]:
        """One digest per passage."""
        base = self._base.copy()
        base.update(_framed(caller) + _framed(own))
        digests: list[bytes] = []
        for passage in passages:
            digest = base.copy()
            digest.update(_framed(passage.cue) + passage.carrier.encode() + b"\0" + passage.part.encode() + b"\0")
            digest.update(passage.text.encode("utf-8", "surrogatepass"))
            digests.append(digest.digest())
        return digests


def _framed(text: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw).to_bytes(4, "big") + raw
