"""The contract of each port, held against every implementation in the tree."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from types import MappingProxyType

import pytest

from gateway.ports import AuditSink, ConfigRow, Health, LedgerUnavailable, Probed, RowRefused, ScanMemory
from gateway.state.memory import LruMemory, MemoryHealth, MemoryLedger
from gateway.state.sqlite.ledger import Ledger
from gateway.testing import RecordingSink
from tests.kit.rows import WORDS, make_attempt, make_config, make_intent, make_outcome

# --- the record --------------------------------------------------------------------------------------------------------


class InSqlite:
    def __init__(self, directory):
        self._directory = directory
        self.sink: AuditSink = Ledger(directory, words=WORDS, sink=RecordingSink(), linger_s=3600)

    def rows(self):
        return self._asked("SELECT phase, request_id FROM entry ORDER BY seq")

    def configured(self):
        return [name for (name,) in self._asked("SELECT policy_after FROM config ORDER BY seq")]

    def _asked(self, query):
        reader = sqlite3.connect(self._directory / "ledger.db")
        try:
            return reader.execute(query).fetchall()
        finally:
            reader.close()


class InMemory:
    PHASES = MappingProxyType({"IntentRow": "intent", "AttemptRow": "attempt", "Settlement": "outcome"})

    def configured(self):
        return [row.policy_after for row in self._ledger.rows if isinstance(row, ConfigRow)]

    def __init__(self, _directory):
        self._ledger = MemoryLedger(words=WORDS)
        self.sink: AuditSink = self._ledger

    def rows(self):
        named = [row for row in self._ledger.rows if not isinstance(row, ConfigRow)]
        return [(self.PHASES[type(row).__name__], row.request_id) for row in named]


@pytest.fixture(params=[InMemory, InSqlite], ids=["memory", "sqlite"])
def record(request, tmp_path):
    made = request.param(tmp_path / "state")
    yield made
    made.sink.close()


async def test_an_intent_that_returned_is_kept(record):
    await record.sink.intend(make_intent(7))
    assert record.rows() == [("intent", make_intent(7).request_id)]


async def test_what_nobody_waits_for_is_kept_at_the_latest_when_it_closes(record):
    record.sink.attempt(make_attempt(1))
    record.sink.settle(make_outcome(1))
    record.sink.close()
    assert sorted(phase for phase, _ in record.rows()) == ["attempt", "outcome"]


async def test_an_intent_with_a_name_nobody_configured_is_refused_until_it_is_learnt(record):
    with pytest.raises(RowRefused):
        await record.sink.intend(make_intent(1, target="brand-new"))
    record.sink.learn(["brand-new"])
    await record.sink.intend(make_intent(1, target="brand-new"))
    assert len(record.rows()) == 1


async def test_another_row_with_such_a_name_is_dropped_without_a_word(record):
    record.sink.settle(make_outcome(1, target="brand-new"))
    record.sink.attempt(make_attempt(1, model="brand-new"))
    record.sink.close()
    assert record.rows() == []


async def test_what_came_into_force_is_kept_no_later_than_an_intent_after_it(record):
    record.sink.configured(make_config(1))
    await record.sink.intend(make_intent(1))
    assert record.configured() == [make_config().policy_after]


async def test_once_closed_it_takes_nothing_and_closing_again_is_harmless(record):
    assert record.sink.available
    record.sink.close()
    record.sink.close()
    assert not record.sink.available
    record.sink.attempt(make_attempt(1))
    record.sink.settle(make_outcome(1))
    record.sink.configured(make_config(1))
    with pytest.raises(LedgerUnavailable):
        await record.sink.intend(make_intent(1))
    assert record.rows() == []


def test_a_refused_row_is_an_unavailable_record_to_whoever_asks():
    assert issubclass(RowRefused, LedgerUnavailable)


# --- what scans remember -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Weighed:
    size: int
    mark: str = ""


@pytest.fixture(params=[LruMemory], ids=["memory"])
def memory(request) -> ScanMemory[Weighed]:
    return request.param(limit_bytes=100)


def test_what_was_kept_is_recalled_under_its_digest_alone(memory):
    memory.keep(b"a", Weighed(1, "a"))
    assert memory.recall(b"a") == Weighed(1, "a")
    assert memory.recall(b"b") is None


def test_what_is_kept_again_takes_the_place_of_the_old(memory):
    memory.keep(b"a", Weighed(1, "old"))
    memory.keep(b"a", Weighed(1, "new"))
    assert memory.recall(b"a") == Weighed(1, "new")


def test_it_takes_anything_and_holds_no_more_than_its_limit(memory):
    for number in range(50):
        memory.keep(bytes([number]), Weighed(number * 3))
    held = [found.size for number in range(50) if (found := memory.recall(bytes([number])))]
    assert held
    assert sum(held) <= 100


# --- who answers -------------------------------------------------------------------------------------------------------


@pytest.fixture(params=[MemoryHealth], ids=["memory"])
def health(request) -> Health:
    return request.param()


def test_nobody_is_known_before_anybody_was_asked(health):
    assert dict(health.known()) == {}


def test_the_last_round_is_what_is_known(health):
    health.learn({"ollama": Probed(up=True, models=("a",)), "mlx": Probed(up=False)})
    health.learn({"ollama": Probed(up=False)})
    assert dict(health.known()) == {"ollama": Probed(up=False)}


def test_what_was_handed_out_stays_as_it_was(health):
    answers = {"ollama": Probed(up=True)}
    health.learn(answers)
    known = health.known()
    answers["mlx"] = Probed(up=True)
    health.learn({})
    assert dict(known) == {"ollama": Probed(up=True)}
