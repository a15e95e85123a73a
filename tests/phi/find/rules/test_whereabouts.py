from __future__ import annotations

import pytest

from gateway.domain import Passage
from gateway.phi.find.engine import load_engine


def counts(text):
    (detection,) = load_engine().detect([Passage(text)])
    return any(finding.counts for finding in detection.findings)


@pytest.mark.parametrize(
    "text",
    [
        "patient lives at 47.6062, -122.3321",
        "home: 47.606209,-122.332069",
        "pick up the patient at 47°36'22.3\"N 122°19'55.5\"W",
        "her house is 84VVJM4Q+XX",
        "plus code JM4Q+X8 Seattle is the home",
        "geo:47.606209,-122.332069",
        "https://maps.google.com/?q=47.606209,-122.332069",
        "come to ///filled.count.soap now",
    ],
)
def test_where_somebody_is_on_a_map_counts(text):
    assert counts(text)


@pytest.mark.parametrize(
    "text",
    [
        "point 47.6, 12.3 in the plane",
        "scale 0.123456, 0.654321",
        "BP 120.5, 80.2",
        "version 2.3456, 1.2345 released",
        "[0.606209, -0.332069] embedding",
        "file:///etc.d.conf and C++",
    ],
)
def test_pairs_of_numbers_do_not(text):
    assert not counts(text)
