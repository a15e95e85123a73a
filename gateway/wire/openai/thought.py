"""Takes `<think>…</think>` at the beginning of an answer for what it is: reasoning, whatever pieces it comes in."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

OPENS: Final = "<think>"
CLOSES: Final = "</think>"
_MAY_CLOSE: Final = re.compile(r"\s*(?:" + "|".join(CLOSES[:n] for n in range(len(CLOSES) - 1, 0, -1)) + r")?\Z")
"""What may be the end of a thought, and so is held back: white space, and the beginning of the mark."""


class _At(Enum):
    START = auto()  # nothing but white space and the beginning of the mark came
    THOUGHT = auto()
    BETWEEN = auto()  # the thought is over, and nothing but white space came since
    ANSWER = auto()


class Thought:
    """The text of one answer, told apart: `feed` piece by piece, then `rest`.

    Whatever the pieces are, what is thought and what is said are the same in the end. A mark further on is text, since a
    model may speak of it.
    """

    __slots__ = ("_at", "_held")

    def __init__(self) -> None:
        self._at = _At.START
        self._held = ""

    @property
    def over(self) -> bool:
        """Whether all text from here on is what it says."""
        return self._at is _At.ANSWER

    def told_apart(self) -> None:
        """The server itself tells reasoning from text: all text is what it says."""
        if self._at is _At.START and not self._held:
            self._at = _At.ANSWER

    def feed(self, text: str) -> tuple[str, str]:
        """What is thought and what is said in the next piece, as far as that is clear."""
        if self._at is _At.ANSWER:
            return "", text
        text, self._held = self._held + text, ""
        thought = ""
        if self._at is _At.START:
            begun = text.lstrip()
            if not begun.startswith(OPENS):
                return self._unclear(text) if OPENS.startswith(begun) else self._answer(text)
            self._at, text = _At.THOUGHT, begun[len(OPENS) :]
        if self._at is _At.THOUGHT:
            thought, closed, said = text.partition(CLOSES)
            if not closed:
                kept = _MAY_CLOSE.search(text)
                at = kept.start() if kept else len(text)
                self._held = text[at:]
                return text[:at], ""
            self._at, thought, text = _At.BETWEEN, thought.rstrip(), said
        said = text.lstrip()
        return (thought, self._answer(said)[1]) if said else (thought, "")

    def rest(self) -> tuple[str, str]:
        """What was held back, at the end of the answer."""
        held, self._held = self._held, ""
        return (held, "") if self._at is _At.THOUGHT else ("", held)

    def _unclear(self, text: str) -> tuple[str, str]:
        self._held = text
        return "", ""

    def _answer(self, text: str) -> tuple[str, str]:
        self._at = _At.ANSWER
        return "", text
