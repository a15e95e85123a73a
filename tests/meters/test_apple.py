"""Apple's counters at the edge of the meter: what the library answers, and every way in which it does not."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from gateway.events import MeterLoss
from gateway.meters.apple import Apple
from gateway.meters.port import MeterUnreadable

PARTS = {"cpu_total_mj": 1_000, "gpu_mj": 4_000, "gpu_sram_mj": 100, "dram_mj": 500, "ane_mj": None}


@dataclass
class Chip:
    """The library on a chip that counts `parts`; `problem` is what its C++ throws."""

    parts: dict[str, int | None]
    problem: Exception | None = None
    at_once: bool = False

    def AppleEnergyMonitor(self):
        if self.problem is not None and self.at_once:
            raise self.problem
        return self

    def get_cumulative_energy(self):
        if self.problem is not None:
            raise self.problem
        return SimpleNamespace(**self.parts)


def test_the_parts_of_the_chip_count_together_as_far_as_they_count():
    chip = Chip(dict(PARTS))
    meter = Apple.found(lambda: chip)
    assert (meter.of, meter.joules()) == ("the chip", 5.6)
    chip.parts["ane_mj"] = 400
    assert meter.joules() == 6.0


@pytest.mark.parametrize(
    ("chip", "loss"),
    [
        (Chip(dict.fromkeys(PARTS)), MeterLoss.ABSENT),
        (Chip(PARTS, RuntimeError("Failed to create IOReport subscription."), at_once=True), MeterLoss.ABSENT),
        (Chip(PARTS, ValueError("Unsupported or invalid energy unit provided: kWh")), MeterLoss.FAILED),
    ],
)
def test_what_cannot_be_measured_says_why(chip, loss):
    with pytest.raises(MeterUnreadable) as caught:
        Apple.found(lambda: chip)
    assert caught.value.loss is loss
    assert str(caught.value).endswith(".")


def test_without_its_extra_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "zeus_apple_silicon", None)
    with pytest.raises(MeterUnreadable, match=r"whl\[apple\]") as caught:
        Apple.found()
    assert caught.value.loss is MeterLoss.NOT_INSTALLED
