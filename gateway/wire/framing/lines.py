"""Lines, incrementally: bytes in any pieces to whole lines, the framing of Ollama's NDJSON; reads no socket."""

from __future__ import annotations

from gateway.errors import UpstreamFailed

MAX_EVENT_BYTES = 32 * 1024 * 1024


def too_large() -> UpstreamFailed:
    """The failure of an event or line that grows over `MAX_EVENT_BYTES`."""
    return UpstreamFailed("The provider sent an event that is too large.")


class Tail:
    """The bytes of a line whose end has not come: joined once, so that a line in many pieces takes linear time."""

    __slots__ = ("_pieces", "_size")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > MAX_EVENT_BYTES:
            raise too_large()
        if piece:
            self._pieces.append(piece)

    def take(self) -> bytes:
        joined = b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return joined


class LineDecoder:
    """Whole lines out of bytes that arrive in any pieces: the framing of Ollama's NDJSON."""

    __slots__ = ("_tail",)

    def __init__(self) -> None:
        self._tail = Tail()

    def decode(self, piece: bytes) -> list[bytes]:
        if b"\n" not in piece:
            self._tail.add(piece)
            return []
        *lines, tail = (self._tail.take() + piece).split(b"\n")
        self._tail.add(tail)
        return [line for line in lines if line.strip()]

    def flush(self) -> list[bytes]:
        line = self._tail.take()
        return [line] if line.strip() else []
