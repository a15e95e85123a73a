r"""The one grammar of a pseudonym as models write it, in two readings: a whole token, and the beginning of one.

    token  = "[" core "]"  |  "\[" core "\]"  |  "%5B" core "%5D"  |  core, touched by no letter or digit
    core   = KIND "_" ten base32 characters

in any case of letters; an underscore or a bracket may be escaped by one backslash, or two in the text of JSON. Brackets
belong to a token only in pairs, escapes of brackets too: what stands alone belongs to the text around it, as do
backticks, quotes and possessives. Where numbers in JSON were replaced, a token that is a whole string is read with its
quotes. Both readings are built from the same parts: nothing is matched that was not held back, nor held for ever.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from gateway.domain import Finding, Kind

CODE_CHARS = 10
LONGEST = 48
"""Longer than any token with all its escapes, brackets and quotes."""
_SEPARATOR = r"\\{0,2}_"
_CODE = "[a-zA-Z2-7]"
_UNDERSCORED = re.compile(rf"_[a-zA-Z2-7]{{{CODE_CHARS}}}")
_KINDS = sorted(kind.value for kind in Kind)


class Grammar(NamedTuple):
    """`token` finds whole tokens: its last group holds the core, and is named after the form. `begins` finds where the
    end of a text may be the beginning of one; `chars` are all characters that stand in one.
    """

    token: re.Pattern[str]
    begins: re.Pattern[str]
    chars: str


@cache
def grammar(*, quoted: bool) -> Grammar:
    """The grammar, `quoted` where a token may stand for a number in JSON with the quotes around it."""
    core = rf"(?:{'|'.join(''.join(_letters(kind)) for kind in _KINDS)}){_SEPARATOR}{_CODE}{{{CODE_CHARS}}}"
    forms = [
        rf"\[(?P<paired>{core})\]",
        rf"\\{{1,2}}\[(?P<escaped>{core})\\{{1,2}}\]",
        rf"%5[Bb](?P<percent>{core})%5[Dd]",
        rf"(?<![A-Za-z0-9])(?P<alone>{core})(?![A-Za-z0-9])",
    ]
    beginnings = [
        r"\[" + _beginning(r"\Z"),
        r"\\{1,2}(?:\Z|\[" + _beginning(r"\\{0,2}\Z") + ")",
        r"%(?:\Z|5(?:\Z|[Bb]" + _beginning(r"(?:\Z|%(?:\Z|5\Z))") + "))",
        r"(?<![A-Za-z0-9])(?!\Z)" + _beginning(r"\Z"),
    ]
    if quoted:  # a key of that name is a string still, so what follows the closing quote matters
        forms[:0] = [rf'"\[(?P<number>{core})\]"(?!:)', rf'"(?P<unbracketed>{core})"(?!:)']
        after = _or_end("", r'"\Z')
        beginnings[:0] = [r'"\[' + _beginning(_or_end("", "]" + after)), '"' + _beginning(after)]
    chars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ234567_\\[]%" + ('"' if quoted else "")
    return Grammar(re.compile("|".join(forms)), re.compile("|".join(beginnings)), chars)


def _letters(kind: str) -> list[str]:
    return [_SEPARATOR if letter == "_" else f"[{letter}{letter.upper()}]" for letter in kind]


def _or_end(unfinished: str, whole: str) -> str:
    """The end of the text, perhaps after an unfinished part; or the whole part and what follows."""
    return rf"(?:{unfinished}\Z|{whole})"


def _beginning(after: str) -> str:
    """A prefix of a core (also empty, also all of it) at the end of the text; `after` must follow a whole core."""
    code = after
    for _ in range(CODE_CHARS):
        code = rf"(?:\Z|{_CODE}{code})"
    complete = _or_end(r"\\{0,2}", _SEPARATOR + code)
    return "(?:" + "|".join([r"\Z", *(_name(_letters(kind), complete) for kind in _KINDS)]) + ")"


def _name(letters: list[str], complete: str) -> str:
    """The beginning of one kind, letter by letter; `complete` follows the last."""
    first, *rest = letters
    if not rest:
        return first + complete
    unfinished = r"\\{0,2}" if rest[0] == _SEPARATOR else ""
    return first + _or_end(unfinished, _name(rest, complete))


def find_tokens(text: str) -> tuple[Finding, ...]:
    """Where a caller's text looks like one of our tokens; such text is a finding of its own (`Kind.TOKEN`).

    Read by the grammar that restores, in any case; `name_parameters`, all small letters, is a word of programmers.
    """
    if "_" not in text or not _UNDERSCORED.search(text):
        return ()
    found = grammar(quoted=False).token.finditer(text)
    return tuple([Finding(Kind.TOKEN, *match.span()) for match in found if _made(match[match.lastgroup or 0])])


def token_name(written: str) -> str:
    r"""The one spelling of a token's name: `\[mrn\_K3X…\]` is `MRN_k3x…`."""
    kind, _, code = written.strip("[]\\").replace("\\", "").rpartition("_")
    return f"{kind.upper()}_{code.lower()}"


def _made(core: str) -> bool:
    return not core.islower() or any(character.isdigit() for character in core)
