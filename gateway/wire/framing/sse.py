"""Server-sent events, incrementally: bytes in any pieces to whole events, and back; reads no socket.

The event stream format is that of the WHATWG HTML standard, section 9.2.6, as upstreams really write it: CR, LF or CRLF
line ends, comments, no space after the colon, characters split over pieces, no blank line before the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.wire.framing.lines import MAX_EVENT_BYTES, Tail, too_large

DONE = b"[DONE]"
_DATA: Final = b"data: "
_END: Final = b"\n\n"


class SseDecoder:
    """The data of whole events out of bytes that arrive in any pieces; what names they have, their data says as well.

    Raises:
        UpstreamFailed: one event grows over `MAX_EVENT_BYTES`.
    """

    __slots__ = ("_data", "_held", "_skip_lf", "_tail")

    def __init__(self) -> None:
        self._tail = Tail()
        self._skip_lf = False
        self._data: list[bytes] = []
        self._held = 0

    def decode(self, piece: bytes) -> list[bytes]:
        if self._skip_lf and piece.startswith(b"\n"):
            piece = piece[1:]
        if piece:
            self._skip_lf = piece.endswith(b"\r")
        if b"\n" not in piece and b"\r" not in piece:
            self._tail.add(piece)
            return []
        buffered = self._tail.take() + piece
        events, buffered = self._short(buffered)
        if b"\r" in buffered:
            # bytes.splitlines knows only \n, \r and \r\n: exactly the line ends of the format.
            lines = buffered.splitlines(keepends=True)
            tail = b"" if lines[-1].endswith((b"\r", b"\n")) else lines.pop()
            lines = [line.rstrip(b"\r\n") for line in lines]
        else:
            *lines, tail = buffered.split(b"\n")
        self._tail.add(tail)
        for line in lines:
            if (event := self._line(line)) is not None:
                events.append(event)
        return events

    def _short(self, buffered: bytes) -> tuple[list[bytes], bytes]:
        """Events of one line of data each, as nearly all are, and the bytes behind them; where anything else is between
        them, none and all bytes.
        """
        end = buffered.rfind(_END)
        if (
            end < 0
            or self._data
            or len(buffered) > MAX_EVENT_BYTES
            or b"\r" in buffered
            or not buffered.startswith(_DATA)
        ):
            return [], buffered
        events = buffered[len(_DATA) : end].split(_END + _DATA)
        if buffered.count(b"\n", 0, end) != 2 * (len(events) - 1):
            return [], buffered
        return events, buffered[end + len(_END) :]

    def flush(self) -> list[bytes]:
        """What is left when the upstream closes without a last blank line (mlx_lm ends a stream by end of file)."""
        return [event for line in (self._tail.take(), b"") if (event := self._line(line)) is not None]

    def _line(self, line: bytes) -> bytes | None:
        if not line:
            if not self._data:
                return None
            event = b"\n".join(self._data)
            self._data, self._held = [], 0
            return event
        if line.startswith(b"data:"):
            self._held += len(line)
            if self._held > MAX_EVENT_BYTES:
                raise too_large()
            self._data.append(line[6:] if line[5:6] == b" " else line[5:])
        return None


def encode(data: bytes, *, name: str = "") -> bytes:
    """One event as bytes; `data` must hold no line break, which JSON never does."""
    head = b"event: " + name.encode("ascii") + b"\n" if name else b""
    return head + b"data: " + data + b"\n\n"


def comment(text: str) -> bytes:
    """A comment line: a heartbeat that every client skips."""
    return b": " + text.encode("ascii") + b"\n\n"


def headers(values: Mapping[str, str]) -> bytes:
    """Headers that came too late for the head of the response, as a comment."""
    return comment(" ".join(f"{name}={value}" for name, value in values.items()))
