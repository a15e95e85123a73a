"""The ledger: durable before it says so, and honest when it cannot be."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.events import LedgerLoss, LedgerLost, LedgerResult, LedgerWritten, Record
from gateway.ports import LedgerUnavailable, RowRefused
from tests.kit.patience import until
from tests.kit.source import ROOT


def entries(state: Path) -> list[tuple[str, str]]:
    reader = sqlite3.connect(state / "ledger.db")
    try:
        return reader.execute("SELECT phase, request_id FROM entry ORDER BY seq").fetchall()
    finally:
        reader.close()


async def test_an_acknowledged_intent_is_in_the_file(open_ledger, intent, tmp_path):
    ledger = open_ledger()

    await ledger.intend(intent(7))

    assert entries(tmp_path / "state") == [("intent", intent(7).request_id)]


async def test_intents_that_come_together_are_committed_together(open_ledger, intent, sink):
    ledger = open_ledger()

    await asyncio.gather(*(ledger.intend(intent(number)) for number in range(64)))

    written = [event for event in sink.events if isinstance(event, LedgerWritten)]
    assert sum(event.count for event in written) == 64
    assert len(written) < 32
    assert {event.record for event in written} == {Record.INTENT}
    assert {event.result for event in written} == {LedgerResult.OK}


async def test_other_rows_become_durable_without_anyone_waiting(open_ledger, attempt, outcome, tmp_path):
    ledger = open_ledger(linger_s=0.01)

    ledger.attempt(attempt(1))
    ledger.settle(outcome(1))

    await until(lambda: len(entries(tmp_path / "state")) == 2)


async def test_an_intent_takes_along_the_rows_that_came_before_it(open_ledger, attempt, intent, tmp_path):
    ledger = open_ledger(linger_s=3600)
    ledger.attempt(attempt(1))
    ledger.attempt(attempt(2))

    await ledger.intend(intent(3))

    told = [request_id for _, request_id in entries(tmp_path / "state")]
    assert told == [attempt(1).request_id, attempt(2).request_id, intent(3).request_id]


async def test_of_rows_written_together_only_the_refused_one_is_missing(open_ledger, outcome, sink, tmp_path):
    ledger = open_ledger(linger_s=3600)
    for number in range(5):
        ledger.settle(outcome(number) if number != 2 else replace(outcome(2), route="a word that nobody taught"))

    await asyncio.to_thread(ledger.close)

    assert [told for _, told in entries(tmp_path / "state")] == [outcome(n).request_id for n in (0, 1, 3, 4)]
    results = {(event.result, event.count) for event in sink.events if isinstance(event, LedgerWritten)}
    assert results == {(LedgerResult.OK, 4), (LedgerResult.REFUSED, 1)}


async def test_closing_writes_what_is_waiting(open_ledger, outcome, tmp_path):
    ledger = open_ledger(linger_s=3600)
    for number in range(700):
        ledger.settle(outcome(number))

    await asyncio.to_thread(ledger.close)

    assert len(entries(tmp_path / "state")) == 700
    ledger.close()


async def test_a_row_the_schema_refuses_is_no_leave_to_send_and_harms_no_other(open_ledger, intent, sink):
    ledger = open_ledger()

    answers = await asyncio.gather(
        ledger.intend(intent(1)),
        ledger.intend(intent(2, target="Zebulon Quarkenbusch")),
        ledger.intend(intent(3)),
        return_exceptions=True,
    )

    assert [type(answer) for answer in answers] == [type(None), RowRefused, type(None)]
    assert "Zebulon" not in str(answers[1])
    assert ledger.available
    assert LedgerResult.REFUSED in {event.result for event in sink.events}


async def test_a_closed_ledger_acknowledges_nothing(open_ledger, intent, outcome):
    ledger = open_ledger()
    ledger.close()

    ledger.settle(outcome())

    assert not ledger.available
    with pytest.raises(LedgerUnavailable):
        await ledger.intend(intent())


async def test_whoever_stops_waiting_does_not_disturb_the_others(open_ledger, intent, tmp_path):
    ledger = open_ledger()
    gone = asyncio.ensure_future(ledger.intend(intent(1)))
    stays = asyncio.ensure_future(ledger.intend(intent(2)))
    await asyncio.sleep(0)

    gone.cancel()
    await stays

    assert ("intent", intent(2).request_id) in entries(tmp_path / "state")


async def test_names_of_a_reloaded_configuration_are_taken(open_ledger, intent):
    ledger = open_ledger()
    with pytest.raises(RowRefused):
        await ledger.intend(intent(1, target="brand-new"))

    ledger.learn(["brand-new"])

    await ledger.intend(intent(1, target="brand-new"))


async def test_a_ledger_is_taken_up_where_it_was_left(open_ledger, intent, tmp_path):
    first = open_ledger()
    await first.intend(intent(1))
    first.close()

    await open_ledger().intend(intent(2))

    assert len(entries(tmp_path / "state")) == 2


def test_a_place_that_cannot_be_written_is_said_at_the_start(open_ledger, tmp_path):
    (tmp_path / "state").write_text("a file where the directory should be")

    with pytest.raises(LedgerUnavailable, match="cannot be used"):
        open_ledger()


def removed(state):
    for file in state.glob("ledger.db*"):
        file.unlink()


def moved(state):
    for file in list(state.glob("ledger.db*")):
        file.rename(file.with_name(f"old-{file.name}"))


def replaced(state):
    moved(state)
    shutil.copy(state / "old-ledger.db", state / "ledger.db")


def without(name):
    def remove(state):
        (state / name).unlink()

    return remove


LOSSES = {
    "removed": (removed, LedgerLoss.GONE),
    "moved": (moved, LedgerLoss.GONE),
    "replaced": (replaced, LedgerLoss.GONE),
    "the main file": (without("ledger.db"), LedgerLoss.GONE),
    "the log": (without("ledger.db-wal"), LedgerLoss.GONE),
    "the index": (without("ledger.db-shm"), LedgerLoss.GONE),
    "the folder": (lambda state: state.rename(state.with_name("elsewhere")), LedgerLoss.GONE),
}


@pytest.mark.parametrize("lose", LOSSES)
async def test_no_intent_is_acknowledged_into_a_file_that_is_not_at_its_path(open_ledger, intent, sink, tmp_path, lose):
    state = tmp_path / "state"
    ledger = open_ledger(retry_s=0.01)
    await ledger.intend(intent(1))
    do, loss = LOSSES[lose]
    do(state)
    there = sorted(tmp_path.rglob("*"))

    with pytest.raises(LedgerUnavailable):
        await ledger.intend(intent(2))
    with pytest.raises(LedgerUnavailable):
        await ledger.intend(intent(3))

    assert not ledger.available
    assert [event for event in sink.events if isinstance(event, LedgerLost)] == [LedgerLost(loss=loss)]
    assert set(tmp_path.rglob("*")) <= set(there)  # nothing was begun anew


async def test_a_file_that_took_the_place_of_the_ledger_is_left_alone(open_ledger, intent, sink, tmp_path):
    state = tmp_path / "state"
    ledger = open_ledger()
    await ledger.intend(intent(1))
    for file in list(state.glob("ledger.db*")):
        file.rename(file.with_name(f"old-{file.name}"))
        shutil.copy(file.with_name(f"old-{file.name}"), file)
    before = (state / "ledger.db").read_bytes()

    with pytest.raises(LedgerUnavailable):
        await ledger.intend(intent(2))
    ledger.close()

    assert LedgerLost(loss=LedgerLoss.REPLACED) in sink.events
    assert (state / "ledger.db").read_bytes() == before


async def test_the_loss_is_seen_also_while_nothing_leaves(open_ledger, intent, outcome, sink, tmp_path):
    ledger = open_ledger(linger_s=0.01)
    await ledger.intend(intent(1))
    removed(tmp_path / "state")
    ledger.settle(outcome(1))
    await until(lambda: LedgerLost(loss=LedgerLoss.GONE) in sink.events)
    assert not ledger.available


async def test_a_lost_ledger_is_begun_anew_by_the_next_start(open_ledger, intent, tmp_path):
    ledger = open_ledger()
    await ledger.intend(intent(1))
    removed(tmp_path / "state")
    with pytest.raises(LedgerUnavailable):
        await ledger.intend(intent(2))
    ledger.close()

    await open_ledger().intend(intent(3))

    assert entries(tmp_path / "state") == [("intent", intent(3).request_id)]


async def test_what_was_written_moves_into_the_main_file_while_the_ledger_is_open(open_ledger, intent, tmp_path):
    ledger = open_ledger(checkpoint_s=0.01)
    await ledger.intend(intent(1))

    def copied():
        (tmp_path / "copy").mkdir(exist_ok=True)
        shutil.copy(tmp_path / "state" / "ledger.db", tmp_path / "copy" / "ledger.db")  # and nothing beside it
        with contextlib.suppress(sqlite3.Error):
            return entries(tmp_path / "copy")
        return []

    await until(lambda: copied() == [("intent", intent(1).request_id)])
    ledger.close()


FULL_DISK = """
    import asyncio, resource, signal, sqlite3, sys
    from pathlib import Path
    from gateway.events import LedgerLost, LedgerRecovered, LedgerWritten
    from gateway.testing import RecordingSink
    from tests.kit.rows import WORDS, make_intent, make_outcome
    from gateway.state.sqlite.ledger import Ledger
    from gateway.ports import LedgerUnavailable

    def limit(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    async def main(state):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        sink = RecordingSink()
        ledger = Ledger(state, words=WORDS, sink=sink, retry_s=0.05, linger_s=0.01, max_waiting=5)
        await ledger.intend(make_intent(1))
        limit(4096)
        for number in (2, 3):
            try:
                await ledger.intend(make_intent(number))
            except LedgerUnavailable:
                print("refused", ledger.available)
        for number in range(10, 20):
            ledger.settle(make_outcome(number))
        for _ in range(2):  # until it was tried again, twice, in vain
            tried = ledger._retry_at
            while ledger._retry_at == tried:
                await asyncio.sleep(0.01)
        print("still down", not ledger.available)
        limit(resource.RLIM_INFINITY)
        for _ in range(3000):
            if ledger.available:
                break
            await asyncio.sleep(0.01)
        await ledger.intend(make_intent(4))
        ledger.close()
        print("results", sorted({event.result.value for event in sink.events if isinstance(event, LedgerWritten)}))
        print("lost", [event.loss.value for event in sink.events if isinstance(event, LedgerLost)])
        back = [event for event in sink.events if isinstance(event, LedgerRecovered)]
        print("recovered", [(event.outage_s > 0, event.lost) for event in back])
        reader = sqlite3.connect(state / "ledger.db")
        intents = reader.execute("SELECT request_id FROM entry WHERE phase = 'intent'").fetchall()
        print("intents", [int(name[4:], 16) for (name,) in intents])
        print("outcomes", reader.execute("SELECT count(*) FROM entry WHERE phase = 'outcome'").fetchone()[0])
        print("outage", reader.execute("SELECT at_us >= since_us, number FROM event WHERE what = 'outage'").fetchall())

    asyncio.run(main(Path(sys.argv[1])))
"""


def script(source: str, *arguments: str) -> subprocess.Popen[str]:
    setup = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    command = [sys.executable, "-c", setup + textwrap.dedent(source), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_full_disk_refuses_intents_and_the_ledger_recovers_and_notes_the_gap(tmp_path):
    output, errors = script(FULL_DISK, str(tmp_path / "state")).communicate(timeout=60)

    assert output.splitlines() == [
        "refused False",
        "refused False",
        "still down True",
        "results ['failed', 'ok', 'refused']",
        "lost ['disk']",
        "recovered [(True, 5)]",
        "intents [1, 4]",
        "outcomes 5",
        "outage [(1, 5)]",
    ], errors


CRASH = """
    import asyncio, itertools, sys
    from pathlib import Path
    from gateway.testing import RecordingSink
    from tests.kit.rows import WORDS, make_intent, make_outcome
    from gateway.state.sqlite.ledger import Ledger

    async def write(ledger, numbers):
        for number in numbers:
            await ledger.intend(make_intent(number))
            ledger.settle(make_outcome(number))
            sys.stdout.write(str(number) + chr(10))
            sys.stdout.flush()

    async def main(state):
        ledger = Ledger(state, words=WORDS, sink=RecordingSink())
        numbers = itertools.count()
        await asyncio.gather(*(write(ledger, numbers) for _ in range(16)))

    asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.parametrize(
    "acknowledged", [1, 2, 3, 5, 8, 13, 20, 40, 80, 120, 160, 200, 240, 280, 320, 360, 400, 500, 600, 700]
)
def test_no_acknowledged_intent_is_lost_when_the_process_is_killed(tmp_path, acknowledged):
    writer = script(CRASH, str(tmp_path / "state"))
    assert writer.stdout is not None
    seen = [int(writer.stdout.readline()) for _ in range(acknowledged)]
    writer.send_signal(signal.SIGKILL)
    rest, _ = writer.communicate(timeout=30)
    seen += [int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")]

    kept = {int(request_id[4:], 16) for phase, request_id in entries(tmp_path / "state") if phase == "intent"}
    reader = sqlite3.connect(tmp_path / "state" / "ledger.db")
    assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    reader.close()
    assert set(seen) <= kept
