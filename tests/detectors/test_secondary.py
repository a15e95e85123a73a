from __future__ import annotations

import asyncio
import os

import pytest

from gateway.detectors.secondary import SecondaryDetector
from gateway.detectors.turns import BATCH
from gateway.detectors.worker import WorkerFailed
from gateway.domain import Carrier, Detection, Finding, Kind, Passage
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


async def test_others_have_their_turn_while_a_large_request_is_looked_up(second):
    turns = 0

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(others())
    ids = [Passage(f"call_{number}", carrier=Carrier.STRUCTURE) for number in range(50_000)]
    assert await second.detect(ids, caller="soma", timeout_s=60) == [Detection()] * len(ids)
    waiting.cancel()
    assert turns > 1


async def test_many_passages_are_asked_about_in_batches(second):
    await second.start()
    many = [Passage(f"a{number}") for number in range(2 * BATCH + 1)]
    assert await second.detect([*many, Passage(SECRET)], caller="soma", timeout_s=60) == [
        *[Detection()] * len(many),
        Detection((Finding(Kind.NAME, 0, len(SECRET)),)),
    ]
