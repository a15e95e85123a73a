"""The Merkle log over the rows of the record, in the same file and the same commits; it changes no row."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Protocol

from gateway.audit.verify_ledger import TABLES, TILE, Tree, canonical, fold, leaf_hash, node_hash

ENTRY = next(of for of, table in TABLES.items() if table == "entry")
_NEW_ROWS = {
    of: f"SELECT seq, {canonical(table)} FROM {table} WHERE seq > ? ORDER BY seq"  # noqa: S608  names of our own
    for of, table in TABLES.items()
}
_LAST = {of: f"SELECT coalesce(max(seq), 0) FROM {table}" for of, table in TABLES.items()}  # noqa: S608


class LogBroken(sqlite3.IntegrityError):
    """The log is not what it was when this process left it, or has holes."""


def begin(connection: sqlite3.Connection) -> str:
    """The log's name, for ever; a record that has none takes the rows it has into a new log. Raises `sqlite3.Error`."""
    found = connection.execute("SELECT origin FROM log").fetchone()
    if found is not None:
        return str(found[0])
    origin = f"triage-gateway/ledger/{secrets.token_hex(8)}"
    connection.execute("BEGIN IMMEDIATE")
    try:
        extend(connection, Tree(), dict.fromkeys(TABLES, 0))
        connection.execute("INSERT INTO log (one, origin) VALUES (1, ?)", (origin,))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return origin


def last_rows(connection: sqlite3.Connection) -> Mapping[int, int]:
    """The last number of each table whose rows are leaves."""
    return {of: connection.execute(query).fetchone()[0] for of, query in _LAST.items()}


def extend(connection: sqlite3.Connection, tree: Tree, after: Mapping[int, int]) -> Tree:
    """Take the rows that came after the numbers in `after` into the log; the tree with them. It is a value: `tree` stays.

    The bytes that are hashed are those that the database gives back, by the one definition of `verify_ledger`.
    """
    grown = Tree(tree.size, tree.edge)
    leaves: list[tuple[int, int, int, bytes]] = []
    nodes: list[tuple[int, int, bytes]] = []
    for of, query in _NEW_ROWS.items():
        for seq, row in connection.execute(query, (after[of],)):
            digest = leaf_hash(row)
            leaves.append((grown.size, of, seq, digest))
            nodes += grown.append(digest)
    connection.executemany("INSERT INTO leaf (idx, of, seq, hash) VALUES (?, ?, ?, ?)", leaves)
    connection.executemany("INSERT INTO node (level, idx, hash) VALUES (?, ?, ?)", nodes)
    return grown


def stands(connection: sqlite3.Connection, tree: Tree) -> bool:
    """Whether the log ends where `tree` does; a look at its last leaf."""
    found = connection.execute("SELECT max(idx) FROM leaf").fetchone()[0]
    return (-1 if found is None else int(found)) == tree.size - 1


def read(connection: sqlite3.Connection) -> Tree:
    """The tree as it is. Raises `LogBroken` where leaves or nodes are missing."""
    size = connection.execute("SELECT coalesce(max(idx) + 1, 0) FROM leaf").fetchone()[0]
    return at(connection, size)


class Asked(Protocol):
    """Where hashes of a log are read, with `?` for each parameter."""

    def execute(self, query: str, parameters: tuple[int, ...], /) -> Iterable[tuple[bytes]]: ...


def at(connection: sqlite3.Connection | Asked, size: int) -> Tree:
    """The tree as it was with `size` leaves: some hundred hashes are read, however many there are.

    Raises `LogBroken`.
    """
    edge: list[bytes] = []
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            edge.append(_subtree(connection, level, start >> level))
            start += 1 << level
    return Tree(size, edge)


def _subtree(connection: sqlite3.Connection | Asked, level: int, place: int) -> bytes:
    """The root of the full subtree at `place` of `level`, from what is kept below it."""
    kept = level // TILE * TILE
    width = 1 << (level - kept)
    first, last = place * width, (place + 1) * width - 1
    if kept:
        query = "SELECT hash FROM node WHERE level = ? AND idx BETWEEN ? AND ? ORDER BY idx"
        rows = connection.execute(query, (kept, first, last))
    else:
        rows = connection.execute("SELECT hash FROM leaf WHERE idx BETWEEN ? AND ? ORDER BY idx", (first, last))
    hashes = [bytes(digest) for (digest,) in rows]
    if len(hashes) != width:
        raise LogBroken("the log has a hole")
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def inclusion(connection: sqlite3.Connection, place: int, size: int) -> list[bytes]:
    """The hashes that lead from the leaf at `place` to the root of the first `size` (RFC 9162, 2.1.3.1), the nearest first.

    Raises `LogBroken`.
    """
    path: list[bytes] = []
    start, count = 0, size
    while count > 1:
        left = 1 << ((count - 1).bit_length() - 1)
        if place - start < left:
            path.append(_root(connection, start + left, count - left))
            count = left
        else:
            path.append(_root(connection, start, left))
            start, count = start + left, count - left
    return path[::-1]


def _root(connection: sqlite3.Connection, start: int, count: int) -> bytes:
    """The root over `count` leaves from `start` on, where a subtree of that size can begin."""
    edge: list[bytes] = []
    for level in range(count.bit_length() - 1, -1, -1):
        if count >> level & 1:
            edge.append(_subtree(connection, level, start >> level))
            start += 1 << level
    return fold(edge)
