"""Replaces pseudonyms in a streamed text by the original values, exactly; knows only the pseudonyms of one request."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from urllib.parse import quote

from gateway.phi.grammar import CODE_CHARS, LONGEST, grammar, token_name
from gateway.phi.replace.pseudonym import Pseudonyms

_CODE = re.compile(rf"_[a-zA-Z2-7]{{{CODE_CHARS}}}")
_QUOTED = re.compile(r"%[0-9A-Fa-f]{2}")
_BEFORE_CODE = LONGEST // 2


class Mode(StrEnum):
    """What kind of text a channel carries."""

    TEXT = "text"
    JSON = "json"  # the text of JSON: what is put back is escaped, and a number loses its quotes


class Restorer:
    """Restores one channel. Feed it pieces with `decode`, end it with `flush`; any cutting gives the same text.

    It holds back no more than could still be the beginning of a token, and never looks again at what it put back.
    A token that is not of this request passes as it is; bracketed ones are counted in `unresolved`.
    """

    __slots__ = ("_before", "_grammar", "_held", "_mode", "_originals", "unresolved")

    def __init__(self, pseudonyms: Pseudonyms, mode: Mode = Mode.TEXT) -> None:
        self._originals = dict(pseudonyms.items())
        self._mode = mode
        self._grammar = grammar(quoted=mode is Mode.JSON and pseudonyms.has_bare)
        self._held = ""
        self._before = ""
        self.unresolved = 0

    @property
    def holds(self) -> bool:
        """Whether text is held back until more has come."""
        return bool(self._held)

    def decode(self, text: str) -> str:
        """The restored text that may be sent on after `text` has come."""
        if not text or not self._originals:
            return text
        return self._advance(text, ended=False)

    def flush(self) -> str:
        """The text still held back, at the end of the channel."""
        return self._advance("", ended=True) if self._held else ""

    def _advance(self, text: str, *, ended: bool) -> str:
        buffer = self._before + self._held + text
        start = len(self._before)
        pieces: list[str] = []
        hold = len(buffer) if ended else self._hold_from(buffer, start)
        while found := self._next_token(buffer, start):
            if found.start() >= hold:
                break
            pieces += (buffer[start : found.start()], self._put_back(found))
            start = found.end()
            if start > hold:
                hold = self._hold_from(buffer, start)
        pieces.append(buffer[start:hold])
        self._held = buffer[hold:]
        self._before = buffer[hold - 1 : hold]
        return "".join(pieces)

    def _hold_from(self, buffer: str, start: int) -> int:
        """Index from which text must be held back because it may begin a pseudonym; `len(buffer)` if none."""
        tail = max(len(buffer.rstrip(self._grammar.chars)), start, len(buffer) - LONGEST)
        found = self._grammar.begins.search(buffer, tail) if tail < len(buffer) else None
        return found.start() if found else len(buffer)

    def _next_token(self, buffer: str, start: int) -> re.Match[str] | None:
        code = _CODE.search(buffer, start)
        return self._grammar.token.search(buffer, max(start, code.start() - _BEFORE_CODE)) if code else None

    def _put_back(self, found: re.Match[str]) -> str:
        form = found.lastgroup or ""
        original = self._originals.get(token_name(found[form]))
        if original is None:
            self.unresolved += form != "alone"
            return found[0]
        quoted = form in {"number", "unbracketed"}
        if quoted and original.bare:
            return original.surface
        if form == "percent":
            return _in_url(original.surface)
        surface = (
            original.surface if self._mode is Mode.TEXT else json.dumps(original.surface, ensure_ascii=False)[1:-1]
        )
        return f'"{surface}"' if quoted else surface


def _in_url(surface: str) -> str:
    """A value as it stands in a URL (RFC 3986, 2.1), where a model wrote its pseudonym so; one taken from a URL is so already."""
    return surface if _QUOTED.search(surface) else quote(surface, safe="", errors="surrogatepass")
