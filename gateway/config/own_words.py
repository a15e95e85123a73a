"""Builds the administrator's own words of `scan:`; refuses a pattern that could not be linear, or would find everything."""

from __future__ import annotations

import re
import string
from typing import Final

import re2

from gateway.config.draft import Draft
from gateway.domain import Kind, Path
from gateway.phi.find.own_words import Also, Never, OwnWords

_MEMORY: Final = 1 << 20
"""Bytes that one compiled pattern may take."""
_EVERYDAY: Final = (
    "Please summarise the attached notes for the team, and list what should be done next.",
    "def total(rows): return sum(row.amount for row in rows if row.open)  # 2024-01-31, 1,200.50",
)
"""Texts of which no identifier is half."""
_NOWHERE: Final = ("", "a", " ", "a b", "\n", "1")
_REFERS_BACK: Final = re.compile(r"\\[1-9gk]|\(\?P=")
_LOOKS_ROUND: Final = re.compile(r"\(\?<?[=!]")


def build_own_words(draft: Draft) -> OwnWords:
    """The entries that are sound; the others are problems."""
    section = draft.config.scan
    also = [Also(one.kind, one.pattern, one.why) for one in section.also]
    never = [Never(one.text, one.why) for one in section.never]
    for index, entry in enumerate(also):
        path: Path = ("scan", "also", index)
        if entry.kind is Kind.TOKEN:
            draft.problem((*path, "kind"), "`token` is what our own pseudonyms are.", "Use `other_id`.")
        wrong = _wrong(entry.pattern)
        if wrong is not None:
            draft.problem((*path, "pattern"), *wrong)
    for index, grant in enumerate(never):
        if sum(map(str.isalpha, grant.text)) < 2:
            message = "`never` is for texts that look like a name or a place, and this has no letters."
            draft.problem(
                ("scan", "never", index, "text"), message, "Write the whole text, such as `Mercy Street Protocol`."
            )
    return OwnWords(tuple(also), tuple(never))


def _wrong(pattern: str) -> tuple[str, str] | None:
    """What is wrong with a pattern, and what to do; None where it is sound."""
    if not pattern.isascii():
        message = "A pattern is matched against text folded to ASCII letters, and this one holds others."
        return message, "Write letters without accents: `Munoz` finds `Muñoz` too."
    options = re2.Options()
    options.max_mem, options.log_errors = _MEMORY, False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        return _unusable(error.args[0].decode("utf-8", "replace") if error.args else "", pattern)
    if any(match.start() == match.end() for text in _NOWHERE for match in compiled.finditer(text)):
        return (
            "This pattern also matches nothing at all, so it would match everywhere.",
            "Ask for at least one character: `+` in place of `*`.",
        )
    everything = "This pattern would find a part of nearly every text."
    remedy = "Say what your identifiers begin with and how many digits they have: `RX\\d{6}`."
    if any(compiled.search(text) for text in (*string.printable, "12")):
        return everything, remedy
    for text in _EVERYDAY:
        if sum(match.end() - match.start() for match in compiled.finditer(text)) * 2 > len(text):
            return everything, remedy
    return None


def _unusable(said: str, pattern: str) -> tuple[str, str]:
    """RE2's complaint, as what an administrator can do about it."""
    if _REFERS_BACK.search(pattern):
        return (
            "A pattern cannot refer back to what it matched (`\\1`): such a search is not linear.",
            "Write the part out again.",
        )
    if _LOOKS_ROUND.search(pattern):
        return (
            "A pattern cannot look ahead or behind (`(?=`, `(?!`, `(?<=`, `(?<!`).",
            "Use `\\b` for the border of a word.",
        )
    if "repetition size" in said or "too large" in said:
        return "This pattern is too large.", "Repeat less than a thousand times, also of what is repeated itself."
    return (
        "This is no pattern that RE2 knows.",
        "See https://github.com/google/re2/wiki/Syntax; in YAML, put it in single quotes.",
    )
