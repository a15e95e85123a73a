from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.rules import catalogue
from gateway.phi.find.text.normalise import normalise


def devices(text):
    return {text[hit.start : hit.end] for hit in catalogue.find(normalise(text)) if hit.kind is Kind.DEVICE}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("transmitter SN 8HK3LQ failed day 4, replaced with 8HM0PT.", {"8HK3LQ", "8HM0PT"}),
        ("pump swapped for a new one, S/N: KD4471-B2", {"KD4471-B2"}),
        ("SN 20 of 40 mm", set()),
        ("the SN biopsy", set()),
        ("sensor replaced with G7", set()),
        ("pump replaced with INSULIN pens", set()),
    ],
)
def test_a_serial_number_needs_two_digits_and_a_letter(text, found):
    assert devices(text) == found
