"""Makes one list without overlaps out of many hits; never loses a character that any of them covered."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from gateway.domain import DIRECT, Finding, Kind
from gateway.phi.find.hit import Evidence, Hit

_LINES: Final = frozenset({Kind.PHONE, Kind.FAX})
"""Numbers of one shape, which only a cue tells apart."""
_NUMBERS: Final = _LINES | {Kind.SSN, Kind.MRN, Kind.EMAIL, Kind.CARD, Kind.IBAN}
_WORDED: Final = frozenset({Kind.NAME, Kind.ADDRESS})


def merge(hits: Iterable[Hit], text: str) -> list[Hit]:
    """Hits in order, not overlapping: the longer whole value wins, then a cue, then check digits, then the direct kind.

    A name or an address holds no number of a telephone or a record: one that reaches over such a number is cut. What a
    losing hit covered beyond the winner stays, as a hit of its own, when there is a letter or digit in it.
    """
    whole = _whole(hits)
    numbers = sorted((hit.start, hit.end) for hit in whole if _number(hit))
    ranked = sorted(
        whole,
        key=lambda hit: (
            _reaches_too_far(hit, numbers),
            -hit.evidence,
            hit.start - hit.end,
            hit.kind not in DIRECT,
            -hit.confidence,
            hit.start,
        ),
    )
    taken: list[Hit] = []
    covered = bytearray(len(text))
    for hit in ranked:
        for start, end in _free(covered, hit.start, hit.end):
            left, right = _trimmed(text, start, end) if (start, end) != (hit.start, hit.end) else (start, end)
            if left < right:
                taken.append(hit if (left, right) == (hit.start, hit.end) else hit._replace(start=left, end=right))
                covered[left:right] = b"\1" * (right - left)
    return sorted(taken, key=lambda hit: hit.start)


def beside(finding: Finding, taken: Sequence[Finding]) -> list[Finding]:
    """The pieces of a finding that lie beside those `taken`, which are in order."""
    pieces: list[Finding] = []
    at = finding.start
    for one in taken:
        if one.end <= at or one.start >= finding.end:
            continue
        if one.start > at:
            pieces.append(replace(finding, start=at, end=one.start))
        at = max(at, one.end)
    if at < finding.end:
        pieces.append(replace(finding, start=at))
    return pieces


def _whole(hits: Iterable[Hit]) -> list[Hit]:
    """Hits that are no part of a longer whole value; the whole knows what its parts knew.

    `joe1234` after "account number is" is a part of `joe1234@example.org`, and `555-0142` of `(202) 555-0142`. A whole
    has a shape or a cue, since a model's opinion of where a value ends is worth less; and what identifies directly is
    no part of what does not: the number of a patient in a URL stays one.
    """
    wholes: list[Hit] = []
    last: dict[bool, int] = {}  # for direct and for indirect kinds, the place of the whole that reaches furthest
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        direct = hit.kind in DIRECT
        above = (last[True],) if direct and True in last else () if direct else tuple(last.values())
        place = next((place for place in above if _holds(wholes[place], hit)), None)
        if place is None:
            wholes.append(hit)
            if hit.evidence is not Evidence.CONTEXT and (direct not in last or wholes[last[direct]].end < hit.end):
                last[direct] = len(wholes) - 1
            continue
        whole = wholes[place]
        named = hit.evidence is Evidence.CUE and ({whole.kind, hit.kind} == _LINES or _vaguer(whole, hit))
        kind = hit.kind if named else whole.kind
        evidence, patient = max(whole.evidence, hit.evidence), whole.patient or hit.patient
        wholes[place] = whole._replace(kind=kind, evidence=evidence, patient=patient)
    return wholes


def _vaguer(whole: Hit, part: Hit) -> bool:
    """Whether a cue says what the whole only looks like: an SSN spelled digit by digit is no `other_id`."""
    return whole.kind is Kind.OTHER_ID and whole.evidence is Evidence.SHAPE and part.kind in DIRECT


def _holds(whole: Hit, part: Hit) -> bool:
    longer = part.end <= whole.end and (whole.start, whole.end) != (part.start, part.end)
    return longer and not (whole.kind in _WORDED and _number(part))


def _number(hit: Hit) -> bool:
    return hit.kind in _NUMBERS and hit.evidence is not Evidence.CONTEXT


def _reaches_too_far(hit: Hit, numbers: Sequence[tuple[int, int]]) -> bool:
    """Whether a name or an address covers a number that is another value."""
    if hit.kind not in _WORDED or not numbers:
        return False
    at = bisect_left(numbers, (hit.start, hit.start))
    return at < len(numbers) and numbers[at][1] <= hit.end


def _free(covered: bytearray, start: int, end: int) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    at = start
    while at < end:
        low = covered.find(b"\0", at, end)
        if low < 0:
            break
        high = covered.find(b"\1", low, end)
        high = end if high < 0 else high
        pieces.append((low, high))
        at = high
    return pieces


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end
