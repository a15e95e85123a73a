"""The second place: what is written there, and what is read back."""

from __future__ import annotations

import resource
import signal
import stat

import pytest

from gateway.audit.verify_ledger import Tree, leaf_hash, public_of
from gateway.state.checkpoints import Checkpoints

ORIGIN = "triage-gateway/ledger/0123456789abcdef"


def grown(size):
    tree = Tree()
    for number in range(size):
        tree.append(leaf_hash(bytes([number])))
    return tree


@pytest.fixture
def checkpoints(tmp_path):
    return Checkpoints(tmp_path / "elsewhere", seed=bytes(32))


def test_a_checkpoint_is_a_signed_note_with_origin_size_root_and_time(checkpoints):
    checkpoints.keep(ORIGIN, grown(3), at_s=1_790_000_000)
    lines = checkpoints.path.read_text().split("\n")
    assert lines[:2] == [ORIGIN, "3"]
    assert lines[3] == "2026-09-21T14:13:20Z"
    assert lines[4] == ""
    assert lines[5].startswith(f"\u2014 {ORIGIN} ")
    assert stat.S_IMODE(checkpoints.path.stat().st_mode) == 0o600


def test_the_last_one_of_a_record_is_found_among_those_of_others(checkpoints):
    assert checkpoints.last() is None
    for origin, size in ((ORIGIN, 3), (ORIGIN, 5), (ORIGIN + "0", 9)):
        checkpoints.keep(origin, grown(size), at_s=1.0)
    ours, any_of_them = checkpoints.last(ORIGIN), checkpoints.last()
    assert ours is not None
    assert any_of_them is not None
    assert (ours.size, ours.root) == (5, grown(5).root)
    assert any_of_them.size == 9
    assert ours.signed_by([public_of(checkpoints.verifier_key(ORIGIN))])
    assert not ours.signed_by([public_of(Checkpoints(checkpoints.path, seed=bytes([1] * 32)).verifier_key(ORIGIN))])


def test_what_cannot_be_written_whole_is_taken_back(checkpoints):
    checkpoints.keep(ORIGIN, grown(3), at_s=1.0)
    before = checkpoints.path.read_bytes()
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 40, limits[1]))
    try:
        with pytest.raises(OSError):  # noqa: PT011  whichever the system gives
            checkpoints.keep(ORIGIN, grown(4), at_s=1.0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert checkpoints.path.read_bytes() == before
    checkpoints.keep(ORIGIN, grown(4), at_s=1.0)
    assert checkpoints.last().size == 4


def test_the_log_of_the_machine_hears_of_it_where_somebody_asked(tmp_path, monkeypatch):
    heard = []
    monkeypatch.setattr("syslog.syslog", lambda _level, text: heard.append(text))
    Checkpoints(tmp_path / "a", seed=bytes(32)).keep(ORIGIN, grown(2), at_s=1.0)
    assert heard == []
    Checkpoints(tmp_path / "a", seed=bytes(32), to_syslog=True).keep(ORIGIN, grown(2), at_s=1.0)
    assert heard[0].startswith(f"checkpoint {ORIGIN} 2 ")
