"""A row of the record proves itself to somebody who has nothing but the proof and the key."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest

from gateway.audit import verify_ledger
from gateway.audit.verify_ledger import proved
from gateway.ports import LedgerUnavailable
from gateway.state.sqlite.proofs import proofs
from tests.kit.records import make_record


def name(number):
    return f"req_{number:032x}"


def made(record, number, **more):
    given = {"checkpoints": record.checkpoints.read_text(), "keys": [record.key], **more}
    return "\n".join(proofs(record.ledger, name(number), **given))


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return make_record(tmp_path_factory.mktemp("record"), 271, every=90)


@pytest.mark.parametrize("number", [0, 1, 63, 85, 89, 90, 179, 255, 270])
def test_each_row_of_a_request_proves_itself(record, number):
    every = list(proved(made(record, number), [record.key]))
    assert [wrong for _, _, wrong in every] == ["", "", ""]
    assert all(name(number) in row for _, row, _ in every)


def test_a_small_log_too(tmp_path):
    record = make_record(tmp_path / "small", 1, every=1)
    assert [wrong for *_, wrong in proved(made(record, 0), [record.key])] == ["", "", ""]


def test_whatever_is_changed_proves_nothing(record):
    text = made(record, 85)
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if not line or line.startswith(("c2sp", "\u2014")):
            continue
        word = line.split(" ")[-1]
        other = {"extra": base64.b64encode(b"[]").decode()}.get(
            line.split(" ")[0], word[:-3] + "AA=" if len(word) > 8 else "7"
        )
        changed = [*lines[:at], line.replace(word, other), *lines[at + 1 :]]
        if changed[at] != line:
            assert any(wrong for *_, wrong in proved("\n".join(changed), [record.key])), line


def test_another_key_proves_nothing(record, tmp_path):
    other = verify_ledger.vkey(record.key.split("+")[0], bytes(32))
    assert all("not signed" in wrong for *_, wrong in proved(made(record, 3), [other]))


def test_what_nobody_signed_is_said(record):
    with pytest.raises(LedgerUnavailable, match="No signed checkpoint"):
        made(record, 270, checkpoints="")
    assert made(record, 10_000) == ""


def test_the_verifier_checks_it_with_a_bare_python(record, tmp_path):
    (tmp_path / "proofs.txt").write_text(made(record, 5), encoding="utf-8")
    alone = [sys.executable, "-I", verify_ledger.__file__, str(tmp_path / "proofs.txt"), "--proof", "--key", record.key]
    run = subprocess.run(alone, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, "PROVED: 3 rows.")
    (tmp_path / "proofs.txt").write_text("", encoding="utf-8")
    assert subprocess.run(alone, capture_output=True, check=False).returncode == 1
