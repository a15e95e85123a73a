"""Proofs that the rows of a request stand in a record that was signed; reads, and writes nothing.

Each is a transparency log proof (C2SP tlog-proof): the row's bytes, its place, the hashes that lead from it to a root, and the
signed checkpoint that names that root. `verify_ledger.py --proof` checks it without the record.
"""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from gateway.audit.verify_ledger import PROOF, Checkpoint, canonical, checkpoints_in, public_of
from gateway.ports import LedgerUnavailable
from gateway.state.sqlite import log

_ROWS = f"""
SELECT leaf.idx, {canonical("entry")} FROM entry JOIN leaf ON leaf.of = {log.ENTRY} AND leaf.seq = entry.seq
WHERE entry.request_id = ? ORDER BY entry.seq
"""  # noqa: S608  names of our own


def proofs(path: Path, request_id: str, *, checkpoints: str, keys: Sequence[str]) -> Iterator[str]:
    """A proof for each row of a request, by the first checkpoint of the text `checkpoints` that covers it.

    Raises:
        LedgerUnavailable: the record cannot be read, or no checkpoint that it keeps to covers all rows.
        ValueError: one of `keys` is no verifier key.
    """
    known = [public_of(key) for key in keys]
    signed = [one for one in checkpoints_in(checkpoints) if isinstance(one, Checkpoint)]
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            (origin,) = connection.execute("SELECT origin FROM log").fetchone()
            for place, row in connection.execute(_ROWS, (request_id,)).fetchall():
                covering = (one for one in signed if one.origin == origin and one.size > place)
                yield _proof(
                    connection, place, bytes(row), next((one for one in covering if one.signed_by(known)), None)
                )
    except (sqlite3.Error, TypeError) as error:
        raise LedgerUnavailable(f"{path} cannot be read as a record: {type(error).__name__}.") from error


def _proof(connection: sqlite3.Connection, place: int, row: bytes, checkpoint: Checkpoint | None) -> str:
    if checkpoint is None:
        raise LedgerUnavailable(
            "No signed checkpoint covers this request yet. One is made each minute, and at the stop of the gateway: try again "
            "then, or name the file of checkpoints with --checkpoint."
        )
    if log.at(connection, checkpoint.size).root != checkpoint.root:
        raise LedgerUnavailable("The record is not the one that was signed: `gateway audit verify` says what is wrong.")
    hashes = [base64.b64encode(one).decode() for one in log.inclusion(connection, place, checkpoint.size)]
    extra = base64.b64encode(row).decode()
    lines = [PROOF, f"extra {extra}", f"index {place}", *hashes, "", checkpoint.body.decode()]
    notes = [f"\u2014 {name} {base64.b64encode(said).decode()}" for name, said in checkpoint.signatures]
    return "\n".join(lines) + "\n" + "\n".join(notes) + "\n"
