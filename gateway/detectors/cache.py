"""Remembers what messages said, so that a resent history costs nothing; holds offsets and keyed digests, never text."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway.domain import Detection, Passage
from gateway.phi.find.engine import Look
from gateway.phi.find.hit import Hit

_DIGEST_BYTES: Final = 16
_HIT_BYTES: Final = 240
_ENTRY_BYTES: Final = 420
_WORD_BYTES: Final = 8

Across: TypeAlias = Mapping[int, Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What one message said: its own findings, and digests of its words in order, to know a name learned later.

    The digests are Python's own hash of a string, keyed anew in every process.
    """

    hits: tuple[Hit, ...]
    detection: Detection
    words: array[int]
    names: frozenset[int]

    @classmethod
    def of(cls, look: Look) -> Kept:
        words = array("q", sorted(map(hash, look.words)))
        return cls(look.hits, look.detection, words, frozenset(map(hash, look.names)))

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
        return (
            _ENTRY_BYTES + _HIT_BYTES * (len(self.hits) + len(self.detection.findings)) + _WORD_BYTES * len(self.words)
        )


class Digests:
    """Names of messages that say nothing about them without the key: keyed BLAKE2b (RFC 7693).

    The detector's version and the caller are part of the name, so neither sees what was found for another.
    """

    def __init__(self, key: bytes, *, version: str) -> None:
        self._base = hashlib.blake2b(key=key[:64], digest_size=_DIGEST_BYTES)
        self._base.update(_framed(version))

    def of(self, passages: Iterable[Passage], *, caller: str) -> list[bytes]:
        """One digest per passage."""
        base = self._base.copy()
        base.update(_framed(caller))
        digests: list[bytes] = []
        for passage in passages:
            digest = base.copy()
            digest.update(_framed(passage.cue) + passage.carrier.encode() + b"\0")
            digest.update(passage.text.encode("utf-8", "surrogatepass"))
            digests.append(digest.digest())
        return digests


def _framed(text: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw).to_bytes(4, "big") + raw


class Cache:
    """Least recently used entries out first; bounded by entries and by bytes."""

    def __init__(self, *, entries: int = 20_000, limit_bytes: int = 16 << 20) -> None:
        self._entries: Final = entries
        self._limit: Final = limit_bytes
        self._kept: OrderedDict[Hashable, tuple[Kept | Across, int]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """About how many bytes the entries take."""
        return self._bytes

    def message(self, digest: bytes) -> Kept | None:
        """What a message said, if it is still known."""
        found = self._get(digest)
        return found if isinstance(found, Kept) else None

    def window(self, digests: tuple[bytes, ...]) -> Across | None:
        """What neighbours said together, if it is still known."""
        found = self._get(digests)
        return None if isinstance(found, Kept) else found

    def keep(self, digest: bytes, kept: Kept) -> None:
        self._put(digest, kept, kept.size)

    def keep_window(self, digests: tuple[bytes, ...], across: Across) -> None:
        self._put(digests, across, _ENTRY_BYTES + sum(_HIT_BYTES * len(hits) for hits in across.values()))

    def _get(self, key: Hashable) -> Kept | Across | None:
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def _put(self, key: Hashable, value: Kept | Across, size: int) -> None:
        if size > self._limit:
            return
        old = self._kept.pop(key, None)
        self._bytes += size - (old[1] if old else 0)
        self._kept[key] = (value, size)
        while len(self._kept) > self._entries or self._bytes > self._limit:
            _, (_, gone) = self._kept.popitem(last=False)
            self._bytes -= gone
