from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.towns import reach


def reached(text, *others):
    address = Hit(Kind.ADDRESS, 0, text.index("|"), 0.9, Evidence.SHAPE)
    return reach([address, *others], text.replace("|", ""))


@pytest.mark.parametrize(
    "text",
    [
        "22A Kauri Street, Titahi| Bay, Porirua 5022",
        "61 Banksia St, Footscray| VIC 3011",
        "14 Protea Avenue, Benoni|, 1501",
        "14 Protea Avenue|, Benoni 1501",
    ],
)
def test_an_address_reaches_to_its_post_code(text):
    for behind in ("", ".", ", since May"):
        assert [hit.end for hit in reached(text + behind)] == [len(text) - 1]


@pytest.mark.parametrize(
    "text", ["14 Elm Street| is old, 1501", "14 Elm Street|, Salem 14/3011", "14 Elm Street|, salem 3011"]
)
def test_and_no_further(text):
    assert [hit.end for hit in reached(text)] == [text.index("|")]


def test_what_only_a_model_saw_on_the_way_is_of_the_address_and_a_rule_keeps_its_own():
    text = "14 Protea Avenue|, Benoni 1501"
    seen = Hit(Kind.PLACE, 18, 24, 0.9, Evidence.CONTEXT)
    assert reached(text, seen) == [Hit(Kind.ADDRESS, 0, 29, 0.9, Evidence.SHAPE)]
    ruled = Hit(Kind.OTHER_ID, 25, 29, 0.9, Evidence.CUE)
    assert reached(text, ruled)[1] == ruled
