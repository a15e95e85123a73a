"""Checks a record of Triage Gateway; one file for a bare Python (3.9 or later), which reads and never writes.

    python3 verify_ledger.py ledger.db --checkpoints ledger.checkpoints --key VKEY
    python3 verify_ledger.py proofs.txt --proof --key VKEY          (rows of one request, without the record)

**What is checked.** The record is an SQLite file. Each row of its tables `entry` (with its rows of `detail`), `config` and
`event` is a leaf of one Merkle tree (RFC 9162, section 2.1): hash of a leaf SHA-256(0x00 || bytes), of a node
SHA-256(0x01 || left || right). Table `leaf` says which row stands at which place, `node` holds the roots of full subtrees of
256, 65536, … leaves (tlog-tiles). A checkpoint (C2SP tlog-checkpoint in a signed note, Ed25519) names origin, size and root.

**The bytes of a row** are a JSON array in ASCII, without spaces: the table's name, `seq`, for an entry the array of its details
`[what,word,style,count]` in the order of `what` and `word`, then the columns in the order of `COLUMNS`, digests as upper-case
hex, unknown ones null, without the nulls at the end. Columns that come later are added at the end, so that the bytes of
older rows stay what they were. A text of `policy` is what its SHA-256 says, and that stands in `config`.

**What is not checked**, because no row is read from it: table `word` (the words that new rows may use; the rows hold their
own), the triggers that guard against accidents, free space, and numbers of SQLite's own in the head of the file.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COLUMNS = {
    "entry": (
        *("at_us", "phase", "request_id", "attempt", "operation", "dialect", "caller", "route", "agent", "target"),
        *("provider", "provider_kind", "model", "sensitivity", "destination", "result", "reason", "error_code"),
        *("policy_hash", "body_digest", "body_bytes", "status", "attempts", "duration_us", "overhead_us"),
        *("first_token_us", "input_tokens", "output_tokens", "cached_input_tokens", "reasoning_tokens"),
        *("cost_nano_usd", "energy_nwh", "config_hash", "baa_ref", "baa_end", "detectors", "detector", "label"),
        *("agents", "counted", "agent_unclear", "emergency", "cache_write_tokens"),
        *("audio_input_tokens", "audio_output_tokens", "cost_quality", "energy_quality", "baseline_nano_usd"),
    ),
    "config": (
        *("at_us", "result", "config_before", "config_after", "policy_before", "policy_after", "never_digest"),
        "opens",
    ),
    "event": ("at_us", "what", "subject", "since_us", "number", "digest", "reason"),
}
DIGESTS = ("body_digest", "digest")
TABLES = {1: "entry", 2: "config", 3: "event"}
"""What `leaf.of` says."""
_DETAILS = (
    "(SELECT json_group_array(json_array(what, word, style, count)) FROM"
    " (SELECT what, word, style, count FROM detail WHERE detail.seq = entry.seq ORDER BY what, word))"
)
_INDEX = (
    "SELECT count(*) FROM entry AS a INDEXED BY sqlite_autoindex_entry_1 JOIN entry AS b NOT INDEXED ON b.seq = a.seq"
    " WHERE (a.request_id, a.phase, a.attempt) IS NOT (b.request_id, b.phase, b.attempt)"
)
_PRUNED = "SELECT coalesce(max(number), 0) FROM event WHERE what = 'pruned' AND typeof(number) = 'integer'"
TILE = 8
"""A node is kept for each full subtree of so many levels."""
SIGNATURES = 256
"""So many of the last signatures are checked where nobody asks for all: each takes some milliseconds."""
SHOWN = 20
BLIND = (
    "What this cannot see: whoever owns the machine and its signing key can rewrite everything that came after the last "
    "checkpoint which is kept where they cannot write. Nor can it see a row that was never written."
)
NOT_CHECKED = (
    "Not checked, because no row is read from it: the list of words that new rows may use (table `word`), triggers, free space "
    "and the head of the file. A sound verdict is about rows, their order, and the texts of policies."
)
_UNREADABLE = (
    sqlite3.Error,
    sqlite3.Warning,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)
"""What reading a file can raise that somebody else wrote: it is damage, and never the end of the check without a verdict."""


def shown(value: object) -> str:
    """A value of the file for people: whoever altered it has no way to put words, or control characters, into a verdict."""
    if isinstance(value, int):
        return str(value)
    safe = (
        isinstance(value, str)
        and len(value) <= 64
        and value.isascii()
        and value.replace("/", "").replace("-", "").isalnum()
    )
    return str(value) if safe else f"({type(value).__name__})"


def canonical(table: str, have: frozenset[str] | set[str] | None = None) -> str:
    """The SQL expression for the bytes of a row of `table`, of which a record may `have` only some columns."""
    # A text in the place of a digest stays one, and bytes in the place of a text are an error of `json_array`.
    columns = [it if have is None or it in have else "NULL" for it in COLUMNS[table]]
    cells = [f"iif(typeof({it}) = 'blob', hex({it}), {it})" if it in DIGESTS else it for it in columns]
    details = [_DETAILS] if table == "entry" else []
    # The last column that holds something ends in a digit or a quotation mark.
    listed = ", ".join([f"'{table}'", f"{table}.seq", *details, *cells])
    return f"CAST(rtrim(json_array({listed}), 'nul,]') || ']' AS BLOB)"


def _log(connection: sqlite3.Connection) -> str:
    """The query for the log with the bytes of its rows. A record of an older gateway lacks columns, which are null there."""
    have = {table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")} for table in TABLES.values()}
    row = "WHEN {} THEN (SELECT {} FROM {} WHERE seq = leaf.seq)"
    rows = " ".join(row.format(of, canonical(it, have[it]), it) for of, it in TABLES.items())
    return f"SELECT idx, of, seq, hash, CASE of {rows} END FROM leaf NOT INDEXED ORDER BY idx"  # noqa: S608  names of our own


def leaf_hash(row: bytes) -> bytes:
    return hashlib.sha256(b"\0" + row).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def fold(edge: Sequence[bytes]) -> bytes:
    """The root above the full subtrees along the right edge of a tree, the largest first."""
    if not edge:
        return hashlib.sha256(b"").digest()
    root = edge[-1]
    for left in reversed(edge[:-1]):
        root = node_hash(left, root)
    return root


class Tree:
    """The right edge of a Merkle tree that grows."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        self.size = size
        self.edge = list(edge)

    @property
    def root(self) -> bytes:
        return fold(self.edge)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf; the nodes to keep that it completes, as level, place and hash."""
        made: list[tuple[int, int, bytes]] = []
        level, at, node, edge = 0, self.size, leaf, self.edge
        while at & 1:
            node = hashlib.sha256(b"\1" + edge.pop() + node).digest()
            level, at = level + 1, at >> 1
            if level % TILE == 0:
                made.append((level, at, node))
        edge.append(node)
        self.size += 1
        return made


# --- Ed25519 (RFC 8032, 5.1) -------------------------------------------------------------------------------------------

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_Point = tuple[int, int, int, int]


def _point(encoded: bytes) -> _Point | None:
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def _add(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) of `message` is by `public` (32 bytes)."""
    base, key = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")), _point(public)
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or key is None or base is None or s >= _ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _ORDER
    minus = (_P - key[0], key[1], 1, _P - key[3])
    sums = (None, base, minus, _add(base, minus))
    at: _Point = (0, 1, 1, 0)
    for bit in range(252, -1, -1):  # s times the base, less k times the key, together
        at = _add(at, at)
        term = sums[(s >> bit & 1) + 2 * (k >> bit & 1)]
        at = at if term is None else _add(at, term)
    inverse = pow(at[2], -1, _P)
    x, y = at[0] * inverse % _P, at[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- checkpoints (C2SP: signed note, tlog-checkpoint) -------------------------------------------------------------------


def key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n\1" + public).digest()[:4]


def vkey(name: str, public: bytes) -> str:
    """A verifier key, as signed notes write it."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(bytes([1]) + public).decode()}"


def public_of(text: str) -> tuple[str, bytes]:
    """Name and public key of a verifier key. Raises `ValueError`."""
    name, identity, encoded = text.strip().split("+", 2)
    key = base64.b64decode(encoded, validate=True)
    if len(key) != 33 or key[0] != 1 or key_id(name, key[1:]).hex() != identity:
        raise ValueError("this is no verifier key: expected NAME+8 hex digits+base64")
    return name, key[1:]


@dataclass(frozen=True)
class Checkpoint:
    """What somebody signed: so many rows, under this root. `signatures` are by name and key id."""

    origin: str
    size: int
    root: bytes
    body: bytes
    signatures: tuple[tuple[str, bytes], ...]

    def signed_by(self, keys: Sequence[tuple[str, bytes]]) -> bool:
        """Whether one of `keys` (name, public) signed it."""
        return any(
            said[:4] == key_id(name, public) and ed25519_holds(public, self.body, said[4:])
            for name, public in keys
            for by, said in self.signatures
            if by == name
        )


def checkpoints_in(text: str) -> Iterator[Checkpoint | int]:
    """The checkpoints of a file that holds one note after the other; the number of the line where one is none."""
    lines, at = text.split("\n"), 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        start = at
        while at < len(lines) and lines[at]:
            at += 1
        body, at = lines[start:at], at + 1
        signed = at
        while at < len(lines) and lines[at].startswith("\u2014 "):
            at += 1
        try:
            signatures = [line[2:].split(" ") for line in lines[signed:at]]
            said = tuple((name, base64.b64decode(encoded, validate=True)) for name, encoded in signatures)
            root = base64.b64decode(body[2], validate=True)
            whole = ("\n".join(body) + "\n").encode()
            yield Checkpoint(body[0], int(body[1]), root, whole, said)
        except (ValueError, IndexError, binascii.Error):
            yield start + 1


PROOF = "c2sp.org/tlog-proof@v1"


def proved(text: str, keys: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Place and row of each proof in `text` (C2SP tlog-proof, the row being its extra data), and what is wrong or ""."""
    known = [public_of(key) for key in keys]
    for part in text.split(PROOF + "\n")[1:]:
        place, row, wrong = 0, "", "this is no proof"
        try:
            head, _, note = part.partition("\n\n")
            extra, index, *hashes = head.split("\n")
            data, place = base64.b64decode(extra.split(" ")[1], validate=True), int(index.split(" ")[1])
            row = data.decode("ascii")
            (signed,) = checkpoints_in(note)
            path = [base64.b64decode(one, validate=True) for one in hashes]
            if isinstance(signed, Checkpoint):
                wrong = "" if signed.signed_by(known) else "its checkpoint is not signed by the key that was given"
                if _root_by(leaf_hash(data), place, signed.size, path) != signed.root:
                    wrong = "the row does not stand at this place of what was signed"
        except (ValueError, IndexError, binascii.Error):
            pass
        yield place, row, wrong


def _root_by(leaf: bytes, place: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf and its path lead to (RFC 9162, 2.1.3.2); None where they lead nowhere."""
    at, last, node = place, size - 1, leaf
    if not 0 <= at <= last:
        return None
    for one in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            node = node_hash(one, node)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, one)
        at, last = at >> 1, last >> 1
    return node if last == 0 else None


# --- the check ---------------------------------------------------------------------------------------------------------


@dataclass
class Verdict:
    """What was found. The record is sound as far as this can tell where there are no `problems`."""

    origin: str = ""
    size: int = 0
    root: bytes = b""
    pruned: int = 0
    key_told: bool = False
    checkpoints: int = 0
    signatures: int = 0
    held_to: int = 0
    """So many rows are covered by a checkpoint that was given and signed."""
    last_us: int = 0
    problems: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def found(self, kind: str, said: str) -> None:
        self.kinds[kind] += 1
        if self.kinds[kind] <= SHOWN:
            self.problems.append(f"{kind}: {said}")


class Walk:
    """Goes along the log once: each row against its leaf, each node, each root that was signed."""

    def __init__(self, connection: sqlite3.Connection, verdict: Verdict, wanted: dict[int, set[bytes]]) -> None:
        self._connection = connection
        self._verdict = verdict
        self._wanted = wanted
        self._tree = Tree()
        (self._pruned_to,) = connection.execute(_PRUNED).fetchone()
        self._nodes = {(level, at): said for level, at, said in connection.execute("SELECT level, idx, hash FROM node")}
        self._missing: Counter[int] = Counter()

    def run(self) -> None:
        tree, wanted, sha256 = self._tree, self._wanted, hashlib.sha256
        last = dict.fromkeys(TABLES, 0)
        self._signed()
        for idx, of, seq, kept, row in self._connection.execute(_log(self._connection)):
            leaf = kept
            if of not in last or type(seq) is not int:
                self._verdict.found("altered", f"place {idx} of the log names no row that there could be")
                leaf = _digest(kept)
            else:
                if row is None or idx != tree.size or seq <= last[of] or sha256(b"\0" + row).digest() != kept:
                    self._odd(idx, of, seq, row, last=last[of])
                    leaf = _digest(kept)
                last[of] = seq
            for level, at, made in tree.append(leaf):
                if self._nodes.pop((level, at), None) != made:
                    self._verdict.found("altered", f"node {level}/{at} of the tree is not what its rows make")
            if tree.size in wanted:
                self._signed()
        self._verdict.size, self._verdict.root = tree.size, tree.root
        self._left_over()

    def _odd(self, idx: int, of: int, seq: int, row: bytes | None, *, last: int) -> None:
        """Say what is wrong with a leaf or its row, unless it was pruned."""
        verdict, table = self._verdict, TABLES[of]
        if idx != self._tree.size:
            verdict.found("deleted", f"the log goes on at {idx} where {self._tree.size} should stand")
        if seq <= last:
            verdict.found("swapped", f"row {seq} of {table} stands after row {last}")
        if row is None:
            self._missing[of] += 1
            if of == 1 and idx < self._pruned_to:
                verdict.pruned += 1
            else:
                verdict.found("deleted", f"row {seq} of {table} is gone")
        elif idx == self._tree.size and seq > last:
            verdict.found("altered", f"row {seq} of {table} is not what was written")

    def _signed(self) -> None:
        roots = self._wanted.pop(self._tree.size, None)
        if roots and roots != {self._tree.root}:
            said = f"at {self._tree.size} rows a checkpoint names another root: rows before it were rewritten"
            self._verdict.found("forked", said)
        elif roots:
            self._verdict.held_to = self._tree.size

    def _left_over(self) -> None:
        """What the log does not lead to: rows, nodes, and checkpoints of rows that are not there."""
        verdict, connection = self._verdict, self._connection
        leaves = dict(connection.execute("SELECT of, count(*) FROM leaf GROUP BY of"))
        for of, table in TABLES.items():
            (there,) = connection.execute(f"SELECT count(*) FROM {table} NOT INDEXED").fetchone()  # noqa: S608
            if there == leaves.get(of, 0) - self._missing[of]:
                continue
            strange = f"SELECT seq FROM {table} NOT INDEXED WHERE seq NOT IN (SELECT seq FROM leaf WHERE of = ?)"  # noqa: S608
            for (seq,) in connection.execute(strange, (of,)):
                verdict.found("inserted", f"row {shown(seq)} of {table} stands in no log")
        for level, at in self._nodes:
            verdict.found("inserted", f"node {shown(level)}/{shown(at)} stands in no tree")
        for size in sorted(self._wanted):
            verdict.found("truncated", f"a checkpoint speaks of {size} rows, and the record has {verdict.size}")


def _digest(kept: object) -> bytes:
    """The hash that a leaf holds; one that is none was altered, was told, and the tree goes on as if it were zeros."""
    return kept if isinstance(kept, bytes) and len(kept) == 32 else bytes(32)


def verify(ledger: Path, *, checkpoints: str = "", keys: Sequence[str] = (), every_signature: bool = False) -> Verdict:
    """Check the record at `ledger` against itself, and against `checkpoints`, which were read before.

    Raises `OSError` where there is no file, and `ValueError` where one of `keys` is none: nothing in the file raises.
    """
    verdict = Verdict(key_told=bool(keys))
    known = [public_of(key) for key in keys]
    if not ledger.is_file():
        raise FileNotFoundError(f"{ledger} is not there.")
    try:
        with closing(
            sqlite3.connect(f"file:{quote(str(ledger))}?mode=ro", uri=True, isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA mmap_size = 1073741824")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("BEGIN")  # all that follows is read of one moment
            if _tables_are_tables(connection, verdict):
                _check(connection, verdict, checkpoints, known, every=every_signature)
    except _UNREADABLE as error:
        verdict.found("damaged", f"the file cannot be read as a record ({type(error).__name__})")
    return verdict


def _check(
    connection: sqlite3.Connection, verdict: Verdict, checkpoints: str, keys: list[tuple[str, bytes]], *, every: bool
) -> None:
    (origin,) = connection.execute("SELECT origin FROM log").fetchone()
    verdict.origin = shown(origin)
    if verdict.origin != origin:
        verdict.found("altered", "the log has a name that is none")
    given = _given(checkpoints, verdict, keys or _own_keys(connection, verdict.origin), every=every)
    Walk(connection, verdict, given).run()
    _beside(connection, verdict)


def _tables_are_tables(connection: sqlite3.Connection, verdict: Verdict) -> bool:
    """Asked before anything is read: a view in the place of a table can say, and take, whatever somebody likes."""
    kinds = dict(connection.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')"))
    wrong = [it for it in (*TABLES.values(), "detail", "leaf", "node", "policy", "log") if kinds.get(it) != "table"]
    for table in wrong:
        verdict.found("altered", f"{table} is no table")
    return not wrong


def _own_keys(connection: sqlite3.Connection, origin: str) -> list[tuple[str, bytes]]:
    rows = connection.execute("SELECT digest FROM event WHERE what = 'signing_key' ORDER BY seq")
    return [(origin, public) for (public,) in rows if isinstance(public, bytes)]


def _given(text: str, verdict: Verdict, keys: Sequence[tuple[str, bytes]], *, every: bool) -> dict[int, set[bytes]]:
    """The roots that were signed, by size; what stands in a file of checkpoints and is none is a problem."""
    ours: list[Checkpoint] = []
    for one in checkpoints_in(text):
        if isinstance(one, int):
            verdict.found("checkpoint", f"line {one} of the checkpoints begins none that can be read")
        elif one.origin == verdict.origin:
            ours.append(one)
        else:
            verdict.kinds["of another record"] += 1
    verdict.checkpoints = len(ours)
    if text.strip() and not ours:
        verdict.found("checkpoint", "none of the checkpoints is of this record: it was replaced, or they are another's")
    for place, one in enumerate(ours):
        if not every and place < len(ours) - SIGNATURES:
            continue
        verdict.signatures += 1
        if not one.signed_by(keys):
            verdict.found("signature", f"the checkpoint at {one.size} rows is not signed by a key that counts here")
    wanted: dict[int, set[bytes]] = {}
    for one in ours:
        wanted.setdefault(one.size, set()).add(one.root)
    return wanted


def _beside(connection: sqlite3.Connection, verdict: Verdict) -> None:
    """What no leaf covers: texts of policies, details without their row, tables that are none."""
    newest = "SELECT coalesce(max(at_us), 0) FROM entry NOT INDEXED WHERE typeof(at_us) = 'integer'"
    (verdict.last_us,) = connection.execute(newest).fetchone()
    for name, text in connection.execute("SELECT hash, CAST(text AS BLOB) FROM policy"):
        if hashlib.sha256(text or b"").hexdigest() != name:
            verdict.found("altered", f"the text of policy {shown(name)[:12]} is not the one that was in force")
    lost = "SELECT policy_after FROM config WHERE policy_after NOT IN (SELECT hash FROM policy)"
    for (name,) in connection.execute(lost).fetchall():
        verdict.found("deleted", f"the text of policy {shown(name)[:12]} is gone")
    strange = "SELECT hash FROM policy WHERE hash NOT IN (SELECT policy_after FROM config)"
    for (name,) in connection.execute(strange).fetchall():
        verdict.found("inserted", f"policy {shown(name)[:12]} was never in force")
    orphans = (
        "SELECT count(*) FROM detail LEFT JOIN entry NOT INDEXED ON entry.seq = detail.seq WHERE entry.seq IS NULL"
    )
    (count,) = connection.execute(orphans).fetchone()
    if count:
        verdict.found("inserted", f"{count} details belong to no row")
    (listed,) = connection.execute("SELECT count(*) FROM entry INDEXED BY sqlite_autoindex_entry_1").fetchone()
    (there,) = connection.execute("SELECT count(*) FROM entry NOT INDEXED").fetchone()
    (wrong,) = connection.execute(_INDEX).fetchone()
    if listed != there or wrong:
        verdict.found("altered", "the index of requests is not that of the rows: `show` would miss some")


def told(verdict: Verdict) -> list[str]:
    """The verdict in lines, for people."""
    lines = [f"record     {verdict.origin}", f"rows       {verdict.size}", f"root       {verdict.root.hex()}"]
    if verdict.pruned:
        lines.append(f"pruned     {verdict.pruned} rows are gone by a row that says so; their hashes are here, and fit")
    whose = "the keys that you gave" if verdict.key_told else "the keys that the record itself names (give --key)"
    if verdict.checkpoints:
        lines.append(f"held to    {verdict.checkpoints} checkpoints, up to row {verdict.held_to}; by {whose},")
        lines.append(f"           of whose signatures {verdict.signatures} were checked")
    else:
        lines.append(
            "held to    no checkpoint: rows cut off at the end, or a record rewritten as a whole, cannot be seen"
        )
    lines += [f"PROBLEM    {problem}" for problem in verdict.problems]
    if verdict.problems:
        total = sum(count for kind, count in verdict.kinds.items() if kind != "of another record")
        return [*lines, f"NOT SOUND: {total} problem{'' if total == 1 else 's'}.", BLIND]
    return [*lines, "SOUND: every row is as it was written, in its place.", BLIND]


def main(arguments: Sequence[str] | None = None) -> int:
    """0: sound; 1: not sound; 2: it could not be checked."""
    parser = argparse.ArgumentParser(description="Check a record of Triage Gateway.", epilog=f"{NOT_CHECKED} {BLIND}")
    parser.add_argument("ledger", type=Path, help="the record (ledger.db), or a copy that `gateway audit backup` made")
    parser.add_argument(
        "--proof", action="store_true", help="it is proofs that `gateway audit show ID --proof` printed"
    )
    parser.add_argument("--checkpoints", type=Path, metavar="FILE", help="the checkpoints that were kept elsewhere")
    parser.add_argument("--key", action="append", default=[], metavar="VKEY", help="what `gateway audit key` printed")
    parser.add_argument("--every-signature", action="store_true", help=f"and not only the last {SIGNATURES}")
    parser.add_argument("--json", action="store_true", help="the verdict as one JSON object")
    options = parser.parse_args(arguments)
    try:
        if options.proof:
            return say_proved(options.ledger.read_text(encoding="utf-8", errors="replace"), options.key)
        text = options.checkpoints.read_text(encoding="utf-8", errors="replace") if options.checkpoints else ""
        verdict = verify(options.ledger, checkpoints=text, keys=options.key, every_signature=options.every_signature)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    shown = json.dumps(as_json(verdict)) if options.json else "\n".join(told(verdict))
    sys.stdout.write(shown + "\n")
    return 1 if verdict.problems else 0


def say_proved(text: str, keys: Sequence[str]) -> int:
    """Say of each proof what it proves: 0 if all do; 1 if one does not, or there is none."""
    every = list(proved(text, keys))
    for place, row, wrong in every:
        sys.stdout.write(f"place {place}: {wrong or 'it stands in the record that was signed'}\n  {row}\n")
    bad = sum(bool(wrong) for _, _, wrong in every)
    sys.stdout.write(f"NOT PROVED: {bad} of {len(every)}.\n" if bad or not every else f"PROVED: {len(every)} rows.\n")
    return 1 if bad or not every else 0


def as_json(verdict: Verdict) -> dict[str, object]:
    return {**vars(verdict), "root": verdict.root.hex(), "kinds": dict(verdict.kinds), "sound": not verdict.problems}


if __name__ == "__main__":
    sys.exit(main())
