"""Whole records in SQLite with their checkpoints, and ways to tamper with them that know how they are made."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.verify_ledger import Verdict, verify
from gateway.ports import Row
from gateway.state.checkpoints import Checkpoints
from gateway.state.opening import begun
from gateway.state.sqlite import log
from gateway.state.sqlite.store import Store
from tests.kit.rows import WORDS, make_attempt, make_config, make_intent, make_outcome

SEED = bytes(range(32))


@dataclass(frozen=True)
class Recorded:
    """A record that is closed, the file of its checkpoints, and the key that they are signed with."""

    ledger: Path
    checkpoints: Path
    key: str

    def verdict(self, *, given: bool = True) -> Verdict:
        text = self.checkpoints.read_text() if given else ""
        return verify(self.ledger, checkpoints=text, keys=[self.key] if given else [])


def rows_of(number: int) -> list[Row]:
    """What a request that left has of rows."""
    return [make_intent(number), make_attempt(number, target="sonnet"), make_outcome(number)]


def make_record(folder: Path, requests: int, *, every: int = 100) -> Recorded:
    """A record of so many requests with a checkpoint each `every` of them, in the journal mode of a copy."""
    folder.mkdir(exist_ok=True)
    checkpoints = Checkpoints(folder / "elsewhere", seed=SEED)
    path = folder / "ledger.db"
    store = begun(Store(path, words=WORDS), checkpoints, name=str(path))
    store.write([make_config()])
    for first in range(0, requests, every):
        store.write([row for number in range(first, min(first + every, requests)) for row in rows_of(number)])
        checkpoints.keep(store.origin, store.tree, at_s=1_790_000_000 + first)
    key = checkpoints.verifier_key(store.origin)
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    return Recorded(path, folder / "elsewhere", key)


def copied(record: Recorded, folder: Path) -> Recorded:
    """The same record in another folder."""
    folder.mkdir(exist_ok=True)
    shutil.copy(record.ledger, folder / "ledger.db")
    shutil.copy(record.checkpoints, folder / "elsewhere")
    return Recorded(folder / "ledger.db", folder / "elsewhere", record.key)


# --- kinds of tampering: each is handed an open connection and a source of chance ----------------------------------------

Tamper = Callable[[sqlite3.Connection, random.Random], None]
NUMBERS = ("status", "duration_us", "input_tokens", "cost_nano_usd", "body_bytes", "detectors", "at_us", "attempts")
WORDS_OF = {"sensitivity": ("phi", "clean"), "destination": ("cloud", "local"), "target": ("sonnet", "fast")}


def _row(connection: sqlite3.Connection, chance: random.Random, where: str = "1") -> int:
    rows = connection.execute(f"SELECT seq FROM entry WHERE {where}").fetchall()
    return chance.choice(rows)[0]


def another_number(connection: sqlite3.Connection, chance: random.Random) -> None:
    column = chance.choice(NUMBERS)
    seq = _row(connection, chance)
    connection.execute(f"UPDATE entry SET {column} = coalesce({column}, 0) + 1 WHERE seq = ?", (seq,))


def another_word(connection: sqlite3.Connection, chance: random.Random) -> None:
    column, (one, other) = chance.choice(list(WORDS_OF.items()))
    seq = _row(connection, chance)
    connection.execute(f"UPDATE entry SET {column} = iif({column} = ?1, ?2, ?1) WHERE seq = ?3", (one, other, seq))


def a_bit_of_a_digest(connection: sqlite3.Connection, chance: random.Random) -> None:
    seq = _row(connection, chance, "body_digest IS NOT NULL")
    (digest,) = connection.execute("SELECT body_digest FROM entry WHERE seq = ?", (seq,)).fetchone()
    flipped = bytearray(digest)
    flipped[chance.randrange(32)] ^= 1 << chance.randrange(8)
    connection.execute("UPDATE entry SET body_digest = ? WHERE seq = ?", (bytes(flipped), seq))


def a_row_gone(connection: sqlite3.Connection, chance: random.Random) -> None:
    seq = _row(connection, chance)
    connection.execute("DELETE FROM detail WHERE seq = ?", (seq,))
    connection.execute("DELETE FROM entry WHERE seq = ?", (seq,))


def a_row_gone_with_its_leaf(connection: sqlite3.Connection, chance: random.Random) -> None:
    seq = _row(connection, chance)
    connection.execute("DELETE FROM detail WHERE seq = ?", (seq,))
    connection.execute("DELETE FROM entry WHERE seq = ?", (seq,))
    connection.execute("DELETE FROM leaf WHERE of = 1 AND seq = ?", (seq,))


def a_row_more(connection: sqlite3.Connection, chance: random.Random) -> None:
    seq = _row(connection, chance)
    names = [row[1] for row in connection.execute("PRAGMA table_info(entry)") if row[1] not in {"seq", "attempt"}]
    listed = ", ".join(names)
    connection.execute(f"INSERT INTO entry (attempt, {listed}) SELECT 77, {listed} FROM entry WHERE seq = ?", (seq,))


def two_rows_in_each_others_place(connection: sqlite3.Connection, chance: random.Random) -> None:
    one, other = _row(connection, chance), _row(connection, chance)
    while other == one:
        other = _row(connection, chance)
    for table in ("entry", "detail"):
        for before, after in ((one, -1), (other, one), (-1, other)):
            connection.execute(f"UPDATE {table} SET seq = ? WHERE seq = ?", (after, before))


def two_leaves_in_each_others_place(connection: sqlite3.Connection, chance: random.Random) -> None:
    (size,) = connection.execute("SELECT count(*) FROM leaf").fetchone()
    one, other = chance.sample(range(size), 2)
    for before, after in ((one, size + 5), (other, one), (size + 5, other)):
        connection.execute("UPDATE leaf SET idx = ? WHERE idx = ?", (after, before))


def the_end_cut_off(connection: sqlite3.Connection, chance: random.Random) -> None:
    """With all that belongs to it, so that the record by itself is whole."""
    (size,) = connection.execute("SELECT count(*) FROM leaf").fetchone()
    left = chance.randrange(10, size - 1)
    for of, table in log.TABLES.items():
        gone = f"SELECT seq FROM leaf WHERE of = {of} AND idx >= {left}"
        if of == 1:
            connection.execute(f"DELETE FROM detail WHERE seq IN ({gone})")
        connection.execute(f"DELETE FROM {table} WHERE seq IN ({gone})")
    connection.execute("DELETE FROM leaf WHERE idx >= ?", (left,))
    connection.execute("DELETE FROM node WHERE (idx + 1) << level > ?", (left,))


def rewritten_from_there(connection: sqlite3.Connection, chance: random.Random) -> None:
    """One row is another, and the whole tree is made anew: only a checkpoint can tell."""
    another_number(connection, chance)
    connection.execute("DELETE FROM leaf")
    connection.execute("DELETE FROM node")
    log.extend(connection, log.Tree(), dict.fromkeys(log.TABLES, 0))


def a_detail(connection: sqlite3.Connection, chance: random.Random) -> None:
    rows = connection.execute("SELECT seq, what, word FROM detail").fetchall()
    seq, what, word = chance.choice(rows)
    if chance.random() < 0.5:
        connection.execute("DELETE FROM detail WHERE seq = ? AND what = ? AND word = ?", (seq, what, word))
    else:
        connection.execute("INSERT INTO detail (seq, what, word) VALUES (?, 'trait', 'on_prem')", (seq,))


def a_hash_of_the_log(connection: sqlite3.Connection, chance: random.Random) -> None:
    table = chance.choice(("leaf", "node"))
    key = chance.choice(connection.execute(f"SELECT idx FROM {table}").fetchall())[0]
    connection.execute(f"UPDATE {table} SET hash = ? WHERE idx = ?", (chance.randbytes(32), key))


def what_was_in_force(connection: sqlite3.Connection, chance: random.Random) -> None:
    statement = chance.choice(
        [
            "UPDATE policy SET text = text || ' '",
            "UPDATE config SET at_us = at_us + 1",
            f"UPDATE config SET config_after = '{chance.randbytes(32).hex()}'",
            "DELETE FROM config",
            "UPDATE event SET number = coalesce(number, 0) + 1",
        ]
    )
    connection.execute(statement)


TAMPERING: dict[str, Tamper] = {
    "a number altered": another_number,
    "a word altered": another_word,
    "a bit of a digest flipped": a_bit_of_a_digest,
    "a detail altered": a_detail,
    "a row deleted": a_row_gone,
    "a row and its leaf deleted": a_row_gone_with_its_leaf,
    "a row inserted": a_row_more,
    "two rows swapped": two_rows_in_each_others_place,
    "two leaves swapped": two_leaves_in_each_others_place,
    "the end cut off": the_end_cut_off,
    "rewritten with all its hashes": rewritten_from_there,
    "a hash of the log altered": a_hash_of_the_log,
    "configuration or policy altered": what_was_in_force,
}


def tampered(record: Recorded, how: str, chance: random.Random) -> None:
    """Tamper as an owner of the file would: without its triggers, references and checks."""
    connection = sqlite3.connect(record.ledger, isolation_level=None)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    TAMPERING[how](connection, chance)
    connection.close()


def a_byte_of_the_file(record: Recorded, chance: random.Random) -> bool:
    """Flip a bit within a cell of a row, where it stands in the file; False where none was found."""
    content = bytearray(record.ledger.read_bytes())
    number = chance.randrange(1, 300)
    at = content.find(f"req_{number:032x}".encode())
    if at < 0:
        return False
    at += chance.randrange(4, 36)
    content[at] ^= 1 << chance.randrange(7)
    record.ledger.write_bytes(content)
    return True
