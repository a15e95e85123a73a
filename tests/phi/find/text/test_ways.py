"""Ways to write something, as one regular expression."""

from __future__ import annotations

import re

from gateway.phi.find.text.ways import one_of


def test_every_way_is_found_and_nothing_else():
    pattern = re.compile("(?:" + one_of("mrn", "medical record", r"chart (?:no|number)") + ")")
    assert [bool(pattern.fullmatch(text)) for text in ("mrn", "medical record", "chart no", "chart", "mrn|")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_the_first_way_wins():
    assert re.match(one_of("chart", "chart no"), "chart no")[0] == "chart"
