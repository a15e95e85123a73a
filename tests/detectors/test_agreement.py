from __future__ import annotations

import pytest

from gateway.detectors.agreement import united
from gateway.domain import Detection, Finding, Kind, UnknownReason


def detection(*findings: Finding) -> Detection:
    return Detection(tuple(findings))


@pytest.mark.parametrize(
    ("first", "second", "spans"),
    [
        ([], [(0, 5)], [(0, 5)]),
        ([(0, 5)], [], [(0, 5)]),
        ([(3, 5)], [(0, 9)], [(0, 3), (3, 5), (5, 9)]),
        ([(0, 9)], [(3, 5)], [(0, 9)]),
        ([(0, 2), (6, 8)], [(1, 7)], [(0, 2), (2, 6), (6, 8)]),
        ([(6, 8)], [(0, 2)], [(0, 2), (6, 8)]),
    ],
)
def test_what_either_found_is_found(first, second, spans):
    one = detection(*(Finding(Kind.MRN, *span) for span in first))
    other = detection(*(Finding(Kind.NAME, *span) for span in second))
    (both,) = united([one], [other])
    assert [(found.start, found.end) for found in both.findings] == spans


def test_what_either_could_not_tell_is_unknown():
    one = Detection((), frozenset({UnknownReason.LANGUAGE}))
    other = Detection((), frozenset({UnknownReason.ENCODED}))
    assert united([one], [other])[0].unknowns == {UnknownReason.LANGUAGE, UnknownReason.ENCODED}


def test_they_must_speak_of_the_same_passages():
    with pytest.raises(ValueError, match="shorter"):
        united([Detection()], [])
