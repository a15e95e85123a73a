"""What is said of growth is what was measured, and every row can be asked."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from bench import growth


@pytest.mark.parametrize(("took", "power"), [([1, 2, 4, 8], 1.0), ([1, 4, 16, 64], 2.0), ([5, 5, 5, 5], 0.0)])
def test_the_power_is_that_of_the_larger_half(took, power):
    assert growth.grows([1, 2, 4, 8], took) == pytest.approx(power)


def test_a_row_that_grows_faster_than_its_size_is_told():
    told = growth.table({"rules": [1.0, 10.0, 1_000.0, 100_000.0], "targets": [1.0, 10.0, 100.0, 500.0]})
    rules, targets = told.splitlines()[2:]
    assert "worse than linear" in rules
    assert "worse than linear" not in targets


@pytest.mark.parametrize("name", growth.ROWS)
def test_every_row_is_measured_at_its_smallest(name):
    assert growth.took_us(growth.ROWS[name], growth.ROWS[name].sizes[0]) > 0


def test_the_picture_is_one():
    drawn = ET.fromstring(growth.picture({"rules": [20.0, 20.0, 60.0, 500.0], "targets": [10.0, 50.0, 400.0, 2e3]}))
    assert len(drawn.findall("{*}polyline")) == 3
