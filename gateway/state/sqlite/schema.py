"""The ledger's tables, and how a row becomes one of theirs; a text that is not a known word finds no place in them.

Every text column refers to `word`, which holds the enums of the code and the names of the configuration and is filled
only from there. What a caller wrote is therefore refused by the database itself, not by good intentions.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from enum import StrEnum

from gateway import domain, events
from gateway.audit.verify_ledger import TILE
from gateway.domain import Settlement
from gateway.errors import GatewayError
from gateway.ports import AttemptRow, ConfigRow, EventRow, IntentRow, Row
from gateway.state.sqlite.bill_columns import BILLED, billed
from gateway.state.sqlite.policy_columns import ASKED, EMERGENCY, OPENS

MAX_OPENS = 50
"""Sentences kept of one configuration: more than anybody reads."""
VERSION = 9
APPLICATION_ID = 0x54524731  # "TRG1": says `file` and every reader whose database this is

DDL = """
CREATE TABLE IF NOT EXISTS word (
    name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200 AND name NOT GLOB '*[^ -~]*')
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS entry (
    seq INTEGER PRIMARY KEY,
    at_us INTEGER NOT NULL CHECK (at_us > 0),
    phase TEXT NOT NULL CHECK (phase IN ('intent', 'attempt', 'outcome')),
    request_id TEXT NOT NULL CHECK (request_id GLOB 'req_*' AND length(request_id) BETWEEN 20 AND 44
                                    AND substr(request_id, 5) NOT GLOB '*[^0-9a-z]*'),
    attempt INTEGER NOT NULL CHECK (attempt BETWEEN 0 AND 1000),
    operation TEXT NOT NULL REFERENCES word,
    dialect TEXT REFERENCES word,
    caller TEXT REFERENCES word,
    route TEXT REFERENCES word,
    agent TEXT REFERENCES word,
    target TEXT REFERENCES word,
    provider TEXT REFERENCES word,
    provider_kind TEXT REFERENCES word,
    model TEXT REFERENCES word,
    sensitivity TEXT REFERENCES word,
    destination TEXT REFERENCES word,
    result TEXT REFERENCES word,
    reason TEXT REFERENCES word,
    error_code TEXT REFERENCES word,
    policy_hash TEXT CHECK (length(policy_hash) BETWEEN 8 AND 64 AND policy_hash NOT GLOB '*[^0-9a-f]*'),
    body_digest BLOB CHECK (length(body_digest) = 32),
    body_bytes INTEGER CHECK (body_bytes >= 0),
    status INTEGER CHECK (status BETWEEN 100 AND 999),
    attempts INTEGER CHECK (attempts >= 0),
    duration_us INTEGER CHECK (duration_us >= 0),
    overhead_us INTEGER CHECK (overhead_us >= 0),
    first_token_us INTEGER CHECK (first_token_us >= 0),
    input_tokens INTEGER CHECK (input_tokens >= 0),
    output_tokens INTEGER CHECK (output_tokens >= 0),
    cached_input_tokens INTEGER CHECK (cached_input_tokens >= 0),
    reasoning_tokens INTEGER CHECK (reasoning_tokens >= 0),
    cost_nano_usd INTEGER CHECK (cost_nano_usd >= 0),
    energy_nwh INTEGER CHECK (energy_nwh >= 0),
    CHECK (phase <> 'intent' OR (body_digest IS NOT NULL AND policy_hash IS NOT NULL AND target IS NOT NULL)),
    CHECK (phase <> 'outcome' OR (status IS NOT NULL AND result IS NOT NULL)),
    UNIQUE (request_id, phase, attempt)
) STRICT;

CREATE TABLE IF NOT EXISTS detail (
    seq INTEGER NOT NULL REFERENCES entry,
    what TEXT NOT NULL CHECK (what IN ('found', 'redacted', 'unknown', 'rule', 'trait')),
    word TEXT NOT NULL REFERENCES word,
    style TEXT REFERENCES word,
    count INTEGER CHECK (count > 0),
    PRIMARY KEY (seq, what, word)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS outage (
    from_us INTEGER NOT NULL CHECK (from_us > 0),
    to_us INTEGER NOT NULL CHECK (to_us >= from_us),
    lost INTEGER NOT NULL CHECK (lost >= 0)
) STRICT;
"""

HASH = "CHECK (length({column}) = 64 AND {column} NOT GLOB '*[^0-9a-f]*')"
CONFIGURED = f"""
CREATE TABLE IF NOT EXISTS policy (
    hash TEXT NOT NULL PRIMARY KEY {HASH.format(column="hash")},
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS config (
    seq INTEGER PRIMARY KEY,
    at_us INTEGER NOT NULL CHECK (at_us > 0),
    result TEXT NOT NULL REFERENCES word,
    config_before TEXT {HASH.format(column="config_before")},
    config_after TEXT NOT NULL {HASH.format(column="config_after")},
    policy_before TEXT {HASH.format(column="policy_before")},
    policy_after TEXT NOT NULL REFERENCES policy
) STRICT;
"""
"""What was in force when. The text of a policy is an administrator's, and no caller's."""

NEVER = f"""
ALTER TABLE config ADD COLUMN never_digest TEXT {HASH.format(column="never_digest")};
"""
"""The HMAC of what an administrator lets pass as nobody's."""

LOGGED = f"""
ALTER TABLE entry ADD COLUMN config_hash TEXT
    CHECK (length(config_hash) BETWEEN 8 AND 64 AND config_hash NOT GLOB '*[^0-9a-f]*');
ALTER TABLE entry ADD COLUMN baa_ref TEXT REFERENCES word;
ALTER TABLE entry ADD COLUMN baa_end INTEGER CHECK (baa_end BETWEEN 10101 AND 99991231);
ALTER TABLE entry ADD COLUMN detectors INTEGER CHECK (detectors >= 0);
ALTER TABLE entry ADD COLUMN detector TEXT REFERENCES word;

CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    at_us INTEGER NOT NULL CHECK (at_us > 0),
    what TEXT NOT NULL REFERENCES word,
    subject TEXT REFERENCES word,
    since_us INTEGER CHECK (since_us > 0),
    number INTEGER CHECK (number >= 0),
    digest BLOB CHECK (length(digest) = 32)
) STRICT;

CREATE TABLE log (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    origin TEXT NOT NULL CHECK (origin GLOB 'triage-gateway/ledger/*' AND origin NOT GLOB '*[^a-z0-9/-]*')
) STRICT;

CREATE TABLE leaf (
    idx INTEGER PRIMARY KEY CHECK (idx >= 0),
    of INTEGER NOT NULL CHECK (of BETWEEN 1 AND 3),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE node (
    level INTEGER NOT NULL CHECK (level > 0 AND level % {TILE} = 0),
    idx INTEGER NOT NULL CHECK (idx >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO word (name) VALUES ('{events.Noted.OUTAGE}');
INSERT INTO event (at_us, what, since_us, number) SELECT to_us, '{events.Noted.OUTAGE}', from_us, lost FROM outage;
DROP TABLE outage;
"""  # noqa: S608  names of our own
"""The tree over all rows, what else happened to the record, and what an auditor asks of a row. `baa_end` is YYYYMMDD."""

TABLES = ("entry", "detail", "policy", "config")
# A guard against accidents, not against an owner of the file.
GUARD = """
CREATE TRIGGER IF NOT EXISTS {table}_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
"""
VERBS = ("UPDATE", "DELETE")
GUARDS = "".join(GUARD.format(table=table, verb=verb) for table in TABLES for verb in VERBS)
LOG_GUARDS = "".join(GUARD.format(table=it, verb=verb) for it in ("event", "log", "leaf", "node") for verb in VERBS)

MIGRATIONS = {
    1: """
ALTER TABLE entry ADD COLUMN overhead_us INTEGER CHECK (overhead_us >= 0);
ALTER TABLE entry ADD COLUMN energy_nwh INTEGER CHECK (energy_nwh >= 0);
""",
    2: CONFIGURED + GUARDS,
    3: NEVER,
    4: ASKED,
    5: LOGGED + LOG_GUARDS,
    6: OPENS,
    7: EMERGENCY,
    8: BILLED,
}
"""What makes a ledger of each older version one of the next. Rows that are there stay as they are."""

ENUMS: tuple[type[StrEnum], ...] = (
    *(domain.Kind, domain.UnknownReason, domain.Trait, domain.Operation, domain.Dialect, domain.ProviderKind),
    *(domain.Style, domain.Outcome, domain.Sensitivity, domain.Destination, events.AttemptResult, events.ReloadResult),
    *(events.Noted, domain.Quality),
)

Cell = str | int | bytes | None
Detail = tuple[str, str, str | None, int | None]
_DETAIL = "INSERT INTO detail (seq, what, word, style, count) VALUES (?, ?, ?, ?, ?)"


def prepare(connection: sqlite3.Connection) -> None:
    """Create the tables in a new file and make sure of the version of an old one. Raises `sqlite3.Error`."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise sqlite3.NotSupportedError("the ledger was written by a newer gateway")
    if version < VERSION:
        steps = (
            "".join(MIGRATIONS[old] for old in range(version, VERSION))
            if version
            else DDL + CONFIGURED + GUARDS + NEVER + ASKED + LOGGED + LOG_GUARDS + OPENS + EMERGENCY + BILLED
        )
        stamp = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
        connection.executescript(f"BEGIN IMMEDIATE; {steps} {stamp} COMMIT;")
    connection.execute("BEGIN IMMEDIATE")  # one by one they would be two hundred commits
    learn(connection, own_words())
    connection.execute("COMMIT")


def own_words() -> Iterator[str]:
    """The enums and error codes of the code."""
    for enum in ENUMS:
        yield from enum
    pending: list[type[GatewayError]] = [GatewayError]
    while pending:
        error = pending.pop()
        pending.extend(error.__subclasses__())
        yield error.code


def learn(connection: sqlite3.Connection, words: Iterable[str]) -> None:
    """Add words; what is empty, over 200 characters or not printable ASCII is left out, and its rows are refused."""
    rows = [(str(word),) for word in words]
    connection.executemany("INSERT OR IGNORE INTO word (name) VALUES (?)", rows)


def insert_all(connection: sqlite3.Connection, rows: Iterable[Row], *, after: int) -> None:
    """Write many rows, faster than one by one; `after` is the last number of `entry`. Raises as `insert`: then roll back."""
    alike: dict[tuple[str, ...], list[tuple[Cell, ...]]] = {}
    details: list[tuple[Cell, ...]] = []
    seq = after
    for row in rows:
        if isinstance(row, ConfigRow | EventRow):
            insert(connection, row)
            continue
        seq += 1
        cells, more = _cells(row)
        alike.setdefault(tuple(cells), []).append((seq, *cells.values()))
        details += [(seq, *detail) for detail in more]
    for columns, listed in alike.items():
        marks = ", ".join("?" * (len(columns) + 1))
        connection.executemany(f"INSERT INTO entry (seq, {', '.join(columns)}) VALUES ({marks})", listed)  # noqa: S608
    connection.executemany(_DETAIL, details)


def insert(connection: sqlite3.Connection, row: Row) -> None:
    """Write one row with its details. Raises `sqlite3.IntegrityError` where the schema refuses it."""
    if isinstance(row, ConfigRow):
        _configured(connection, row)
        return
    if isinstance(row, EventRow):
        _noted(connection, row)
        return
    cells, details = _cells(row)
    columns, marks = ", ".join(cells), ", ".join("?" * len(cells))
    # Column names come from this module.
    cursor = connection.execute(f"INSERT INTO entry ({columns}) VALUES ({marks})", tuple(cells.values()))  # noqa: S608
    if details:
        seq = cursor.lastrowid
        connection.executemany(_DETAIL, [(seq, *detail) for detail in details])


def _noted(connection: sqlite3.Connection, row: EventRow) -> None:
    cells = (row.at_us, row.what, row.subject or None, row.since_us, row.number, row.digest or None, row.reason or None)
    connection.execute(
        "INSERT INTO event (at_us, what, subject, since_us, number, digest, reason) VALUES (?, ?, ?, ?, ?, ?, ?)", cells
    )


def _configured(connection: sqlite3.Connection, row: ConfigRow) -> None:
    if hashlib.sha256(row.policy_text.encode()).hexdigest() != row.policy_after:
        raise ValueError("a policy is kept under the hash of its text")
    connection.execute("INSERT OR IGNORE INTO policy (hash, text) VALUES (?, ?)", (row.policy_after, row.policy_text))
    before = (row.config_before or None, row.policy_before or None)
    opens = json.dumps(row.opens[:MAX_OPENS]) if row.opens else None
    connection.execute(
        "INSERT INTO config "
        "(at_us, result, config_before, policy_before, config_after, policy_after, never_digest, opens) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (row.at_us, row.result, *before, row.config_after, row.policy_after, row.never_digest or None, opens),
    )


def _cells(row: IntentRow | AttemptRow | Settlement) -> tuple[dict[str, Cell], list[Detail]]:
    match row:
        case IntentRow():
            return _intent(row)
        case AttemptRow():
            return _attempt(row), []
        case Settlement():
            return _outcome(row)


def _intent(row: IntentRow) -> tuple[dict[str, Cell], list[Detail]]:
    cells: dict[str, Cell] = {
        "phase": "intent",
        "at_us": row.at_us,
        "request_id": row.request_id,
        "attempt": row.attempt,
        "operation": row.operation,
        "dialect": row.dialect,
        "caller": row.caller or None,
        "route": row.route or None,
        "agent": row.agent or None,
        "target": row.target or None,
        "provider": row.provider or None,
        "provider_kind": row.provider_kind,
        "model": row.model or None,
        "sensitivity": row.sensitivity,
        "policy_hash": row.policy_hash,
        "body_digest": row.body_digest,
        "body_bytes": row.body_bytes,
        "label": ",".join(row.labels) or None,
        "config_hash": row.config_hash or None,
        "baa_ref": row.baa_ref or None,
        "baa_end": row.baa_end,
        "detectors": row.detectors,
        "detector": row.detector or None,
        "emergency": row.emergency or None,
    }
    details: list[Detail] = [("redacted", kind, style, None) for kind, style in row.redacted.items()]
    details += [("unknown", reason, None, None) for reason in row.unknowns]
    details += [("rule", rule, None, None) for rule in dict.fromkeys(row.rules)]
    details += [("trait", trait, None, None) for trait in row.traits]
    return cells, details


def _attempt(row: AttemptRow) -> dict[str, Cell]:
    return {
        "phase": "attempt",
        "at_us": row.at_us,
        "request_id": row.request_id,
        "attempt": row.attempt,
        "operation": row.operation,
        "target": row.target or None,
        "provider": row.provider or None,
        "provider_kind": row.provider_kind,
        "model": row.model or None,
        "result": row.result,
        "status": row.status,
        "duration_us": _micro(row.duration_s),
        "destination": row.destination,
    }


def _outcome(row: Settlement) -> tuple[dict[str, Cell], list[Detail]]:
    cells: dict[str, Cell] = {
        "phase": "outcome",
        "at_us": row.at_us,
        "request_id": row.request_id,
        "attempt": 0,
        "operation": row.operation,
        "dialect": row.dialect,
        "caller": row.caller or None,
        "route": row.route or None,
        "agent": row.agent or None,
        "target": row.target or None,
        "provider": row.provider or None,
        "provider_kind": row.provider_kind,
        "model": row.model or None,
        "sensitivity": row.sensitivity,
        "destination": row.destination,
        "result": row.outcome,
        "reason": row.reason or None,
        "error_code": row.error_code or None,
        "policy_hash": row.policy_hash or None,
        "status": row.status,
        "attempts": row.attempts,
        "duration_us": row.duration_us,
        "overhead_us": row.overhead_us,
        "first_token_us": row.first_token_us,
        **billed(row),
        "label": ",".join(row.labels) or None,
        "agents": ",".join(row.agents) or None,
        "counted": ",".join(row.counted) or None,
        "agent_unclear": int(row.agent_unclear),
        "config_hash": row.config_hash or None,
        "detectors": row.detectors,
        "detector": row.detector or None,
        "emergency": row.emergency or None,
    }
    details: list[Detail] = [("found", kind, None, count) for kind, count in row.found.items()]
    details += [("redacted", kind, None, None) for kind in row.redacted]
    details += [("unknown", reason, None, None) for reason in row.unknowns]
    details += [("rule", rule, None, None) for rule in dict.fromkeys(row.rules)]
    return cells, details


def _micro(seconds: float) -> int:
    return max(round(seconds * 1_000_000), 0)
