from __future__ import annotations

import asyncio
import time

import pytest

from gateway.detectors.cache import Cache
from gateway.detectors.scanner import FAILED, Scanner
from gateway.detectors.worker import Worker
from gateway.domain import Detection, Finding, Kind, Passage
from gateway.phi.engine import Engine

ENGINE = Engine()
KEY = b"k" * 32
HISTORY = [
    Passage("You are a clinical assistant."),
    Passage("Patient Name: Olena Kovalchuk, MRN 8675309"),
    Passage("What is your SSN? 912-04"),
    Passage("-1234, and Olena says thanks"),
]


class Counting(Engine):
    """An engine that counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = self.edges = 0

    def look(self, passage):
        self.looks += 1
        return super().look(passage)

    def across(self, passages):
        self.edges += 1
        return super().across(passages)


class Broken(Engine):
    def look(self, passage):
        raise RuntimeError("8675309")


class Late(Engine):
    def look(self, passage):
        time.sleep(0.02)
        return super().look(passage)


class Second:
    """A second opinion that knows one word."""

    version = "s"
    covers = frozenset({Kind.NAME})

    def detect(self, passages):
        return [
            Detection((Finding(Kind.NAME, passage.text.index("Zoe"), passage.text.index("Zoe") + 3),))
            if "Zoe" in passage.text
            else Detection()
            for passage in passages
        ]


class Stuck(Second):
    def detect(self, passages):
        time.sleep(0.3)
        return super().detect(passages)


async def test_it_says_what_the_engine_says():
    scanner = Scanner(ENGINE, key=KEY)
    expected = list(ENGINE.detect(HISTORY))
    assert await scanner.detect(HISTORY, caller="soma") == expected
    assert await scanner.detect(HISTORY, caller="soma") == expected
    assert scanner.look(HISTORY) == expected


async def test_a_resent_history_is_not_looked_at_again():
    engine = Counting()
    scanner = Scanner(engine, key=KEY)
    await scanner.detect(HISTORY, caller="soma")
    looks, edges = engine.looks, engine.edges
    await scanner.detect(HISTORY, caller="soma")
    assert (engine.looks, engine.edges) == (looks, edges)
    await scanner.detect([*HISTORY, Passage("one more")], caller="soma")
    assert engine.looks == looks + 1


async def test_a_name_learned_later_is_found_in_remembered_messages():
    scanner = Scanner(ENGINE, key=KEY)
    first = [Passage("Olena felt better."), Passage("Good.")]
    assert not (await scanner.detect(first, caller="soma"))[0].findings
    later = await scanner.detect([*first, Passage("Patient Name: Olena Kovalchuk")], caller="soma")
    assert [(one.start, one.end) for one in later[0].findings] == [(0, 5)]


async def test_callers_share_nothing():
    engine = Counting()
    scanner = Scanner(engine, key=KEY)
    await scanner.detect(HISTORY, caller="soma")
    await scanner.detect(HISTORY, caller="ops")
    assert engine.looks == 2 * len(HISTORY)


async def test_a_cache_too_small_for_a_request_changes_no_answer():
    scanner = Scanner(ENGINE, key=KEY, cache=Cache(entries=1))
    assert await scanner.detect(HISTORY, caller="soma") == list(ENGINE.detect(HISTORY))


async def test_a_detector_that_raises_is_a_failed_scan():
    scanner = Scanner(Broken(), key=KEY)
    assert await scanner.detect(HISTORY, caller="soma") == [FAILED] * len(HISTORY)
    assert scanner.look(HISTORY) == [FAILED] * len(HISTORY)


async def test_a_missed_deadline_is_a_failed_scan():
    scanner = Scanner(Late(), key=KEY, deadline_s=0.03)
    assert await scanner.detect(HISTORY, caller="soma") == [FAILED] * len(HISTORY)


async def test_a_large_text_goes_to_the_worker():
    scanner = Scanner(ENGINE, key=KEY, inline_chars=100, worker=Worker(Engine), deadline_s=30)
    try:
        large = [Passage("The patient was seen. MRN 8675309. " * 20), Passage("thanks")]
        assert await scanner.detect(large, caller="soma") == list(ENGINE.detect(large))
        assert scanner._worker.pid is not None
    finally:
        await scanner.aclose()


async def test_the_loop_is_free_while_the_worker_looks():
    scanner = Scanner(ENGINE, key=KEY, inline_chars=100, worker=Worker(Engine), deadline_s=30)
    try:
        scan = asyncio.create_task(scanner.detect([Passage("MRN 8675309. " * 2000)], caller="soma"))
        turns = 0
        while not scan.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 10
        assert (await scan)[0].findings
    finally:
        await scanner.aclose()


async def test_two_detectors_must_agree_that_a_text_is_clear():
    scanner = Scanner(ENGINE, key=KEY, second=Second())
    (found,) = await scanner.detect([Passage("Zoe has MRN 8675309")], caller="soma")
    assert [one.kind for one in found.findings] == [Kind.NAME, Kind.MRN]
    assert Kind.NAME in scanner.covers
    assert scanner.version.endswith("+s")


async def test_a_second_opinion_that_is_late_is_a_failed_scan():
    scanner = Scanner(ENGINE, key=KEY, second=Stuck(), deadline_s=0.05)
    assert await scanner.detect([Passage("a")], caller="soma") == [FAILED]


async def test_the_worker_starts_with_the_first_large_text_and_ends_with_the_scanner():
    scanner = Scanner(ENGINE, key=KEY, worker=Worker(Engine))
    await scanner.start()
    assert scanner._worker.pid is None
    await scanner.detect([Passage("word " * 5_000)], caller="soma")
    assert scanner._worker.pid is not None
    await scanner.aclose()
    assert scanner._worker.pid is None


@pytest.mark.parametrize("passages", [[], [Passage("")], [Passage("\ud800", "\ud800")]])
async def test_any_passages_get_one_detection_each(passages):
    assert len(await Scanner(ENGINE, key=KEY).detect(passages, caller="\ud800")) == len(passages)
