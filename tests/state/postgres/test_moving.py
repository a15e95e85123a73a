"""A record is moved into a database and read back: the same rows, the same root, or nothing."""

from __future__ import annotations

import json
import sqlite3

import psycopg
import pytest

from gateway.audit.verify_ledger import verify
from gateway.cli import parser
from gateway.ports import LedgerUnavailable
from gateway.state.checkpoints import Checkpoints
from gateway.state.postgres.ledger import Database, PostgresLedger
from gateway.state.postgres.moving import copy_out, move_in
from gateway.state.readable import readable
from gateway.state.sqlite.reader import Asked, select
from gateway.testing import RecordingSink
from tests.kit.patience import SOON_S
from tests.kit.records import SEED, make_record
from tests.kit.rows import WORDS, make_intent


def run(words):
    options = parser().parse_args(words)
    return options.run(options)


def test_a_record_that_was_moved_has_the_same_rows_and_the_same_root(database, tmp_path):
    record = make_record(tmp_path / "old", 300)
    size, root = move_in(record.ledger, database, check=tmp_path / "check.db")
    before = record.verdict()
    assert (size, root) == (before.size, before.root)
    copy_out(database, tmp_path / "copy.db")
    text = record.checkpoints.read_text()
    after = verify(tmp_path / "copy.db", checkpoints=text, keys=[record.key])
    assert (after.problems, after.size, after.root, after.held_to) == ([], before.size, before.root, before.held_to)


def test_a_part_holds_the_rows_that_are_asked_for_and_their_details(database, tmp_path):
    record = make_record(tmp_path / "old", 30)
    move_in(record.ledger, database, check=tmp_path / "check.db")
    everything = list(select(record.ledger, Asked()))
    some = next(row.as_json() for row in everything if row.as_json().get("phase") == "intent")

    def seen(**part):
        with readable("nowhere", database, tuple, **part) as path:
            return [row.as_json() for row in select(path, Asked()) if row.as_json().get("request_id")]

    of_one = [row.as_json() for row in everything if row.as_json().get("request_id") == some["request_id"]]
    assert seen(request_id=some["request_id"]) == of_one
    late = [row.as_json() for row in everything if row.as_json().get("request_id") and row.at_us >= some["at_us"] + 5]
    assert seen(since_us=some["at_us"] + 5) == late
    assert 0 < len(of_one) < len(late) < len(everything)


def test_a_policy_is_replayed_over_the_shared_record_and_found_in_it_by_its_hash(configured, database, capsys):
    assert run(["audit", "migrate"]) == 0
    configured.ledger.unlink()
    with psycopg.connect(database) as reader:
        ((hash_of_one,),) = reader.execute("SELECT hash FROM policy LIMIT 1").fetchall()
    capsys.readouterr()
    run(["policy", "diff", hash_of_one, "policies", "--traffic", "9999d"])
    said = capsys.readouterr()
    assert "There is no record" not in said.err
    assert "recorded requests:" in said.out


async def test_gateways_go_on_with_it_and_its_old_checkpoints_hold(database, tmp_path):
    record = make_record(tmp_path / "old", 20)
    size, _ = move_in(record.ledger, database, check=tmp_path / "check.db")
    checkpoints = Checkpoints(record.checkpoints, seed=SEED)
    ledger = PostgresLedger(
        Database(database, limit_s=SOON_S), words=WORDS, sink=RecordingSink(), checkpoints=checkpoints
    )
    await ledger.intend(make_intent(9_999))
    ledger.close()
    copy_out(database, tmp_path / "copy.db")
    after = verify(tmp_path / "copy.db", checkpoints=record.checkpoints.read_text(), keys=[record.key])
    assert (after.problems, after.size, after.held_to) == ([], size + 1, size + 1)


def test_a_database_that_holds_a_record_takes_no_other(database, tmp_path):
    move_in(make_record(tmp_path / "one", 3).ledger, database, check=tmp_path / "check-1.db")
    with pytest.raises(LedgerUnavailable, match="already"):
        move_in(make_record(tmp_path / "other", 3).ledger, database, check=tmp_path / "check-2.db")


def test_a_record_that_is_not_sound_is_not_moved(database, tmp_path):
    record = make_record(tmp_path / "old", 10)
    with sqlite3.connect(record.ledger) as altering:
        altering.execute("DROP TRIGGER entry_UPDATE")
        altering.execute("UPDATE entry SET caller = 'triage' WHERE seq = 4")
    with pytest.raises(LedgerUnavailable, match="not sound"):
        move_in(record.ledger, database, check=tmp_path / "check.db")
    with psycopg.connect(database) as reader:
        assert reader.execute("SELECT count(*) FROM entry").fetchone() == (0,)


def test_a_database_that_changes_what_it_is_given_is_found_out_and_keeps_nothing(database, tmp_path):
    with psycopg.connect(database.replace("gateway@", "postgres@"), autocommit=True) as owner:
        owner.execute(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.body_bytes := 1; RETURN NEW; END $$"
        )
        owner.execute("CREATE TRIGGER spoil BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION spoil()")
    with pytest.raises(LedgerUnavailable, match="another record"):
        move_in(make_record(tmp_path / "old", 10).ledger, database, check=tmp_path / "check.db")
    with psycopg.connect(database.replace("gateway@", "postgres@"), autocommit=True) as owner:
        assert owner.execute("SELECT count(*) FROM log").fetchone() == (0,)
        owner.execute("DROP FUNCTION spoil CASCADE")


@pytest.fixture
def configured(database, tmp_path, monkeypatch):
    """A configuration with a record in `state_dir` that `ledger.url` does not have yet."""
    (tmp_path / "config.yaml").write_text(f"version: 1\nledger: {{url: '{database}'}}\nstate_dir: state\n")
    (tmp_path / "policies").mkdir()
    record = make_record(tmp_path / "state", 5)
    record.checkpoints.rename(tmp_path / "state" / "ledger.checkpoints")
    monkeypatch.chdir(tmp_path)
    return record


def test_the_commands_move_it_and_read_it_where_it_is(configured, capsys):
    assert run(["audit", "migrate"]) == 0
    assert "root is the same" in capsys.readouterr().out
    configured.ledger.unlink()
    assert run(["audit", "verify", "--key", configured.key, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["problems"], told["rows"] if "rows" in told else told["size"]) == ([], 18)
    assert run(["audit", "tail", "-n", "3", "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert run(["audit", "key"]) == 0
    assert capsys.readouterr().out.strip() == configured.key
    assert run(["audit", "prune", "--yes"]) == 1
    assert "owner" in capsys.readouterr().err
    assert run(["audit", "restored", "--yes"]) == 0 or "secret" in capsys.readouterr().err


def test_what_cannot_be_moved_is_said(configured, capsys, tmp_path):
    assert run(["audit", "migrate", "--state-dir", str(tmp_path / "nowhere")]) == 1
    assert "There is no record" in capsys.readouterr().err
    (tmp_path / "config.yaml").write_text("version: 1\nstate_dir: state\n")
    assert run(["audit", "migrate"]) == 1
    assert "names no database" in capsys.readouterr().err
    (tmp_path / "config.yaml").write_text(
        "version: 1\nledger: {url: 'postgresql://gateway@127.0.0.1:1/x'}\nstate_dir: state\n"
    )
    for command in (["migrate"], ["verify"], ["tail"]):
        assert run(["audit", *command]) != 0
        assert "127.0.0.1:1/x" in capsys.readouterr().err
