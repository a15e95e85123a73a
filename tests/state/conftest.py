"""A ledger to write rows to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.domain import Settlement
from gateway.ports import AttemptRow, IntentRow
from gateway.state.sqlite.ledger import Ledger
from tests.kit.rows import WORDS, Recorder, make_attempt, make_intent, make_outcome


@pytest.fixture
def intent() -> Callable[..., IntentRow]:
    return make_intent


@pytest.fixture
def attempt() -> Callable[..., AttemptRow]:
    return make_attempt


@pytest.fixture
def outcome() -> Callable[..., Settlement]:
    return make_outcome


@pytest.fixture
def sink() -> Recorder:
    return Recorder()


@pytest.fixture
def open_ledger(tmp_path: Path, sink: Recorder) -> Iterator[Callable[..., Ledger]]:
    opened: list[Ledger] = []

    def opener(**options: object) -> Ledger:
        ledger = Ledger(tmp_path / "state", words=WORDS, sink=sink, **options)
        opened.append(ledger)
        return ledger

    yield opener
    for ledger in opened:
        ledger.close()
