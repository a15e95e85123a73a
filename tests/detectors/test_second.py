from __future__ import annotations

import os

import pytest

from gateway.detectors.second import Second
from gateway.detectors.worker import WorkerFailed
from gateway.domain import Detection, Finding, Kind, Passage
from tests.second_detector import SECRET, Attentive


@pytest.fixture
async def second():
    made = Second(Attentive, limit_s=0.3)
    yield made
    await made.aclose()


async def test_it_says_what_the_detector_says(second):
    assert (second.covers, second.version) == (frozenset(), "")
    await second.start()
    assert (second.covers, second.version) == ({Kind.NAME}, "attentive")
    said = await second.detect([Passage("a"), Passage(f"b {SECRET}")], timeout_s=30)
    assert said == (Detection(), Detection((Finding(Kind.NAME, 2, 2 + len(SECRET)),)))


@pytest.mark.parametrize("word", ["few", "raise", "die", "sleep"])
async def test_whatever_goes_wrong_is_one_failure_that_quotes_nothing(second, word):
    await second.start()
    with pytest.raises(WorkerFailed) as failure:
        await second.detect([Passage(word)], timeout_s=30)
    assert SECRET not in str(failure.value)
    assert await second.detect([Passage("a")], timeout_s=30) == (Detection(),)


async def test_it_runs_in_another_process(second):
    await second.start()
    pid = second._worker.pid
    assert pid not in {None, os.getpid()}
    await second.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
