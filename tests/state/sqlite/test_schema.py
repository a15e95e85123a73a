"""What the tables take, and what they refuse."""

from __future__ import annotations

import hashlib
import sqlite3

import pytest

from gateway.domain import Kind, Style, Usage
from gateway.events import Noted
from gateway.ports import EventRow
from gateway.state.sqlite import schema
from tests.kit.rows import make_config

CANARY = "Zebulon Quarkenbusch"


@pytest.fixture
def connection():
    opened = sqlite3.connect(":memory:", isolation_level=None)
    opened.execute("PRAGMA foreign_keys = ON")
    schema.prepare(opened)
    words = ["soma", "triage", "pathologist", "sonnet", "fast", "anthropic-eu", "ollama", "claude-sonnet-4", "no-phi"]
    schema.learn(opened, [*words, "allowed"])
    yield opened
    opened.close()


def test_an_intent_says_what_leaves_for_where_and_without_what(connection, intent):
    schema.insert(connection, intent())

    entry = connection.execute("SELECT phase, caller, target, sensitivity, body_bytes FROM entry").fetchone()
    details = connection.execute("SELECT what, word, style FROM detail ORDER BY what, word").fetchall()
    assert entry == ("intent", "soma", "sonnet", "phi", 812)
    assert details == [
        ("redacted", "mrn", "token"),
        ("redacted", "name", "token"),
        ("rule", "no-phi", None),
        ("trait", "baa", None),
    ]


def test_an_outcome_counts_in_whole_numbers(connection, outcome):
    schema.insert(connection, outcome())

    columns = "result, duration_us, overhead_us, first_token_us, input_tokens, cost_nano_usd, energy_nwh"
    numbers = (1250000, 4000, 250000, 100, 450000, 250000001)
    assert connection.execute(f"SELECT {columns} FROM entry").fetchone() == ("ok", *numbers)
    found = "SELECT word, count FROM detail WHERE what = 'found'"
    assert connection.execute(found).fetchone() == ("mrn", 2)


def test_what_is_not_known_is_null_and_not_zero(connection, outcome):
    schema.insert(
        connection, outcome(usage=Usage(), cost_nano_usd=None, energy_nwh=None, first_token_us=None, target="")
    )

    columns = "input_tokens, cost_nano_usd, energy_nwh, first_token_us, target"
    assert connection.execute(f"SELECT {columns} FROM entry").fetchone() == (None,) * 5


def test_an_attempt_on_the_premises_is_a_row_too(connection, attempt):
    schema.insert(connection, attempt())

    columns = "phase, target, result, status, duration_us"
    assert connection.execute(f"SELECT {columns} FROM entry").fetchone() == ("attempt", "fast", "ok", 200, 500000)


@pytest.mark.parametrize(
    "column",
    [
        *("request_id", "operation", "dialect", "caller", "route", "agent", "target", "provider", "provider_kind"),
        *("model", "sensitivity", "policy_hash", "body_digest", "body_bytes", "attempt", "at_us"),
    ],
)
def test_a_free_text_finds_no_place_in_an_intent(connection, intent, column):
    with pytest.raises((sqlite3.Error, TypeError)):
        schema.insert(connection, intent(**{column: CANARY}))


@pytest.mark.parametrize(
    "column",
    [
        *("request_id", "operation", "dialect", "caller", "route", "agent", "target", "provider", "provider_kind"),
        *("model", "sensitivity", "policy_hash", "outcome", "reason", "error_code", "destination"),
        *("status", "attempts", "duration_us", "overhead_us", "first_token_us", "cost_nano_usd", "energy_nwh", "at_us"),
    ],
)
def test_a_free_text_finds_no_place_in_an_outcome(connection, outcome, column):
    with pytest.raises((sqlite3.Error, TypeError)):
        schema.insert(connection, outcome(**{column: CANARY}))


@pytest.mark.parametrize(
    "changes",
    [
        {"redacted": {CANARY: Style.TOKEN}},
        {"redacted": {Kind.MRN: CANARY}},
        {"rules": (CANARY,)},
        {"unknowns": frozenset({CANARY})},
        {"traits": frozenset({CANARY})},
        {"body_digest": b"too short"},
        {"body_digest": None},
        {"policy_hash": ""},
        {"request_id": "req_" + "x" * 60},
        {"request_id": "req_ZEBULONQUARKENBUSCH"},
        {"request_id": "8675309"},
        {"attempt": -1},
        {"target": ""},
    ],
)
def test_an_intent_with_anything_else_in_it_is_refused(connection, intent, changes):
    with pytest.raises(sqlite3.Error):
        schema.insert(connection, intent(**changes))


def test_every_text_column_is_bound_to_the_known_words_or_to_a_pattern(connection):
    for table in ("entry", "detail", "event"):
        bound = {row[3] for row in connection.execute(f"PRAGMA foreign_key_list({table})")}
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[2] == "TEXT"]
        listed = {"label", "agents", "counted"}  # bound by triggers, below
        checked = {"phase", "request_id", "policy_hash", "config_hash", "what"} | listed
        assert set(columns) - bound - checked == set()


@pytest.mark.parametrize("column", ["label", "agents", "counted"])
def test_a_list_holds_known_words_only(connection, outcome, column):
    schema.learn(connection, ["part2", "hiv"])
    schema.insert(connection, outcome(1, **{"labels" if column == "label" else column: ("hiv", "part2")}))
    assert connection.execute(f"SELECT {column} FROM entry").fetchall() == [("hiv,part2",)]
    for words in (("hiv", "Mr Smith"), ('hiv","part2',), ("hiv]",)):
        with pytest.raises(sqlite3.Error):
            schema.insert(connection, outcome(2, **{"labels" if column == "label" else column: words}))


@pytest.mark.parametrize("word", ["", "line\nbreak", "naïve", "x" * 201, "tab\t"])
def test_a_word_that_no_name_looks_like_is_not_learnt(connection, intent, word):
    schema.learn(connection, [word])

    assert connection.execute("SELECT count(*) FROM word WHERE name = ?", (word,)).fetchone() == (0,)


def test_the_same_try_of_the_same_request_is_written_once(connection, intent):
    schema.insert(connection, intent())

    with pytest.raises(sqlite3.IntegrityError):
        schema.insert(connection, intent())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET status = 200",
        "DELETE FROM entry",
        "DELETE FROM detail",
        "UPDATE config SET at_us = 1",
        "DELETE FROM policy",
    ],
)
def test_the_record_is_append_only(connection, intent, statement):
    schema.insert(connection, intent())
    schema.insert(connection, make_config())

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)


def test_a_ledger_of_a_newer_gateway_is_left_alone(connection):
    connection.execute("PRAGMA user_version = 99")

    with pytest.raises(sqlite3.NotSupportedError, match="newer"):
        schema.prepare(connection)


def test_a_ledger_of_the_first_version_is_taken_up_with_its_rows(intent, outcome):
    older = schema.DDL.replace("    overhead_us INTEGER CHECK (overhead_us >= 0),\n", "").replace(
        "energy_nwh", "energy_mwh"
    )
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(older + "PRAGMA user_version = 1;")
    schema.learn(connection, ["soma", "fast", "ollama", "m", *schema.own_words()])
    columns = "at_us, phase, request_id, attempt, operation, result, status, energy_mwh"
    connection.execute(
        f"INSERT INTO entry ({columns}) VALUES (1, 'outcome', 'req_{'0' * 20}', 0, 'chat', 'ok', 200, 5)"
    )

    schema.prepare(connection)
    schema.learn(connection, ["sonnet", "anthropic-eu", "claude-sonnet-4", "allowed"])
    schema.insert(connection, outcome())

    assert connection.execute("SELECT energy_mwh, energy_nwh, overhead_us FROM entry ORDER BY seq").fetchall() == [
        (5, None, None),
        (None, 250_000_001, 4_000),
    ]
    assert connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    connection.close()


def test_an_existing_ledger_is_kept(connection, intent):
    schema.insert(connection, intent())

    schema.prepare(connection)

    assert connection.execute("SELECT count(*) FROM entry").fetchone() == (1,)


def test_what_came_into_force_is_kept_with_the_text_of_its_policy_once(connection):
    for number in range(2):
        schema.insert(connection, make_config(number))

    rows = connection.execute("SELECT result, config_before, config_after, policy_after FROM config").fetchall()
    assert rows == [("ok", "a" * 64, "b" * 64, make_config().policy_after)] * 2
    ((name, text),) = connection.execute("SELECT hash, text FROM policy").fetchall()
    assert name == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "changes",
    [
        {"policy_text": "[]x"},
        {"policy_after": "d" * 64},
        {"config_after": ""},
        {"config_after": CANARY},
        {"config_before": CANARY},
        {"result": CANARY},
    ],
)
def test_a_row_about_a_configuration_holds_hashes_and_nothing_else(connection, changes):
    with pytest.raises((sqlite3.Error, ValueError)):
        schema.insert(connection, make_config(**changes))


def test_a_gap_in_the_record_is_written_down(connection):
    schema.insert(connection, EventRow(at_us=5, what=Noted.OUTAGE, since_us=1, number=3))

    assert connection.execute("SELECT at_us, what, since_us, number FROM event").fetchall() == [(5, "outage", 1, 3)]
