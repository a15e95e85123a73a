"""What a running gateway says about itself to other processes."""

from __future__ import annotations

import os
import stat

import pytest

from gateway.state import in_force
from gateway.state.in_force import FILE, InForceNote

NOTE = InForceNote(
    pid=7,
    reading=3,
    ok=True,
    said=("The configuration was read again.",),
    policy_text="[]",
    own_words="{}",
    url="http://127.0.0.1:9000",
)


def test_a_note_is_read_as_it_was_written_and_is_ours_alone(tmp_path):
    in_force.write(tmp_path, NOTE)
    assert in_force.read(tmp_path) == NOTE
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_what_keeps_a_status_from_being_written_is_said(tmp_path):
    in_force.write_status(tmp_path, number=1, tree={"ready": True})
    assert in_force.hindrance(tmp_path) == ""
    assert in_force.read_status(tmp_path, pid=os.getpid()) == (1, {"ready": True})
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]
    (tmp_path / "status.part").mkdir()
    assert in_force.hindrance(tmp_path) == "Is a directory"


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", '{"pid": 1}', '{"pid": "x", "reading": 1, "ok": true, "said": []}']
)
def test_what_is_no_note_is_none(tmp_path, text):
    if text is not None:
        (tmp_path / FILE).write_text(text)
    assert in_force.read(tmp_path) is None
