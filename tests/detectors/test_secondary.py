from __future__ import annotations

import os

import pytest

from gateway.detectors.secondary import SecondaryDetector
from gateway.detectors.worker import WorkerFailed
from gateway.domain import Detection, Finding, Kind, Passage
from gateway.state.memory import LruMemory
from tests.kit.second_detector import SECRET, Attentive


class Unfit(Attentive):
    def __init__(self):
        raise RuntimeError("no model")


@pytest.fixture
async def second():
    made = SecondaryDetector(Attentive, key=b"k" * 32, memory=LruMemory(), limit_s=3)
    yield made
    await made.aclose()


async def test_it_says_what_the_detector_says(second):
    assert (second.covers, second.version) == (frozenset(), "")
    await second.start()
    assert (second.covers, second.version) == ({Kind.NAME}, "attentive")
    said = await second.detect([Passage("a"), Passage(f"b {SECRET}")], caller="soma", timeout_s=30)
    assert said == [Detection(), Detection((Finding(Kind.NAME, 2, 2 + len(SECRET)),))]


@pytest.mark.parametrize("word", ["few", "raise", "die", "sleep"])
async def test_whatever_goes_wrong_is_one_failure_that_quotes_nothing(second, word):
    await second.start()
    with pytest.raises(WorkerFailed) as failure:
        await second.detect([Passage(word)], caller="soma", timeout_s=30)
    assert SECRET not in str(failure.value)
    assert await second.detect([Passage("a")], caller="soma", timeout_s=30) == [Detection()]


async def test_it_runs_in_another_process(second):
    await second.start()
    pid = second._worker.pid
    assert pid not in {None, os.getpid()}
    await second.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_what_was_said_before_is_not_asked_again(second):
    history = [Passage("a"), Passage(SECRET), Passage("a")]
    before = await second.detect(history, caller="soma", timeout_s=30)
    await second.aclose()
    assert await second.detect(history, caller="soma", timeout_s=30) == before
    with pytest.raises(RuntimeError):  # nobody is there to be asked
        await second.detect([*history, Passage("b")], caller="soma", timeout_s=30)
    with pytest.raises(RuntimeError):
        await second.detect(history, caller="ops", timeout_s=30)


async def test_one_that_does_not_start_says_so(capfd):
    unfit = SecondaryDetector(Unfit, key=b"k" * 32, memory=LruMemory())
    with pytest.raises(WorkerFailed, match="second detector does not start"):
        await unfit.start()
    await unfit.aclose()
    assert "no model" in capfd.readouterr().err
