from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.model.shorthand import is_one


def told(kind, text, value):
    start = text.index(value)
    return is_one(Hit(kind, start, start + len(value), 0.8, Evidence.CONTEXT), text)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.NAME, "Also want YoY by ward", "YoY"),
        (Kind.NAME, "chest clear, calves SNT, BNO 3/7, PU OK", "SNT"),
        (Kind.NAME, "chest clear, BNO 3/7, abdo SNT, PU OK", "abdo SNT"),
        (Kind.DATE, "Weight on the 9th centile was 25th.", "9th centile was 25th"),
        (Kind.DATE, "fell from the 75th to the 9th percentile", "75th to the 9th"),
    ],
)
def test_shorthand_and_ranks_are_nobodys(kind, text, value):
    assert told(kind, text, value)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.NAME, "Note for KIM: chest clear, BNO today, PU OK", "KIM"),
        (Kind.NAME, "SNT rang", "SNT"),
        (Kind.NAME, "Also want Brandvold by ward", "Brandvold"),
        (Kind.NAME, "chest clear, Brandvold SNT, BNO 3/7, PU OK", "Brandvold SNT"),
        (Kind.DATE, "seen on 9 May 2021, weight on the 9th centile", "9 May 2021"),
        (Kind.DATE, "seen on the 9th, weight later", "9th"),
    ],
)
def test_what_may_be_somebodys_stays(kind, text, value):
    assert not told(kind, text, value)
