"""Puts originals back in the place of their pseudonyms, in text that arrives in any pieces; never guesses.

One grammar both finds tokens and tells how much of a tail could still become one (`_Grammar`); two grammars that
disagree are how streams come to differ from their whole. A token is its kind, an underscore and ten base32 characters,
in any case; brackets around it are optional, and so are the backslashes that Markdown and JSON put before brackets and
underscores. What looks like a token and is none of this request's is left as it stands: a mangled token is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

import orjson

from gateway.domain import Kind
from gateway.phi.pseudonym import CODE_CHARS, Pseudonyms

_BEFORE = r"(?<![A-Za-z0-9_])"
_ESCAPES = r"\\{0,2}"
_CODE = "[a-zA-Z2-7]"
LONGEST = max(len(kind) + 2 * kind.count("_") for kind in Kind) + CODE_CHARS + 11
"""Characters of the longest token with all that may stand around it: what can be held back at most."""


class Mode(StrEnum):
    """How a channel holds text: `json` is JSON itself (tool arguments), so what is put in is escaped for a string."""

    TEXT = "text"
    JSON = "json"


class _Grammar:
    """Tokens of some kinds, as one pattern for whole ones and one for tails that may become one.

    `bare` adds the quotes that stand around a token which takes the place of a number.
    """

    __slots__ = ("tail", "whole")

    def __init__(self, kinds: Sequence[str], *, bare: bool) -> None:
        quote = r'(?P<q1>(?<!\\)")?' if bare else "(?P<q1>)"
        close_quote = '(?P<q2>(?(q1)"))?' if bare else "(?P<q2>)"
        names = "|".join(kind.replace("_", _ESCAPES + "_") for kind in kinds)
        core = rf"(?P<kind>(?i:{names})){_ESCAPES}_(?P<code>{_CODE}{{{CODE_CHARS}}})(?![A-Za-z0-9])"
        self.whole = re.compile(
            rf"{quote}(?:(?P<open>{_ESCAPES}\[)|{_BEFORE}){core}(?P<close>{_ESCAPES}\])?{close_quote}"
        )
        ends = [r"\\{0,2}\]?" if bare else r"\\{0,2}"]
        tails = "|".join(_prefix([*_atoms(kind), *ends]) for kind in kinds)
        opening = rf"{_ESCAPES}\["
        head = '(?:(?<!\\\\)")?' if bare else ""
        alone = [r"\\{1,2}", *(['(?<!\\\\)"', '(?<!\\\\)"\\\\{1,2}'] if bare else [])]
        self.tail = re.compile(
            rf"(?:{head}{opening}(?:{tails})?|{head}{_BEFORE}(?:{tails})|{'|'.join(alone)})\Z", re.IGNORECASE
        )


def _atoms(kind: str) -> list[str]:
    """The pieces of a token, each of which may be the last that has come."""
    atoms: list[str] = []
    for char in kind:
        atoms += [r"\\", r"\\", "_"] if char == "_" else [char]
    return [*atoms, r"\\", r"\\", "_", *[_CODE] * CODE_CHARS]


def _prefix(atoms: Sequence[str]) -> str:
    """Any beginning of a sequence, of one piece at least; a backslash may be left out."""
    pattern = ""
    for atom in reversed(atoms):
        rest = f"(?:{pattern})?" if pattern else ""
        pattern = f"{atom}{rest}" if atom != r"\\" else (f"(?:{atom}{rest}|{pattern})" if pattern else atom)
    return pattern


@lru_cache(maxsize=256)
def _grammar(kinds: tuple[str, ...], bare: bool) -> _Grammar:  # noqa: FBT001  a cache key
    return _Grammar(kinds, bare=bare)


class Restorer:
    """One channel of one reply. `decode` takes the next piece, `flush` says that no more will come.

    `unresolved` counts what looked like a token and was left alone.
    """

    __slots__ = ("_before", "_grammar", "_held", "_mode", "_originals", "unresolved")

    def __init__(self, pseudonyms: Pseudonyms, mode: Mode = Mode.TEXT) -> None:
        self._originals = dict(pseudonyms.items())
        kinds = tuple(sorted({name.rpartition("_")[0] for name in self._originals}))
        bare = mode is Mode.JSON and pseudonyms.has_bare
        self._grammar = _grammar(kinds, bare) if kinds else None
        self._mode = mode
        self._held = ""
        self._before = ""
        self.unresolved = 0

    @property
    def holds(self) -> bool:
        """Whether something is held back."""
        return bool(self._held)

    def decode(self, piece: str) -> str:
        """What can be said for certain of the text so far and was not said before."""
        if self._grammar is None or not piece:
            return piece
        text = self._held + piece
        tail = self._tail(text, self._grammar)
        self._held = text[tail:]
        return self._restored(text, tail)

    def flush(self) -> str:
        """What was held back; a whole token in it is restored, half a token stands as it came."""
        text, self._held = self._held, ""
        return self._restored(text, len(text)) if text else ""

    def _tail(self, text: str, grammar: _Grammar) -> int:
        """From where on the text could still become a token."""
        start = max(0, len(text) - LONGEST)
        context = self._before + text
        begin = len(self._before) + start
        begin = len(self._before) + start
        while (found := grammar.tail.search(context, begin)) is not None:
            inside = _around(grammar.whole, context, len(self._before), place=found.start())
            if inside is None:
                return found.start() - len(self._before)
            begin = inside  # the closing quote of a whole token opens nothing
        return len(text)

    def _restored(self, text: str, end: int) -> str:
        if not end:
            return ""
        before, self._before = self._before, text[end - 1]
        said = text[:end]
        if "_" not in said or self._grammar is None:
            return said
        # The pattern sees the character before, so that it knows whether a token begins inside a word.
        context, done, out = before + said, len(before), list[str]()
        for found in self._grammar.whole.finditer(context, len(before)):
            out += [context[done : found.start()], self._original(found)]
            done = found.end()
        out.append(context[done:])
        return "".join(out)

    def _original(self, found: re.Match[str]) -> str:
        name = f"{found['kind'].replace(chr(92), '').upper()}_{found['code'].lower()}"
        original = self._originals.get(name)
        if original is None:
            self.unresolved += 1
            return found[0]
        left, right = found["open"] or "", found["close"] or ""
        if left and right:
            left = right = ""
        q1, q2 = found["q1"] or "", found["q2"] or ""
        if original.bare and q1 and q2 and not left and not right:
            return original.surface
        surface = original.surface
        if self._mode is Mode.JSON:
            surface = orjson.dumps(surface.encode("utf-8", "surrogatepass").decode("utf-8", "replace")).decode()[1:-1]
        return f"{q1}{left}{surface}{right}{q2}"


def _around(whole: re.Pattern[str], text: str, begin: int, *, place: int) -> int | None:
    """The end of the whole token that `place` is inside of."""
    if "_" not in text:
        return None
    return next((found.end() for found in whole.finditer(text, begin) if found.start() < place < found.end()), None)
