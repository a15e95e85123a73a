from __future__ import annotations

import asyncio
import time
from functools import partial

import pytest

from gateway.detectors.scanner import FAILED, Scanner, looking
from gateway.detectors.secondary import SecondaryDetector
from gateway.detectors.varied import VARIED
from gateway.detectors.worker import Worker
from gateway.domain import Detection, Kind, Passage
from gateway.phi.find.engine import Engine
from gateway.phi.grammar import grammar
from gateway.state.memory import LruMemory
from tests.kit.second_detector import SECRET, Attentive

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

    def across(self, passages, own):
        self.edges += 1
        return super().across(passages, own)


class Broken(Engine):
    def look(self, passage):
        raise RuntimeError("8675309")


class Late(Engine):
    def look(self, passage):
        time.sleep(0.02)
        return super().look(passage)


def with_worker():
    """A scanner whose worker looks at all that is longer than a line."""
    worker = Worker(partial(looking, Engine))
    return Scanner(ENGINE, key=KEY, memory=LruMemory(), inline_chars=100, worker=worker, deadline_s=30)


class Dozing(Engine):
    """An engine that loads something on demand."""

    def __init__(self) -> None:
        super().__init__()
        self.woken, self.rested = 0, asyncio.Event()
        self.awake = False

    @property
    def ready(self):
        return self.awake

    def wake(self):
        self.woken += 1
        self.awake = True

    def rest(self):
        self.awake = False
        self.rested.set()


async def test_what_is_loaded_on_demand_is_loaded_once_and_given_back_when_nobody_asks():
    engine = Dozing()
    scanner = Scanner(engine, key=KEY, memory=LruMemory(), idle_s=0.01)
    await asyncio.gather(*[scanner.detect(HISTORY, caller="a") for _ in range(3)])
    assert engine.woken == 1
    await asyncio.wait_for(engine.rested.wait(), 30)
    assert not engine.ready
    assert (await scanner.detect(HISTORY, caller="a"))[1].findings
    assert engine.woken == 2
    await scanner.aclose()


async def test_whoever_asks_puts_the_rest_off_and_sets_no_timer_of_its_own():
    engine = Dozing()
    scanner = Scanner(engine, key=KEY, memory=LruMemory(), idle_s=600.0)
    await scanner.detect(HISTORY, caller="a")
    timer = scanner._resting
    await scanner.detect(HISTORY, caller="a")
    assert scanner._resting is timer
    scanner._rest()  # as the timer of the first request rings, though somebody asked since
    assert engine.ready
    assert scanner._resting is not None
    await scanner.aclose()


async def test_it_says_what_the_engine_says():
    scanner = Scanner(ENGINE, key=KEY, memory=LruMemory())
    expected = list(ENGINE.detect(HISTORY))
    assert await scanner.detect(HISTORY, caller="soma") == expected
    assert await scanner.detect(HISTORY, caller="soma") == expected
    assert scanner.look(HISTORY) == expected


async def test_a_resent_history_is_not_looked_at_again():
    engine = Counting()
    scanner = Scanner(engine, key=KEY, memory=LruMemory())
    await scanner.detect(HISTORY, caller="soma")
    looks, edges = engine.looks, engine.edges
    await scanner.detect(HISTORY, caller="soma")
    assert (engine.looks, engine.edges) == (looks, edges)
    await scanner.detect([*HISTORY, Passage("one more")], caller="soma")
    assert engine.looks == looks + 1


async def test_a_name_learned_later_is_found_in_remembered_messages():
    scanner = Scanner(ENGINE, key=KEY, memory=LruMemory())
    first = [Passage("Olena felt better."), Passage("Good.")]
    assert not (await scanner.detect(first, caller="soma"))[0].findings
    later = await scanner.detect([*first, Passage("Patient Name: Olena Kovalchuk")], caller="soma")
    assert [(one.start, one.end) for one in later[0].findings] == [(0, 5)]


async def test_callers_share_nothing():
    engine = Counting()
    scanner = Scanner(engine, key=KEY, memory=LruMemory())
    await scanner.detect(HISTORY, caller="soma")
    await scanner.detect(HISTORY, caller="ops")
    assert engine.looks == 2 * len(HISTORY)


async def test_a_cache_too_small_for_a_request_changes_no_answer():
    scanner = Scanner(ENGINE, key=KEY, memory=LruMemory(limit_bytes=1000))
    assert await scanner.detect(HISTORY, caller="soma") == list(ENGINE.detect(HISTORY))


async def test_a_detector_that_raises_is_a_failed_scan():
    scanner = Scanner(Broken(), key=KEY, memory=LruMemory())
    assert await scanner.detect(HISTORY, caller="soma") == [FAILED] * len(HISTORY)
    assert scanner.look(HISTORY) == [FAILED] * len(HISTORY)


async def test_a_missed_deadline_is_a_failed_scan():
    scanner = Scanner(Late(), key=KEY, memory=LruMemory(), deadline_s=0.03)
    assert await scanner.detect(HISTORY, caller="soma") == [FAILED] * len(HISTORY)


async def test_a_large_text_goes_to_the_worker():
    scanner = Scanner(
        ENGINE, key=KEY, memory=LruMemory(), inline_chars=100, worker=Worker(partial(looking, Engine)), deadline_s=30
    )
    try:
        large = [Passage("The patient was seen. MRN 8675309. " * 20), Passage("thanks")]
        assert await scanner.detect(large, caller="soma") == list(ENGINE.detect(large))
        assert scanner._worker.pid is not None
    finally:
        await scanner.aclose()


async def test_the_loop_is_free_while_the_worker_looks():
    scanner = Scanner(
        ENGINE, key=KEY, memory=LruMemory(), inline_chars=100, worker=Worker(partial(looking, Engine)), deadline_s=30
    )
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


@pytest.fixture
async def two():
    """Makes scanners with a second detector."""
    made = []

    async def make(detector, *, deadline_s=30.0, limit_s=30.0):
        scanner = Scanner(
            ENGINE,
            key=KEY,
            memory=LruMemory(),
            second=SecondaryDetector(detector, key=KEY, memory=LruMemory(), limit_s=limit_s),
            deadline_s=deadline_s,
        )
        made.append(scanner)
        await scanner.start()
        return scanner

    yield make
    for scanner in made:
        await scanner.aclose()


async def test_two_detectors_must_agree_that_a_text_is_clear(two):
    scanner = await two(Attentive)
    (found,) = await scanner.detect([Passage(f"{SECRET} has MRN 8675309")], caller="soma")
    assert [one.kind for one in found.findings] == [Kind.NAME, Kind.MRN]
    assert scanner.covers == ENGINE.covers | {Kind.NAME}
    assert scanner.version == f"{ENGINE.version}+attentive"
    assert (scanner.detectors, Scanner(ENGINE, key=KEY, memory=LruMemory()).detectors) == (2, 1)


@pytest.mark.parametrize("word", ["raise", "die", "few", "sleep"])
async def test_a_second_opinion_that_fails_or_is_late_is_a_failed_scan(two, word):
    scanner = await two(Attentive, deadline_s=60, limit_s=3)
    assert await scanner.detect([Passage(word), Passage("a")], caller="soma") == [FAILED] * 2
    assert await scanner.detect([Passage("a")], caller="soma") == [Detection()]


async def test_the_loop_is_free_while_the_second_detector_looks(two):
    scanner = await two(Attentive)
    scan = asyncio.create_task(scanner.detect([Passage("nap")], caller="soma"))
    turns = 0
    while not scan.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100
    assert await scan == [Detection()]


async def test_the_worker_starts_with_the_first_large_text_and_ends_with_the_scanner():
    scanner = Scanner(ENGINE, key=KEY, memory=LruMemory(), worker=Worker(partial(looking, Engine)))
    await scanner.start()
    assert scanner._worker.pid is None
    await scanner.detect([Passage("word " * 5_000)], caller="soma")
    assert scanner._worker.pid is not None
    await scanner.aclose()
    assert scanner._worker.pid is None


@pytest.mark.parametrize("passages", [[], [Passage("")], [Passage("\ud800", "\ud800")]])
async def test_any_passages_get_one_detection_each(passages):
    assert len(await Scanner(ENGINE, key=KEY, memory=LruMemory()).detect(passages, caller="\ud800")) == len(passages)


async def test_the_deadline_is_whose_who_began_earlier():
    scanner = Scanner(ENGINE, key=KEY, memory=LruMemory(), deadline_s=30)
    late = await scanner.detect(HISTORY, caller="soma", until=time.monotonic() - 0.01)
    assert late == [FAILED] * len(HISTORY)


async def test_what_nobody_could_read_in_time_is_not_even_begun():
    engine = Counting()
    scanner = Scanner(engine, key=KEY, memory=LruMemory(), deadline_s=0.001)
    assert await scanner.detect([Passage("x" * 100_000)], caller="soma") == [FAILED]
    assert engine.looks == 0


async def test_others_have_their_turn_while_a_long_request_is_scanned():
    """Ten thousand little passages, all of which are neighbours of each other."""
    scanner = Scanner(ENGINE, key=KEY, memory=LruMemory(), deadline_s=120, inline_chars=10**9)
    work = asyncio.ensure_future(scanner.detect([Passage(f"a{at % 7}") for at in range(3_000)], caller="soma"))
    turns = 0
    while not work.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 4
    assert FAILED not in await work


async def test_the_second_look_in_slices_says_what_the_one_in_place_says():
    scanner = Scanner(ENGINE, key=KEY, memory=LruMemory(), deadline_s=30)
    assert await scanner.look_again(HISTORY) == scanner.look(HISTORY)
    broken = Scanner(Broken(), key=KEY, memory=LruMemory())
    assert await broken.look_again(HISTORY) == [FAILED] * len(HISTORY)


async def test_one_text_that_stands_many_times_is_looked_at_once():
    engine = Counting()
    scanner = Scanner(engine, key=KEY, memory=LruMemory(), deadline_s=30)
    found = await scanner.detect([Passage("MRN 8675309")] * 50, caller="soma")
    assert engine.looks == 1
    assert all(one.findings for one in found)


async def test_warming_up_has_the_worker_there_and_looks_in_turns():
    counting = Counting()
    worker = Worker(partial(looking, Engine))
    scanner = Scanner(counting, key=KEY, memory=LruMemory(), worker=worker)
    turns = 0

    async def others():
        nonlocal turns
        while worker.pid is None:
            turns += counting.looks < len(VARIED)
            await asyncio.sleep(0)

    await asyncio.gather(scanner.warm_up(), others())
    assert counting.looks == len(VARIED)
    assert turns > len(VARIED) // 2
    await scanner.aclose()


def test_what_is_looked_at_first_builds_the_grammar_of_our_pseudonyms():
    grammar.cache_clear()
    engine = Engine()
    for passage in VARIED:
        engine.look(passage)
    assert grammar.cache_info().currsize == 1


@pytest.mark.parametrize("passage", VARIED)
def test_what_is_looked_at_first_wakes_no_encoder(passage):
    assert passage.cue
