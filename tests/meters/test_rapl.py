"""Linux' counters of packages: as the files say, across their turns, and only what is not counted twice."""

from __future__ import annotations

import os

import pytest

from gateway.events import MeterLoss
from gateway.meters.port import MeterUnreadable
from gateway.meters.rapl import Rapl
from tests.kit.meters import powercap

RANGE = 262_143_328_850


@pytest.fixture
def root(tmp_path):
    """A server with two packages and their memory, and all that counts the same once more."""
    zones = {
        "intel-rapl:0": ("package-0", 5_000_000, RANGE),
        "intel-rapl:0:0": ("core", 4_000_000, RANGE),
        "intel-rapl:0:1": ("dram", 1_000_000, RANGE),
        "intel-rapl:1": ("package-1", 7_000_000, RANGE),
        "intel-rapl:2": ("psys", 90_000_000, RANGE),
        "intel-rapl-mmio:0": ("package-0", 5_000_000, RANGE),
        "intel-rapl": ("", 0, 0),
    }
    return powercap(tmp_path, zones)


def put(root, zone, micro):
    (root / zone / "energy_uj").write_text(f"{micro}\n")


def test_packages_and_memory_count_and_nothing_twice(root):
    meter = Rapl.found(root)
    assert meter.of == "2 packages, 1 memory"
    assert meter.joules() == 13.0
    put(root, "intel-rapl:0:0", 10**9)
    put(root, "intel-rapl:2", 10**9)
    put(root, "intel-rapl-mmio:0", 10**9)
    assert meter.joules() == 13.0
    put(root, "intel-rapl:1", 9_500_000)
    assert meter.joules() == 15.5


def test_a_counter_that_begins_again_goes_on(root):
    meter = Rapl.found(root)
    before = meter.joules()
    for turn in range(1, 4):
        put(root, "intel-rapl:0", RANGE - 1)
        meter.joules()
        put(root, "intel-rapl:0", 2_000_000)
        assert meter.joules() == pytest.approx(before - 3.0 + turn * RANGE / 1e6)


def test_nothing_of_the_kind_is_absent(tmp_path):
    for place in (tmp_path, tmp_path / "none", powercap(tmp_path / "psys", {"intel-rapl:0": ("psys", 1, 2)})):
        with pytest.raises(MeterUnreadable) as caught:
            Rapl.found(place)
        assert caught.value.loss is MeterLoss.ABSENT
        assert str(place) in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_counter_that_only_root_may_read_says_so(root):
    (root / "intel-rapl:1" / "energy_uj").chmod(0)
    with pytest.raises(MeterUnreadable, match="Only root may") as caught:
        Rapl.found(root)
    assert caught.value.loss is MeterLoss.NOT_READABLE


@pytest.mark.parametrize("text", ["", "many\n", "1.5\n"])
def test_what_is_no_number_or_is_gone_is_no_measurement(root, text):
    meter = Rapl.found(root)
    (root / "intel-rapl:0" / "energy_uj").write_text(text)
    with pytest.raises(MeterUnreadable) as caught:
        meter.joules()
    assert caught.value.loss is MeterLoss.FAILED
    (root / "intel-rapl:0" / "energy_uj").unlink()
    with pytest.raises(MeterUnreadable):
        meter.joules()
