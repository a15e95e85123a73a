"""Facts read back from the record are those that were decided on; rows of older versions are taken strictly."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest

from gateway.domain import Content, Facts, Kind, UnknownReason
from gateway.ports import LedgerUnavailable
from gateway.state.sqlite import schema
from gateway.state.sqlite.facts import recorded
from tests.kit.rows import make_outcome


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


def write(path, *rows, words=("soma", "chat", "a", "b", "part2", "hiv")):
    with closing(sqlite3.connect(path)) as connection:
        schema.prepare(connection)
        schema.learn(
            connection, {*words, *(row.caller for row in rows), *(row.route for row in rows), *_names(rows)} - {""}
        )
        for row in rows:
            schema.insert(connection, row)
        connection.commit()


def _names(rows):
    return {name for row in rows for name in (row.agent, row.target, row.provider, row.model, row.reason, *row.rules)}


def outcome(number, **more):
    known = {"caller": "soma", "route": "chat", "agent": "", "unknowns": frozenset(), "found": {}, "counted": ()}
    return make_outcome(number, **(known | more))


def test_facts_come_back_as_they_were(path):
    write(
        path,
        outcome(1, found={Kind.SSN: 2, Kind.DATE: 1}, counted=(Kind.SSN,), labels=("hiv", "part2"), agents=("a", "b")),
        outcome(2, unknowns=frozenset({UnknownReason.IMAGE}), agent="a"),
        outcome(3, agent_unclear=True),
        outcome(4, agent_unclear=True),
    )
    found = {facts: count for (facts, told), count in recorded(path, since_us=0).items() if told}
    both, hard = frozenset({"a", "b"}), frozenset({"hiv", "part2"})
    assert found == {
        Facts(
            "soma",
            "chat",
            both,
            kinds=frozenset({Kind.SSN}),
            reported=frozenset({Kind.DATE}),
            labels=hard,
        ): 1,
        Facts(
            "soma",
            "chat",
            frozenset({"a"}),
            unknowns=frozenset({UnknownReason.IMAGE}),
            content=frozenset({Content.TEXT, Content.IMAGE}),
        ): 1,
        Facts("soma", "chat", agent_unclear=True): 2,
    }


def test_a_row_that_does_not_say_what_counted_is_taken_strictly(path):
    row = outcome(1, found={Kind.SSN: 1, Kind.DATE: 1})
    write(path, row)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER entry_UPDATE")
        for sensitivity, kinds in (("phi", {Kind.SSN, Kind.DATE}), ("suspected", {Kind.DATE}), ("clean", set())):
            connection.execute("UPDATE entry SET agent_unclear = NULL, sensitivity = ?", (sensitivity,))
            connection.commit()
            ((facts, told),) = recorded(path, since_us=0)
            assert (facts.kinds, told, facts.agent_unclear) == (kinds, False, True)


def test_only_what_came_since_is_read(path):
    write(path, outcome(1), outcome(2))
    assert sum(recorded(path, since_us=0).values()) == 2
    assert not recorded(path, since_us=2**60)


def test_without_a_record_it_is_said(path):
    with pytest.raises(LedgerUnavailable, match="no record"):
        recorded(path, since_us=0)
    path.write_text("no database at all, but longer than a header of one would have to be")
    with pytest.raises(LedgerUnavailable, match="cannot be read"):
        recorded(path, since_us=0)


def test_many_rows_are_read_in_little_time(path):
    write(path, *(outcome(at, found={Kind.SSN: 1}, counted=(Kind.SSN,)) for at in range(3000)))
    began = time.perf_counter()
    assert sum(recorded(path, since_us=0).values()) == 3000
    assert time.perf_counter() - began < 5
