from __future__ import annotations

import pytest

from gateway.detectors.union import united
from gateway.domain import Detection, Finding, Kind, Passage, UnknownReason

TEXT = Passage("0123456789")


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
    other = detection(*(Finding(Kind.DATE, *span) for span in second))
    (both,) = united([TEXT], [one], [other])
    assert [(found.start, found.end) for found in both.findings] == spans


def test_what_either_could_not_tell_is_unknown():
    one = Detection((), frozenset({UnknownReason.LANGUAGE}))
    other = Detection((), frozenset({UnknownReason.ENCODED}))
    assert united([TEXT], [one], [other])[0].unknowns == {UnknownReason.LANGUAGE, UnknownReason.ENCODED}


def test_a_name_that_the_second_found_in_one_text_is_found_in_all():
    passages = [Passage("Ms. Qwertz is well."), Passage("Then qwertz left."), Passage("Qwertzuiop")]
    second = [detection(Finding(Kind.NAME, 4, 10)), Detection(), Detection()]
    first = [Detection(), detection(Finding(Kind.DATE, 0, 4)), Detection()]
    found = [[(one.kind, one.start, one.end) for one in both.findings] for both in united(passages, first, second)]
    assert found == [[(Kind.NAME, 4, 10)], [(Kind.DATE, 0, 4), (Kind.NAME, 5, 11)], []]


@pytest.mark.parametrize(("first", "second"), [(1, 0), (0, 1), (1, 2), (2, 1)])
def test_they_must_speak_of_the_same_passages(first, second):
    with pytest.raises(ValueError, match=r"shorter|longer"):
        united([TEXT], [Detection()] * first, [Detection()] * second)
