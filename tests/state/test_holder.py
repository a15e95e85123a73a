"""One gateway at a time on one `state_dir`."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys

import pytest

from gateway.state.holder import FILE, Holder, StateDirInUse, holder_of
from tests.kit.source import ROOT

HOLDS = """
import sys
from pathlib import Path
from gateway.state.holder import Holder
holder = Holder(Path(sys.argv[1]))
print("holds", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds the directory."""
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "holds\n"
        yield process
        process.kill()


def test_whoever_runs_is_found_and_nobody_after(tmp_path):
    assert holder_of(tmp_path) is None
    with Holder(tmp_path):
        assert holder_of(tmp_path) == os.getpid()
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert holder_of(tmp_path) is None


def test_a_second_gateway_is_told_which_one_runs_and_what_to_do(tmp_path, other):
    with pytest.raises(StateDirInUse, match=f"process {other.pid}") as caught:
        Holder(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "state_dir" in str(caught.value)
    assert holder_of(tmp_path) == other.pid


def test_a_gateway_that_was_killed_holds_nothing(tmp_path, other):
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert holder_of(tmp_path) is None
    Holder(tmp_path).release()


def test_children_do_not_keep_the_directory_of_a_gateway_that_ended(tmp_path):
    holder = Holder(tmp_path)
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as child:
        holder.release()
        assert holder_of(tmp_path) is None
        child.kill()


def test_a_directory_that_cannot_be_made_is_an_os_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        Holder(tmp_path / "file" / "state")
