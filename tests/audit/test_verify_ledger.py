"""The verifier, against RFCs, another implementation, and whoever tampers."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit import verify_ledger as v
from gateway.state.checkpoints import Checkpoints
from gateway.state.sqlite import schema
from tests.kit.records import SEED, TAMPERING, a_byte_of_the_file, copied, make_record, tampered

SCRIPT = Path(v.__file__)


def head(leaves):
    """Merkle tree hash as RFC 9162, 2.1.1 defines it, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + head(leaves[:k]) + head(leaves[k:])).digest()


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 8, 255, 256, 257, 700])
def test_the_tree_is_the_one_of_the_standard(size):
    leaves = [str(number).encode() for number in range(size)]
    tree = v.Tree()
    nodes = [node for leaf in leaves for node in tree.append(v.leaf_hash(leaf))]
    assert (tree.size, tree.root) == (size, head(leaves))
    assert nodes == [(8, at, head(leaves[256 * at : 256 * at + 256])) for at in range(size // 256)]


RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_signatures_of_the_standard_hold(public, message, signature):
    assert v.ed25519_holds(*map(bytes.fromhex, (public, message, signature)))


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 63), st.integers(0, 7))
def test_a_signature_holds_for_its_text_and_key_and_for_no_other(seed, message, place, bit):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert v.ed25519_holds(public, message, signature)
    assert not v.ed25519_holds(public, message + b".", signature)
    flipped = bytearray(signature)
    flipped[place] ^= 1 << bit
    assert not v.ed25519_holds(public, message, bytes(flipped))
    order = (2**252 + 27742317777372353535851937790883648493 + int.from_bytes(signature[32:], "little")) % 2**256
    assert not v.ed25519_holds(public, message, signature[:32] + order.to_bytes(32, "little"))


@pytest.mark.parametrize("key", [b"\xff" * 32, b"", bytes(31), (2).to_bytes(32, "little")])
def test_what_is_no_key_signs_nothing(key):
    assert not v.ed25519_holds(key, b"", bytes(64))


def test_a_verifier_key_is_read_as_it_was_written():
    name = "triage-gateway/ledger/0123456789abcdef"
    key = v.vkey(name, bytes(32))
    assert v.public_of(key) == (name, bytes(32))
    with pytest.raises(ValueError, match="no verifier key"):
        v.public_of(key.replace("+AQ", "+Ag"))


# --- a sound record ------------------------------------------------------------------------------------------------------


def test_a_sound_record_is_said_to_be_sound(record):
    verdict = record.verdict()
    assert verdict.problems == []
    assert (verdict.checkpoints, verdict.held_to) == (3, verdict.size)
    assert verdict.size == 3 * 300 + 3  # and that it began, its key, its configuration
    assert "SOUND" in "\n".join(v.told(verdict))


def test_the_verifier_runs_alone_with_a_bare_python(record, tmp_path):
    alone = tmp_path / "alone" / "check.py"
    alone.parent.mkdir()
    alone.write_text(SCRIPT.read_text())
    command = [sys.executable, "-I", "-S", str(alone), str(record.ledger), "--checkpoints", str(record.checkpoints)]

    def run_it(*more):
        return subprocess.run([*command, "--key", record.key, *more], capture_output=True, text=True, check=False)

    run = run_it("--json")
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout)["sound"] is True
    tampered(record, "a row deleted", random.Random(1))
    run = run_it()
    assert run.returncode == 1
    assert "deleted: row" in run.stdout
    assert "What this cannot see" in run.stdout


def test_a_record_that_is_not_there_is_no_verdict(tmp_path, capsys):
    assert v.main([str(tmp_path / "none.db")]) == 2
    assert "not there" in capsys.readouterr().err


def test_every_column_is_part_of_what_is_hashed(record):
    connection = sqlite3.connect(record.ledger)
    for table, columns in v.COLUMNS.items():
        there = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        assert set(columns) == set(there) - {"seq"}, table
    assert {row[1] for row in connection.execute("PRAGMA table_info(detail)")} == {
        "seq",
        "what",
        "word",
        "style",
        "count",
    }
    connection.close()


def test_the_bytes_of_a_row_are_what_the_page_says(record):
    connection = sqlite3.connect(record.ledger)
    row = bytes(connection.execute(f"SELECT {v.canonical('entry')} FROM entry WHERE phase = 'intent'").fetchone()[0])
    parsed = json.loads(row)
    assert row == json.dumps(parsed, separators=(",", ":")).encode()
    assert parsed[:2] == ["entry", 1]
    assert parsed[2] == [
        ["redacted", "mrn", "token", None],
        ["redacted", "name", "token", None],
        ["rule", "no-phi", None, None],
        ["trait", "baa", None, None],
    ]
    values = dict(zip(v.COLUMNS["entry"], parsed[3:], strict=False))
    assert (values["phase"], values["body_digest"], values["target"]) == ("intent", "00" * 32, "sonnet")
    assert parsed[-1] is not None
    connection.close()


# --- a record that is not ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_found_wherever_it_is(record, tmp_path, how):
    for place in range(3):
        copy = copied(record, tmp_path / str(place))
        tampered(copy, how, random.Random(f"{how}{place}"))
        assert copy.verdict().problems, (how, place)


@pytest.mark.parametrize("how", sorted(set(TAMPERING) - {"the end cut off", "rewritten with all its hashes"}))
def test_most_of_it_is_found_without_a_checkpoint(record, how):
    tampered(record, how, random.Random(how))
    assert record.verdict(given=False).problems


@pytest.mark.parametrize("how", ["the end cut off", "rewritten with all its hashes"])
def test_what_only_a_checkpoint_can_tell_is_said_where_there_is_none(record, how):
    tampered(record, how, random.Random(how))
    verdict = record.verdict(given=False)
    assert verdict.problems == []
    assert "cannot be seen" in "\n".join(v.told(verdict))


@pytest.mark.parametrize("place", range(8))
def test_a_bit_that_flips_on_the_disk_is_found(record, place):
    assert a_byte_of_the_file(record, random.Random(place))
    assert record.verdict().problems


def test_a_copy_of_an_earlier_day_is_told_from_the_record(record, tmp_path):
    earlier = make_record(tmp_path / "earlier", 100)
    later = make_record(tmp_path / "later", 300)
    assert v.verify(earlier.ledger, checkpoints=later.checkpoints.read_text()).problems


def test_a_signature_by_somebody_else_counts_for_nothing(record):
    other = Checkpoints(record.checkpoints.with_name("other"), seed=SEED[::-1])
    forged = record.checkpoints.read_text()
    connection = sqlite3.connect(record.ledger)
    (origin,) = connection.execute("SELECT origin FROM log").fetchone()
    connection.close()
    other.keep(origin, v.Tree(5, [bytes(32), bytes(32)]), at_s=1.0)
    verdict = v.verify(record.ledger, checkpoints=forged + "\n" + other.path.read_text(), keys=[record.key])
    assert {"signature", "forked"} <= set(verdict.kinds)


def test_checkpoints_of_another_record_are_not_this_ones(record, tmp_path):
    other = make_record(tmp_path / "other", 5)
    verdict = v.verify(record.ledger, checkpoints=other.checkpoints.read_text())
    assert "none of the checkpoints is of this record" in "\n".join(verdict.problems)


@pytest.mark.parametrize("torn", ["no checkpoint\n", "a\n1\n", "a\nx\nAAAA\n\n\u2014 a AAAA\n"])
def test_what_is_no_checkpoint_is_said_with_its_line(record, torn):
    text = record.checkpoints.read_text() + "\n" + torn
    verdict = v.verify(record.ledger, checkpoints=text, keys=[record.key])
    assert verdict.kinds["checkpoint"] == 1
    assert "line" in verdict.problems[0]


def test_a_file_that_is_no_record_is_damaged_and_no_error(tmp_path):
    path = tmp_path / "ledger.db"
    path.write_bytes(b"no database" * 999)
    assert v.verify(path).kinds["damaged"] == 1


def test_every_table_that_is_hashed_is_append_only():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.prepare(connection)
    triggers = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    tables = (*v.TABLES.values(), "detail", "policy", "leaf", "node", "log")
    assert triggers >= {f"{table}_{verb}" for table in tables for verb in ("UPDATE", "DELETE")}
    connection.close()


def test_a_record_of_an_older_gateway_without_later_columns_verifies(tmp_path):
    record = make_record(tmp_path / "old", 20)
    with closing(sqlite3.connect(record.ledger)) as connection:
        for guard in ("entry_UPDATE", "event_UPDATE"):
            connection.execute(f"DROP TRIGGER IF EXISTS {guard}")
        connection.execute("ALTER TABLE entry DROP COLUMN emergency")
        connection.execute("ALTER TABLE event DROP COLUMN reason")
        connection.commit()
    assert record.verdict().problems == []
