from __future__ import annotations

from datetime import date

import pytest

from gateway.domain import Kind
from gateway.phi.replace.generalise import SPARSE, generalise

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("kind", "surface", "coarse"),
    [
        (Kind.DATE, "2024-03-04", "2024"),
        (Kind.DATE, "March 4th, 1957", "1957"),
        (Kind.DATE, "03/04/57", None),
        (Kind.DATE, "2024-12-30 to 2025-01-02", None),
        (Kind.DATE, "4 May 1936", None),
        (Kind.DATE, "4 May 1937", "1937"),
        (Kind.ZIP, "60614", "606"),
        (Kind.ZIP, "60614-1234", "606"),
        (Kind.ZIP, "03601", "000"),
        (Kind.ZIP, "K1A 0B1", None),
        (Kind.AGE, "89", "89"),
        (Kind.AGE, "93-year-old", "90+"),
        (Kind.AGE, "ninety-three", None),
        (Kind.AGE, "93 or 94", None),
        (Kind.PLACE, "Wels", None),
    ],
)
def test_what_may_stay_of_an_indirect_identifier(kind, surface, coarse):
    assert generalise(kind, surface, today=TODAY) == coarse


def test_the_sparse_prefixes_are_the_seventeen_of_the_guidance():
    assert len(SPARSE) == 17
    assert all(generalise(Kind.ZIP, f"{prefix}01", today=TODAY) == "000" for prefix in SPARSE)
