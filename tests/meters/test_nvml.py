"""NVIDIA's library at the edge of the meter: what it answers, and every way in which it does not."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import pynvml
import pytest

from gateway.events import MeterLoss
from gateway.meters import nvml
from gateway.meters.nvml import Nvml
from gateway.meters.port import MeterUnreadable


class NVMLError(Exception):
    """As `pynvml` raises it."""


@dataclass
class Driver:
    """A driver with GPUs that count in millijoules; `silent` is the call that fails."""

    milli: list[int] = field(default_factory=lambda: [1_000, 2_500])
    silent: str = ""
    asked: list[str] = field(default_factory=list)
    NVMLError = NVMLError

    def _answer(self, call, value):
        self.asked.append(call)
        if call == self.silent:
            raise NVMLError("Not Supported")
        return value

    def nvmlInit(self):
        return self._answer("init", None)

    def nvmlDeviceGetCount(self):
        return self._answer("count", len(self.milli))

    def nvmlDeviceGetHandleByIndex(self, index):
        return self._answer("handle", f"gpu {index}")

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):
        return self._answer("energy", self.milli[int(handle.removeprefix("gpu "))])


def test_all_gpus_count_together():
    driver = Driver()
    meter = Nvml.found(lambda: driver)
    assert (meter.of, meter.joules()) == ("2 GPUs", 3.5)
    driver.milli[0] += 500
    assert meter.joules() == 4.0
    assert set(driver.asked) == {"init", "count", "handle", "energy"}


@pytest.mark.parametrize(
    ("driver", "loss", "said"),
    [
        (Driver(silent="init"), MeterLoss.ABSENT, "driver does not answer: Not Supported"),
        (Driver(silent="count"), MeterLoss.ABSENT, "driver does not answer"),
        (Driver(silent="handle"), MeterLoss.ABSENT, "driver does not answer"),
        (Driver(milli=[]), MeterLoss.ABSENT, "no GPU"),
        (Driver(silent="energy"), MeterLoss.FAILED, "does not say what it used"),
    ],
)
def test_what_cannot_be_measured_says_why(driver, loss, said):
    with pytest.raises(MeterUnreadable, match=said) as caught:
        Nvml.found(lambda: driver)
    assert caught.value.loss is loss


def test_a_gpu_that_is_lost_is_no_measurement():
    driver = Driver()
    meter = Nvml.found(lambda: driver)
    driver.silent = "energy"
    with pytest.raises(MeterUnreadable):
        meter.joules()


def test_without_its_extra_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    with pytest.raises(MeterUnreadable, match=r"whl\[nvml\]") as caught:
        Nvml.found()
    assert caught.value.loss is MeterLoss.NOT_INSTALLED


def test_it_uses_what_the_library_has():
    called = [name for name in vars(nvml.Library) if name.startswith("nvml")]
    assert len(called) == 4
    assert [name for name in [*called, "NVMLError"] if not hasattr(pynvml, name)] == []
    assert issubclass(pynvml.NVMLError, Exception)
