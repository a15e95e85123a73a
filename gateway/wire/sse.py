"""Server-sent events and JSON lines, incrementally: bytes in any pieces to whole events, and back; reads no socket.

The event stream format is that of the WHATWG HTML standard, section 9.2.6, as upstreams really write it: CR, LF or CRLF
line ends, comments, no space after the colon, characters split over pieces, no blank line before the end.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.errors import UpstreamFailed

MAX_EVENT_BYTES = 32 * 1024 * 1024
DONE = b"[DONE]"
_TOO_LARGE = "The provider sent an event that is too large."


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name (`""` for the default) and the bytes of its data lines joined by newlines."""

    name: str
    data: bytes


class _Tail:
    """The bytes of a line whose end has not come: joined once, so that a line in many pieces takes linear time."""

    __slots__ = ("_pieces", "_size")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > MAX_EVENT_BYTES:
            raise UpstreamFailed(_TOO_LARGE)
        if piece:
            self._pieces.append(piece)

    def take(self) -> bytes:
        joined = b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return joined


class SseDecoder:
    """Whole events out of bytes that arrive in any pieces.

    Raises:
        UpstreamFailed: one event grows over `MAX_EVENT_BYTES`.
    """

    __slots__ = ("_data", "_held", "_name", "_skip_lf", "_tail")

    def __init__(self) -> None:
        self._tail = _Tail()
        self._skip_lf = False
        self._name = ""
        self._data: list[bytes] = []
        self._held = 0

    def decode(self, piece: bytes) -> list[Event]:
        if self._skip_lf and piece.startswith(b"\n"):
            piece = piece[1:]
        if piece:
            self._skip_lf = piece.endswith(b"\r")
        if b"\n" not in piece and b"\r" not in piece:
            self._tail.add(piece)
            return []
        buffered = self._tail.take() + piece
        if b"\r" in buffered:
            # bytes.splitlines knows only \n, \r and \r\n: exactly the line ends of the format.
            lines = buffered.splitlines(keepends=True)
            tail = b"" if lines[-1].endswith((b"\r", b"\n")) else lines.pop()
            lines = [line.rstrip(b"\r\n") for line in lines]
        else:
            *lines, tail = buffered.split(b"\n")
        self._tail.add(tail)
        return [event for line in lines if (event := self._line(line)) is not None]

    def flush(self) -> list[Event]:
        """What is left when the upstream closes without a last blank line (mlx_lm ends a stream by end of file)."""
        return [event for line in (self._tail.take(), b"") if (event := self._line(line)) is not None]

    def _line(self, line: bytes) -> Event | None:
        if not line:
            if not self._data:
                self._name = ""
                return None
            event = Event(self._name, b"\n".join(self._data))
            self._name, self._data, self._held = "", [], 0
            return event
        if line.startswith(b"data:"):
            self._held += len(line)
            if self._held > MAX_EVENT_BYTES:
                raise UpstreamFailed(_TOO_LARGE)
            self._data.append(line[6:] if line[5:6] == b" " else line[5:])
        elif line.startswith(b"event:"):
            self._name = line[6:].strip().decode("ascii", "replace")
        return None


class LineDecoder:
    """Whole lines out of bytes that arrive in any pieces: the framing of Ollama's NDJSON."""

    __slots__ = ("_tail",)

    def __init__(self) -> None:
        self._tail = _Tail()

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


def encode(data: bytes, *, name: str = "") -> bytes:
    """One event as bytes; `data` must hold no line break, which JSON never does."""
    head = b"event: " + name.encode("ascii") + b"\n" if name else b""
    return head + b"data: " + data + b"\n\n"


def comment(text: str) -> bytes:
    """A comment line: a heartbeat that every client skips."""
    return b": " + text.encode("ascii") + b"\n\n"
