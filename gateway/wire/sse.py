"""Server-sent events and JSON lines, incrementally: bytes in any pieces to whole events, and back; reads no socket.

The event stream format is that of the WHATWG HTML standard, section 9.2.6, as upstreams really write it: CR, LF or CRLF
line ends, comments, no space after the colon, characters split over pieces, no blank line before the end.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.errors import UpstreamFailed

MAX_EVENT_BYTES = 32 * 1024 * 1024
DONE = b"[DONE]"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name (`""` for the default) and the bytes of its data lines joined by newlines."""

    name: str
    data: bytes


class SseDecoder:
    """Whole events out of bytes that arrive in any pieces.

    Raises:
        UpstreamFailed: one event grows over `MAX_EVENT_BYTES`.
    """

    __slots__ = ("_data", "_name", "_skip_lf", "_tail")

    def __init__(self) -> None:
        self._tail = b""
        self._skip_lf = False
        self._name = ""
        self._data: list[bytes] = []

    def decode(self, piece: bytes) -> list[Event]:
        if self._skip_lf and piece.startswith(b"\n"):
            piece = piece[1:]
        if piece:
            self._skip_lf = piece.endswith(b"\r")
        buffered = self._tail + piece
        lines = buffered.splitlines(keepends=True) if b"\r" in buffered else buffered.split(b"\n")
        if b"\r" in buffered:
            # bytes.splitlines knows only \n, \r and \r\n: exactly the line ends of the format.
            self._tail = b"" if not lines or lines[-1].endswith((b"\r", b"\n")) else lines.pop()
            lines = [line.rstrip(b"\r\n") for line in lines]
        else:
            self._tail = lines.pop()
        if len(self._tail) > MAX_EVENT_BYTES:
            raise UpstreamFailed("The provider sent an event that is too large.")
        return [event for line in lines if (event := self._line(line)) is not None]

    def flush(self) -> list[Event]:
        """What is left when the upstream closes without a last blank line (mlx_lm ends a stream by end of file)."""
        events = [event for line in (self._tail, b"") if (event := self._line(line)) is not None]
        self._tail = b""
        return events

    def _line(self, line: bytes) -> Event | None:
        if not line:
            if not self._data:
                self._name = ""
                return None
            event = Event(self._name, b"\n".join(self._data))
            self._name, self._data = "", []
            return event
        if line.startswith(b"data:"):
            self._data.append(line[6:] if line[5:6] == b" " else line[5:])
        elif line.startswith(b"event:"):
            self._name = line[6:].strip().decode("ascii", "replace")
        return None


class LineDecoder:
    """Whole lines out of bytes that arrive in any pieces: the framing of Ollama's NDJSON."""

    __slots__ = ("_tail",)

    def __init__(self) -> None:
        self._tail = b""

    def decode(self, piece: bytes) -> list[bytes]:
        *lines, self._tail = (self._tail + piece).split(b"\n")
        if len(self._tail) > MAX_EVENT_BYTES:
            raise UpstreamFailed("The provider sent a line that is too large.")
        return [line for line in lines if line.strip()]

    def flush(self) -> list[bytes]:
        line, self._tail = self._tail, b""
        return [line] if line.strip() else []


def encode(data: bytes, *, name: str = "") -> bytes:
    """One event as bytes; `data` must hold no line break, which JSON never does."""
    head = b"event: " + name.encode("ascii") + b"\n" if name else b""
    return head + b"data: " + data + b"\n\n"


def comment(text: str) -> bytes:
    """A comment line: a heartbeat that every client skips."""
    return b": " + text.encode("ascii") + b"\n\n"
