"""The verifier on files that anybody may have written: whatever stands in them, it ends with a verdict, and a true one."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gateway.audit import verify_ledger as v
from tests.kit.records import Recorded, copied, make_record

SCRIPT = Path(v.__file__)
TABLES = (*v.TABLES.values(), "detail", "policy", "leaf", "node", "log")
VALUES = (
    *(
        None,
        0,
        -1,
        1,
        3,
        4,
        12,
        2**62,
        -(2**63),
        2**63 - 1,
        1.5,
        float("inf"),
        12.0,
        "",
        "x",
        "12",
        "phi",
        "req_\x1b[2J",
    ),
    *("SOUND: every row\nSOUND", "a" * 70, b"", b"x", bytes(32), b"\xff" * 33, "\ud7ff", "\0"),
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return make_record(tmp_path_factory.mktemp("sound"), 90, every=45)


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that a sound verdict speaks of."""
    with closing(sqlite3.connect(path)) as connection:
        tables = (*v.TABLES.values(), "detail", "policy")
        return {it: sorted(connection.execute(f"SELECT * FROM {it}"), key=repr) for it in tables}


def edited(record: Recorded, statement: str, *values: object) -> None:
    """As an owner of the file does it, who also takes the types away that hold the columns to what they are."""
    with closing(sqlite3.connect(record.ledger, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA writable_schema = ON")
        for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
            loose = re.sub(r"\) STRICT(, )?", lambda it: ") " if it[1] else ")", sql)
            loose = re.sub(r" (TEXT|BLOB|INTEGER(?! PRIMARY))( NOT NULL)?\b", " ", loose)
            connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (loose, name))
    with closing(sqlite3.connect(record.ledger, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        try:
            connection.execute(statement, values)
        except sqlite3.IntegrityError:  # a key that is there already: nothing was altered
            return


def judged(record: Recorded, before: dict[str, list[tuple[object, ...]]], what: object) -> v.Verdict:
    """The verdict in every form; one that says sound is held to it."""
    verdict = record.verdict()
    lines = v.told(verdict)
    json.dumps(v.as_json(verdict))
    assert all(line.isprintable() for line in lines), what
    assert sum(line.startswith("SOUND") for line in lines) == (not verdict.problems), what
    if not verdict.problems:
        assert rows_of(record.ledger) == before, what
    return verdict


def test_a_leaf_that_names_no_table_is_a_problem_and_no_traceback(sound, tmp_path):
    record = copied(sound, tmp_path / "copy")
    edited(record, "UPDATE leaf SET of = 0 WHERE idx = 10")
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(record.ledger)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (1, "")
    assert "PROBLEM" in run.stdout
    assert "NOT SOUND" in run.stdout


def columns_there(record: Recorded) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(record.ledger)) as connection:
        return [(table, row[1]) for table in TABLES for row in connection.execute(f"PRAGMA table_info({table})")]


@pytest.mark.parametrize("table", TABLES)
def test_no_value_of_any_type_in_any_column_ends_without_a_true_verdict(sound, tmp_path, table):
    before = rows_of(sound.ledger)
    for column in [name for it, name in columns_there(sound) if it == table]:
        chance = random.Random(f"{table}.{column}")
        for value in chance.sample(VALUES, 2):
            record = copied(sound, tmp_path / "copy")
            with closing(sqlite3.connect(record.ledger)) as connection:
                (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            key = "rowid" if table in {*v.TABLES.values(), "leaf", "log"} else None
            where = f"rowid = {chance.randrange(count) + 1}" if key and table != "leaf" else "1"
            where = f"idx = {chance.randrange(count)}" if table == "leaf" else where
            edited(record, f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {where}", value)
            judged(record, before, (table, column, value))


@pytest.mark.parametrize("seed", range(24))
def test_no_bit_of_the_file_ends_without_a_true_verdict(sound, tmp_path, seed):
    before = rows_of(sound.ledger)
    record, chance = copied(sound, tmp_path / "copy"), random.Random(seed)
    content = bytearray(record.ledger.read_bytes())
    for _ in range(1 if seed % 2 else 20):
        content[chance.randrange(100 if seed % 8 == 1 else len(content))] ^= 1 << chance.randrange(8)
    if seed % 5 == 4:
        del content[chance.randrange(len(content)) :]
    record.ledger.write_bytes(content)
    try:
        judged(record, before, seed)
    except sqlite3.DatabaseError:  # the comparison above cannot read it either
        pytest.fail("a record that cannot be read was called sound")


@pytest.mark.parametrize("seed", range(8))
def test_no_bit_of_the_checkpoints_ends_without_a_verdict(sound, tmp_path, seed):
    record, chance = copied(sound, tmp_path / "copy"), random.Random(seed)
    content = bytearray(record.checkpoints.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    record.checkpoints.write_bytes(content)
    v.main([str(record.ledger), "--checkpoints", str(record.checkpoints), "--key", record.key])
    text = record.checkpoints.read_text(encoding="utf-8", errors="replace")
    v.verify(record.ledger, checkpoints=text, keys=[record.key])


def test_a_view_in_the_place_of_a_table_is_not_read(sound, tmp_path):
    record = copied(sound, tmp_path / "copy")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS seq, i AS at_us FROM n"
    with closing(sqlite3.connect(record.ledger, isolation_level=None)) as connection:
        connection.execute("ALTER TABLE event RENAME TO old")
        connection.execute(f"CREATE VIEW event AS {endless}")
    assert record.verdict().problems == ["altered: event is no table"]


def test_a_file_that_is_cut_is_damaged(sound, tmp_path):
    shutil.copy(sound.ledger, tmp_path / "ledger.db")
    content = (tmp_path / "ledger.db").read_bytes()
    for size in (0, 1, 99, 100, 4096, 8191, len(content) // 2):
        (tmp_path / "ledger.db").write_bytes(content[:size])
        assert v.verify(tmp_path / "ledger.db").problems, size
