from __future__ import annotations

import os
import signal
import time

import pytest

from gateway.detectors.worker import Worker, WorkerFailed
from gateway.domain import Passage
from gateway.phi.engine import Engine, Look


class Slow:
    def look(self, passage: Passage) -> Look:
        if passage.text == "sleep":
            time.sleep(60)
        if passage.text == "raise":
            raise RuntimeError("8675309")
        if passage.text == "die":
            os._exit(1)
        return Engine().look(passage)


@pytest.fixture
async def worker():
    made = Worker(Slow)
    yield made
    await made.aclose()


async def test_it_looks_in_another_process(worker):
    (look,) = await worker.look([Passage("MRN 8675309")], timeout_s=30)
    assert look == Engine().look(Passage("MRN 8675309"))
    assert worker.pid not in {None, os.getpid()}


async def test_an_exception_says_nothing_of_the_text_and_ends_nothing(worker):
    await worker.start()
    before = worker.pid
    with pytest.raises(WorkerFailed) as failure:
        await worker.look([Passage("raise")], timeout_s=30)
    assert "8675309" not in str(failure.value)
    assert worker.pid == before


async def test_a_late_worker_is_replaced(worker):
    await worker.start()
    with pytest.raises(WorkerFailed, match="late"):
        await worker.look([Passage("sleep")], timeout_s=0.2)
    assert len(await worker.look([Passage("a")], timeout_s=30)) == 1


async def test_a_worker_that_was_killed_is_replaced_without_a_failure(worker):
    await worker.look([Passage("a")], timeout_s=30)
    os.kill(worker.pid, signal.SIGKILL)
    assert len(await worker.look([Passage("a")], timeout_s=30)) == 1


async def test_a_text_that_kills_workers_fails(worker):
    with pytest.raises(WorkerFailed, match="twice"):
        await worker.look([Passage("die")], timeout_s=30)


async def test_it_ends_with_the_gateway():
    worker = Worker(Slow)
    await worker.start()
    pid = worker.pid
    await worker.aclose()
    assert worker.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
