"""The key store in a SQLite file of its own, which commands write while the gateway reads; holds digests, never a key."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from gateway.domain import Permission
from gateway.events import Noted
from gateway.ports import KeyChange, KeysUnreadable, StoredKey
from gateway.state.sqlite.store import identity_of, prepare_directory

FILE: Final = "keys.db"
_VERSION: Final = 1  # as the last line of `_TABLES` says
_READ_S: Final = 0.2
_WRITE_S: Final = 5.0
_LOOK_S: Final = 0.25
"""How often the file at the path is looked at again: a connection goes on reading one that was removed."""
_TABLES: Final = """
PRAGMA journal_mode = WAL;
CREATE TABLE key (
    prefix TEXT PRIMARY KEY, name TEXT NOT NULL, salt BLOB NOT NULL, digest BLOB NOT NULL CHECK (length(digest) = 32),
    agents TEXT NOT NULL, routes TEXT NOT NULL, may TEXT NOT NULL,
    made_us INTEGER NOT NULL, expires_us INTEGER, revoked_us INTEGER, used_us INTEGER
) STRICT;
CREATE TABLE change (
    number INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, what TEXT NOT NULL, name TEXT NOT NULL, ends_us INTEGER
) STRICT;
CREATE TABLE told (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL) STRICT;
INSERT INTO told VALUES (1, 0);
PRAGMA user_version = 1;
"""
_KEYS: Final = """
SELECT prefix, name, salt, digest, agents, routes, may, made_us, expires_us, revoked_us, used_us FROM key
ORDER BY made_us, rowid
"""
_PUT: Final = """
INSERT INTO key (prefix, name, salt, digest, agents, routes, may, made_us, expires_us, revoked_us, used_us)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (prefix) DO UPDATE SET
    expires_us = excluded.expires_us, revoked_us = coalesce(key.revoked_us, excluded.revoked_us)
WHERE key.digest = excluded.digest
"""


class SqliteKeys:
    """A `KeyStore` in `state_dir`. Reads on one connection of its own; each write opens another, in any thread."""

    def __init__(self, state_dir: Path) -> None:
        self._path: Final = state_dir / FILE
        self._reader: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._look_at = 0.0
        self._made = 0  # how many connections were opened: each counts versions from anew
        self._problem: KeysUnreadable | None = None

    def version(self) -> int:
        if self._reader is None or time.monotonic() >= self._look_at:
            self._look()
        if self._reader is None:
            return 0
        try:
            said: int = self._reader.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error as error:
            raise self._fail(error) from None
        return (self._made << 32) + said

    def listed(self) -> Sequence[StoredKey]:
        if self._reader is None:
            self._look()
        if self._reader is None:
            return ()
        try:
            return [_key(row) for row in self._reader.execute(_KEYS)]
        except (sqlite3.Error, ValueError) as error:
            raise self._fail(error) from None

    def put(self, keys: Iterable[StoredKey], change: KeyChange) -> None:
        with self._writing() as connection:
            for key in keys:
                grant = (" ".join(key.agents), " ".join(key.routes), " ".join(key.may))
                ends = (key.made_us, key.expires_us, key.revoked_us, key.used_us)
                done = connection.execute(_PUT, (key.prefix, key.name, key.salt, key.digest, *grant, *ends))
                if done.rowcount != 1:
                    raise KeysUnreadable("Another key begins like this one: nothing was changed. Make a new one.")
            cells = (change.at_us, change.what, change.name, change.ends_us)
            connection.execute("INSERT INTO change (at_us, what, name, ends_us) VALUES (?, ?, ?, ?)", cells)

    def use(self, last: Mapping[str, int]) -> None:
        if not last or not self._path.exists():
            return
        with self._writing() as connection:
            query = "UPDATE key SET used_us = max(coalesce(used_us, 0), ?) WHERE prefix = ?"
            connection.executemany(query, [(at_us, prefix) for prefix, at_us in last.items()])

    def changes(self) -> Sequence[KeyChange]:
        if self._reader is None:
            return ()
        query = """SELECT at_us, what, name, ends_us, number FROM change
        WHERE number > (SELECT number FROM told) ORDER BY number"""
        try:
            rows = self._reader.execute(query).fetchall()
            return [
                KeyChange(at_us=at_us, what=Noted(what), name=name, ends_us=ends_us, number=number)
                for at_us, what, name, ends_us, number in rows
            ]
        except (sqlite3.Error, ValueError) as error:
            raise self._fail(error) from None

    def told(self, number: int) -> None:
        with self._writing() as connection:
            connection.execute("UPDATE told SET number = max(number, ?)", (number,))

    def close(self) -> None:
        """Read no more."""
        if self._reader is not None:
            self._reader.close()
        self._reader = None

    def _look(self) -> None:
        """Open what stands at the path, or see that it is still the same; none is no keys, unless there was one before."""
        if self._problem is not None and time.monotonic() < self._look_at:
            raise self._problem
        self._look_at = time.monotonic() + _LOOK_S
        try:
            identity = _identity_of(self._path)
            if self._identity is not None and identity != self._identity:
                raise FileNotFoundError("it was removed or replaced while it was open: start the gateway again")
            if identity is None:
                self._look_at = 0.0  # somebody may make the first key at any time
                return
            if self._reader is None:
                self._reader, self._identity = _open(self._path, timeout_s=_READ_S), identity
                self._made += 1
        except (sqlite3.Error, OSError) as error:
            raise self._fail(error) from None
        self._problem = None

    def _fail(self, error: Exception) -> KeysUnreadable:
        self.close()
        self._problem = unreadable(self._path, error)
        return self._problem

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            prepare_directory(self._path.parent)
            if not self._path.exists():
                _make(self._path)
            connection = _open(self._path, timeout_s=_WRITE_S)
        except (sqlite3.Error, OSError) as error:
            raise unreadable(self._path, error) from None
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise unreadable(self._path, error) from None
        finally:
            connection.close()  # which takes back what was not committed


def callers_in(state_dir: Path) -> Mapping[str, StoredKey]:
    """The callers that have, or had, keys in a store, each with its newest one. Raises `KeysUnreadable`."""
    store = SqliteKeys(state_dir)
    try:
        return {key.name: key for key in store.listed()}
    finally:
        store.close()


def _identity_of(path: Path) -> tuple[int, int] | None:
    try:
        return identity_of(path)
    except NotADirectoryError:  # there is no `state_dir`, and so nothing in it
        return None


def unreadable(path: Path, error: Exception) -> KeysUnreadable:
    """What is wrong with the file at `path`, without a word of what is in it."""
    said = str(error) if isinstance(error, FileNotFoundError) else type(error).__name__
    return KeysUnreadable(
        f"{path} cannot be used as a key store ({said}). See that it is whole, that its owner runs the command, and that "
        "the disk has room; else restore it from a backup."
    )


def _make(path: Path) -> None:
    """Make an empty store, whole or not at all: a reader never sees half of one. Raises `sqlite3.Error`, `OSError`."""
    descriptor, part = tempfile.mkstemp(
        dir=path.parent, prefix=FILE
    )  # for its owner alone, as SQLite's others then are
    os.close(descriptor)
    try:
        with closing(sqlite3.connect(part)) as connection:
            connection.executescript(_TABLES)
        with contextlib.suppress(FileExistsError):  # somebody else was faster
            os.link(part, path)
    finally:
        Path(part).unlink()


def _open(path: Path, *, timeout_s: float) -> sqlite3.Connection:
    """A connection to a store that is there. Raises `sqlite3.Error`."""
    uri = f"file:{quote(str(path))}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=timeout_s, check_same_thread=False)
    try:
        if _version(connection) != _VERSION:
            raise sqlite3.DatabaseError("of another version")
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _key(row: tuple[str, str, bytes, bytes, str, str, str, int, int | None, int | None, int | None]) -> StoredKey:
    prefix, name, salt, digest, agents, routes, may, made_us, expires_us, revoked_us, used_us = row
    return StoredKey(
        prefix=prefix,
        name=name,
        salt=salt,
        digest=digest,
        agents=tuple(agents.split(" ")),
        routes=tuple(routes.split(" ")),
        may=tuple(Permission(word) for word in may.split()),
        made_us=made_us,
        expires_us=expires_us,
        revoked_us=revoked_us,
        used_us=used_us,
    )
