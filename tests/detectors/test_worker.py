from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial

import pytest

from gateway.detectors.scanner import looking
from gateway.detectors.worker import CHARS, MOST, Worker, WorkerFailed, allowed_s
from gateway.domain import Passage
from gateway.phi.find.engine import Engine, Look


class Slow:
    def look(self, passage: Passage) -> Look:
        if passage.text == "sleep":
            time.sleep(60)
        if passage.text == "nap":
            time.sleep(0.3)
        if passage.text == "raise":
            raise RuntimeError("8675309")
        if passage.text == "die":
            os._exit(1)
        return Engine().look(passage)


FIRST_EVER = """
import asyncio, signal
from functools import partial
from gateway.detectors.worker import Worker

async def main():
    worker = Worker(partial(partial, signal.pthread_sigmask, signal.SIG_BLOCK))
    print(signal.SIGINT in await worker.ask([], timeout_s=60))
    await worker.aclose()

asyncio.run(main())
"""


class Unfit(Slow):
    def __init__(self):
        raise RuntimeError("no model")


@pytest.fixture
async def worker():
    made = Worker(partial(looking, Slow), limit_s=3)
    yield made
    await made.aclose()


@pytest.mark.parametrize(
    ("chars", "limits"),
    [((), 1), ((1,), 1), ((CHARS,), 1), ((CHARS, CHARS), 2), ((3 * CHARS,), 3), ((1_000 * CHARS,), MOST)],
)
def test_a_larger_text_may_take_longer_and_none_may_take_for_ever(chars, limits):
    assert allowed_s(2.0, [Passage("x" * size) for size in chars]) == 2.0 * limits


async def test_it_looks_in_another_process(worker):
    (look,) = await worker.ask([Passage("MRN 8675309")], timeout_s=30)
    assert look == Engine().look(Passage("MRN 8675309"))
    assert worker.pid not in {None, os.getpid()}


async def test_a_process_that_rests_is_started_again_by_the_next_question(worker):
    await worker.start()
    before = worker.pid
    worker.rest()
    await worker.ask([Passage("MRN 8675309")], timeout_s=30)
    assert worker.pid not in {None, before}


async def test_an_exception_says_nothing_of_the_text_and_ends_nothing(worker):
    await worker.start()
    before = worker.pid
    with pytest.raises(WorkerFailed) as failure:
        await worker.ask([Passage("raise")], timeout_s=30)
    assert "8675309" not in str(failure.value)
    assert worker.pid == before


def test_a_terminal_does_not_interrupt_the_first_worker_of_a_process_either():
    """Not seen from here, where another test may have started multiprocessing's tracker already."""
    told = subprocess.run([sys.executable, "-c", FIRST_EVER], capture_output=True, text=True, check=True, timeout=120)
    assert told.stdout == "True\n"


async def test_a_stuck_worker_is_replaced(worker):
    await worker.start()
    stuck = worker.pid
    with pytest.raises(WorkerFailed, match="stuck"):
        await worker.ask([Passage("sleep")], timeout_s=30)
    assert len(await worker.ask([Passage("a")], timeout_s=30)) == 1
    assert worker.pid != stuck


async def test_whoever_waits_behind_another_text_is_late_and_costs_no_restart(worker):
    await worker.start()
    before = worker.pid
    slow = asyncio.create_task(worker.ask([Passage("nap")], timeout_s=30))
    await asyncio.sleep(0)
    with pytest.raises(WorkerFailed, match="late"):
        await worker.ask([Passage("a")], timeout_s=0.05)
    assert len(await slow) == 1
    assert worker.pid == before


async def test_whoever_comes_while_it_loads_is_late_and_does_not_stop_the_loading(worker):
    with pytest.raises(WorkerFailed, match="late"):
        await worker.ask([Passage("a")], timeout_s=0.01)
    await worker.start()
    assert len(await worker.ask([Passage("a")], timeout_s=30)) == 1


async def test_however_many_are_late_one_thread_waits(worker):
    await worker.start()
    before = threading.active_count()
    asked = [worker.ask([Passage("sleep")], timeout_s=0.1) for _ in range(50)]
    late = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(one, WorkerFailed) for one in late)
    assert threading.active_count() == before


async def test_one_that_does_not_start_says_so(capfd):
    worker = Worker(partial(looking, Unfit))
    with pytest.raises(WorkerFailed, match="does not start"):
        await worker.start()
    await worker.aclose()
    assert "no model" in capfd.readouterr().err


async def test_a_worker_that_was_killed_is_replaced_without_a_failure(worker):
    await worker.ask([Passage("a")], timeout_s=30)
    os.kill(worker.pid, signal.SIGKILL)
    assert len(await worker.ask([Passage("a")], timeout_s=30)) == 1


async def test_a_text_that_kills_workers_fails(worker):
    with pytest.raises(WorkerFailed, match="twice"):
        await worker.ask([Passage("die")], timeout_s=30)


async def test_it_ends_with_the_gateway():
    worker = Worker(partial(looking, Slow))
    await worker.start()
    pid = worker.pid
    await worker.aclose()
    assert worker.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_it_ends_with_the_gateway_also_in_the_middle_of_a_text():
    worker = Worker(partial(looking, Slow), limit_s=30)
    await worker.start()
    asked = asyncio.create_task(worker.ask([Passage("sleep")], timeout_s=30))
    await asyncio.sleep(0)
    await worker.aclose()
    with pytest.raises(WorkerFailed, match="ends"):
        await asked
    assert worker.pid is None
