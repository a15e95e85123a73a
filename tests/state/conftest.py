"""A ledger to write rows to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.domain import Settlement
from gateway.ports import AttemptRow, IntentRow
from gateway.state.sqlite.ledger import Ledger
from gateway.testing import RecordingSink
from tests.kit.rows import WORDS, make_attempt, make_intent, make_outcome


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
def sink() -> RecordingSink:
    return RecordingSink()


@pytest.fixture
def open_ledger(tmp_path: Path, sink: RecordingSink) -> Iterator[Callable[..., Ledger]]:
    opened: list[Ledger] = []

    def opener(**options: object) -> Ledger:
        ledger = Ledger(tmp_path / "state", words=WORDS, sink=sink, **options)
        opened.append(ledger)
        return ledger

    yield opener
    for ledger in opened:
        ledger.close()
