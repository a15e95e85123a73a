"""What software makes at random or counts up: ids of calls and answers, digests, signatures. A model takes it for somebody's number."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit

_SIGNS: Final = r"A-Za-z0-9_.+/=:-"
_LONGEST: Final = 160
_AROUND: Final = 40
_BEFORE: Final = re.compile(rf"[{_SIGNS}]{{0,{_LONGEST}}}$")
_BEHIND: Final = re.compile(rf"[{_SIGNS}]{{0,{_LONGEST}}}")
_KEYED: Final = re.compile(r"[A-Za-z_]{1,24}[=:](?=.)")
"""`id=`, `request_id:` before a value on its line."""
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID: Final = re.compile(
    rf"(?:[a-z][a-z0-9]{{1,15}}[-_]){{1,3}}(?:(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_-]{{14,72}}|{_UUID})"
    r"|[0-9A-HJKMNP-TV-Z]{26}|(?=\d*[a-f])[0-9a-f]{24,128}|\d\.\d{6,20}"
)
"""A word or some for what it is of, and fourteen characters or more at random (`toolu_01…`, `chatcmpl-…`); a ULID, a digest, a share."""
_TIMED: Final = re.compile(
    r"(?:run|call|req|request|job|task|msg|trace|span|session|batch|build|test)[-_](?:1[0-9]{9}|1[0-9]{12}|20\d\d-\d\d-\d\d-\d{1,6})"
)
"""An id that is the time at which it was made."""
_LONG: Final = 64
_MIXED: Final = 0.3
"""Of the neighbours in base64 more than half are of different sorts, of those in words and paths hardly any."""


def at_random(hit: Hit, text: str) -> bool:
    """Whether a hit is within a token that was made at random, or made of the clock.

    What a rule knows by its own cue counts, unless that cue stands within the same token at random.
    """
    head = _BEFORE.search(text, max(0, hit.start - _LONGEST), hit.start)
    start = head.start() if head is not None else hit.start
    tail = _BEHIND.match(text, hit.end)
    end = tail.end() if tail is not None else hit.end
    token = text[start:end].strip(".:=")
    if hit.evidence is Evidence.CONTEXT:
        key = _KEYED.match(token)
        bare = token[key.end() :] if key is not None else token
        if _ID.fullmatch(bare) or _TIMED.fullmatch(bare):
            return True
    elif hit.evidence is Evidence.CUE and hit.kind is Kind.PHONE and _TIMED.search(token):
        return True
    elif hit.evidence not in {Evidence.CUE, Evidence.SHAPE}:
        return False
    return hit.kind is not Kind.EMAIL and _is_mixed(text, start, hit.start, hit.end, end)


def _is_mixed(text: str, start: int, low: int, high: int, end: int) -> bool:
    """Whether a long token changes between small letters, capitals and digits as only what is random does, also near the hit."""
    if end - start < _LONG or low - start < 1:
        return False
    near = text[max(start, low - _AROUND) : min(end, high + _AROUND)]
    changes = sum(one.isalnum() and other.isalnum() and _sort(one) != _sort(other) for one, other in pairwise(near))
    return changes > _MIXED * len(near)


def _sort(char: str) -> int:
    return 0 if char.islower() else 1 if char.isupper() else 2
