"""What the record comes to is signed when it is due, and a place that cannot be written is asked again."""

from __future__ import annotations

import math

import pytest

from gateway.events import LedgerCheckpointed
from gateway.state.checkpoints import Checkpoints
from gateway.state.sqlite.store import Store
from gateway.state.witness import Witness
from gateway.testing import RecordingSink
from tests.kit.records import SEED
from tests.kit.rows import WORDS, make_intent


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "ledger.db", words=WORDS)
    store.write([make_intent(1)])
    yield store
    store.close()


def test_nothing_is_signed_twice_and_what_came_since_is_signed_at_the_end(store, tmp_path):
    sink = RecordingSink()
    witness = Witness(Checkpoints(tmp_path / "elsewhere", seed=SEED), every_s=3600, sink=sink)
    witness.sign(store)
    witness.sign(store, final=True)
    assert witness.due_s(store) == math.inf
    store.write([make_intent(2)])
    witness.sign(store)
    witness.sign(store, final=True)
    assert [(event.size, event.ok) for event in sink.events] == [(1, True), (2, True)]


def test_a_place_that_cannot_be_written_is_told_and_asked_again(store, tmp_path):
    sink = RecordingSink()
    witness = Witness(Checkpoints(tmp_path / "gone" / "elsewhere", seed=SEED), every_s=0, sink=sink)
    witness.sign(store)
    (tmp_path / "gone").mkdir()
    witness.sign(store)
    assert [event.ok for event in sink.events if isinstance(event, LedgerCheckpointed)] == [False, True]


def test_without_a_place_nothing_is_ever_due(store):
    witness = Witness(None, every_s=0, sink=RecordingSink())
    witness.sign(store, final=True)
    assert witness.due_s(store) == math.inf
