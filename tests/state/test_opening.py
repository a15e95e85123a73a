"""What a record says when it is opened, and which is not opened."""

from __future__ import annotations

import shutil
import sqlite3

import pytest

from gateway.events import LedgerCheckpointed, LedgerLoss, LedgerLost
from gateway.ports import LedgerContradicted, LedgerUnavailable
from gateway.state.checkpoints import Checkpoints
from gateway.state.opening import accept
from gateway.state.sqlite.store import Store
from tests.kit.patience import until
from tests.kit.records import SEED
from tests.kit.rows import WORDS


@pytest.fixture
def checkpoints(tmp_path):
    return Checkpoints(tmp_path / "elsewhere", seed=SEED)


def events(state):
    reader = sqlite3.connect(state / "ledger.db")
    try:
        return reader.execute("SELECT what, number FROM event ORDER BY seq").fetchall()
    finally:
        reader.close()


async def test_a_new_record_says_that_it_begins_and_whose_key_signs_it(open_ledger, checkpoints, tmp_path):
    open_ledger(checkpoints=checkpoints).close()
    open_ledger(checkpoints=checkpoints).close()
    assert events(tmp_path / "state") == [("begun", None), ("signing_key", None)]
    open_ledger(checkpoints=Checkpoints(tmp_path / "elsewhere", seed=SEED[::-1])).close()
    assert events(tmp_path / "state")[2:] == [("signing_key", None)]


async def test_a_record_that_begins_where_another_is_gone_says_so(open_ledger, checkpoints, intent, tmp_path):
    ledger = open_ledger(checkpoints=checkpoints)
    await ledger.intend(intent(1))
    ledger.close()
    for file in (tmp_path / "state").glob("ledger.db*"):
        file.unlink()
    open_ledger(checkpoints=checkpoints).close()
    assert events(tmp_path / "state")[0] == ("begun", 3)


async def test_an_older_copy_is_not_continued_until_somebody_says_so(open_ledger, checkpoints, intent, tmp_path):
    state, kept = tmp_path / "state", tmp_path / "kept.db"
    ledger = open_ledger(checkpoints=checkpoints)
    await ledger.intend(intent(1))
    ledger.close()
    shutil.copy(state / "ledger.db", kept)
    ledger = open_ledger(checkpoints=checkpoints)
    await ledger.intend(intent(2))
    ledger.close()
    shutil.copy(kept, state / "ledger.db")

    with pytest.raises(LedgerContradicted, match=r"4 rows; 3 are here.*audit restored"):
        open_ledger(checkpoints=checkpoints)
    store = Store(state / "ledger.db", words=WORDS)
    assert accept(store, checkpoints)
    assert not accept(store, checkpoints)
    store.close()

    ledger = open_ledger(checkpoints=checkpoints)
    await ledger.intend(intent(3))
    ledger.close()
    assert events(state)[-1] == ("restored", 4)


async def test_what_the_rows_come_to_is_signed_in_time_and_at_the_end(open_ledger, checkpoints, intent, sink):
    ledger = open_ledger(checkpoints=checkpoints, witness_s=0.01)

    def sizes():
        return [event.size for event in sink.events if isinstance(event, LedgerCheckpointed) and event.ok]

    await until(lambda: sizes() == [2])
    await ledger.intend(intent(1))
    await until(lambda: sizes() == [2, 3])
    await ledger.intend(intent(2))
    ledger.close()
    assert sizes()[-1] == 4
    assert checkpoints.last().size == 4


async def test_a_second_place_that_fails_is_told_and_holds_up_nothing(open_ledger, intent, sink, tmp_path):
    nowhere = Checkpoints(tmp_path / "no" / "such" / "folder", seed=SEED)
    ledger = open_ledger(checkpoints=nowhere, witness_s=0.01)
    await ledger.intend(intent(1))
    await until(lambda: any(isinstance(event, LedgerCheckpointed) and not event.ok for event in sink.events))
    await ledger.intend(intent(2))
    assert ledger.available
    (tmp_path / "no" / "such" / "folder").parent.mkdir(parents=True)
    (tmp_path / "no" / "such" / "folder").touch()
    await until(lambda: any(isinstance(event, LedgerCheckpointed) and event.ok for event in sink.events))


async def test_rows_that_are_taken_out_while_it_is_open_close_the_record(
    open_ledger, checkpoints, intent, sink, tmp_path
):
    ledger = open_ledger(checkpoints=checkpoints, retry_s=0.01)
    await ledger.intend(intent(1))
    other = sqlite3.connect(tmp_path / "state" / "ledger.db", isolation_level=None)
    other.execute("DROP TRIGGER leaf_DELETE")
    other.execute("DELETE FROM leaf WHERE idx > 0")
    other.close()
    with pytest.raises(LedgerUnavailable):
        await ledger.intend(intent(2))
    await until(lambda: LedgerLost(loss=LedgerLoss.ALTERED) in sink.events)
    assert not ledger.available
