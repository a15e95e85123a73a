"""Disks that fail and clocks that jump: nothing that was acknowledged is lost, and no failure looks like success."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap

import pytest

from gateway.audit.verify_ledger import verify
from gateway.ports import LedgerUnavailable
from gateway.state.checkpoints import Checkpoints
from tests.kit.records import SEED
from tests.kit.source import ROOT

WRITER = """
    import asyncio, sys
    from pathlib import Path
    from gateway.ports import LedgerUnavailable
    from gateway.state.sqlite.ledger import Ledger
    from gateway.testing import RecordingSink
    from tests.kit.rows import WORDS, make_intent

    async def main(state, count, first):
        ledger = Ledger(state, words=WORDS, sink=RecordingSink(), retry_s=3600)
        for number in range(first, first + count):
            try:
                await ledger.intend(make_intent(number))
            except LedgerUnavailable:
                print("refused", number, flush=True)
            else:
                print("kept", number, flush=True)
        print("available", ledger.available, flush=True)
        ledger.close()

    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
"""


def command(state, count, first=0):
    setup = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    return [sys.executable, "-c", setup + textwrap.dedent(WRITER), str(state), str(count), str(first)]


def kept(state):
    reader = sqlite3.connect(state / "ledger.db")
    try:
        return {int(name[4:], 16) for (name,) in reader.execute("SELECT request_id FROM entry")}
    finally:
        reader.close()


def may_trace():
    """Whether strace is here and allowed to look at a child."""
    strace = shutil.which("strace")
    if strace is None:
        return False
    return subprocess.run([strace, "-qq", "-o", os.devnull, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not may_trace(), reason="needs strace and the right to trace")
@pytest.mark.parametrize("nth", [5, 9, 14])
def test_an_fsync_that_fails_is_no_success_and_is_not_tried_again_on_the_same_file(tmp_path, nth):
    """From the nth on every fsync fails, as on a disk that died: whatever was acknowledged before it is there."""
    subprocess.run(command(tmp_path / "state", 3, first=100), capture_output=True, check=True)
    failing = f"inject=fsync,fdatasync:error=EIO:when={nth}+"
    traced = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=fsync,fdatasync", "-e", failing]
    run = subprocess.run(
        [*traced, *command(tmp_path / "state", 40)], capture_output=True, text=True, timeout=120, check=False
    )
    said = [line.split() for line in run.stdout.splitlines()]
    acknowledged = {int(number) for word, number in said if word == "kept"}
    refused = {int(number) for word, number in said if word == "refused"}
    assert acknowledged, run.stderr
    assert refused
    assert max(acknowledged) < min(refused)
    assert ["available", "False"] in said
    assert acknowledged <= kept(tmp_path / "state")
    assert verify(tmp_path / "state" / "ledger.db").problems == []


def may_mount(folder):
    try:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "x", folder], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


@pytest.fixture
def disk(tmp_path):
    """A disk of one megabyte that may be made full, or read-only."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not may_mount(folder):
        pytest.skip("needs the right to mount")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_disk_that_is_full_takes_no_intent_and_keeps_what_it_took(disk):
    run = subprocess.run(command(disk / "state", 4000), capture_output=True, text=True, timeout=120, check=True)
    said = [line.split() for line in run.stdout.splitlines()]
    acknowledged = {int(number) for word, number in said if word == "kept"}
    assert acknowledged
    assert ["available", "False"] in said
    subprocess.run(["mount", "-o", "remount,size=8m", disk], check=True)
    assert acknowledged == kept(disk / "state")
    assert verify(disk / "state" / "ledger.db").problems == []


def remounted(disk, how):
    subprocess.run(["mount", "-o", f"remount,{how}", disk], check=True)


def test_a_disk_that_is_read_only_takes_no_intent_until_it_may_be_written(disk):
    def said():
        run = subprocess.run(
            command(disk / "state", 1, first=len(numbers)), capture_output=True, text=True, check=False
        )
        numbers.append(run.stdout.split()[:1])
        return run

    numbers: list[list[str]] = []
    assert said().stdout.startswith("kept 0")
    remounted(disk, "ro")
    assert "LedgerUnavailable" in said().stderr
    remounted(disk, "rw")
    assert said().stdout.startswith("kept 2")
    assert kept(disk / "state") == {0, 2}
    assert verify(disk / "state" / "ledger.db").problems == []


def test_a_file_that_somebody_else_keeps_locked_takes_no_intent(tmp_path, open_ledger, intent):
    """Another writer who does not let go is a file that fails: no intent is acknowledged meanwhile, and none later."""
    ledger = open_ledger(retry_s=3600)
    asyncio.run(ledger.intend(intent(1)))
    other = sqlite3.connect(tmp_path / "state" / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerUnavailable):
        asyncio.run(ledger.intend(intent(2)))
    assert not ledger.available
    other.execute("ROLLBACK")
    other.close()
    ledger.close()
    assert kept(tmp_path / "state") == {1}


async def test_a_clock_that_jumps_changes_no_order_and_no_proof(open_ledger, intent, outcome, tmp_path):
    checkpoints = Checkpoints(tmp_path / "elsewhere", seed=SEED)
    ledger = open_ledger(checkpoints=checkpoints)
    for number, at_us in enumerate((5_000_000, 1, 9_000_000_000_000_000, 2, 5_000_000)):
        await ledger.intend(intent(number, at_us=at_us))
        ledger.settle(outcome(number, at_us=at_us))
    ledger.close()
    verdict = verify(
        tmp_path / "state" / "ledger.db",
        checkpoints=checkpoints.path.read_text(),
        keys=[checkpoints.verifier_key(checkpoints.last().origin)],
    )
    assert (verdict.problems, verdict.size) == ([], 12)
