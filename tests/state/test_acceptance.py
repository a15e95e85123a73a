"""What is accepted is good once, for one configuration; what is kept can be read again by its owner only."""

from __future__ import annotations

import stat

import pytest

from gateway.state import acceptance

HASH = "0f1e2d3c4b5a6978"


def test_what_waits_is_the_last_that_was_told_to(tmp_path):
    assert acceptance.waiting(tmp_path) == ""
    for named in ("0123456789abcdef", "fedcba9876543210"):
        acceptance.wait(tmp_path, named)
        assert acceptance.waiting(tmp_path) == named
    acceptance.wait(tmp_path, "")
    acceptance.wait(tmp_path, "")
    assert acceptance.waiting(tmp_path) == ""
    (tmp_path / acceptance.WAITS).write_text("no hash")
    assert acceptance.waiting(tmp_path) == ""


def test_it_is_used_once_and_for_nothing_else(tmp_path):
    assert not acceptance.use(tmp_path, HASH)
    acceptance.accept(tmp_path, HASH)
    assert not acceptance.use(tmp_path, HASH[::-1])
    assert acceptance.use(tmp_path, HASH)
    assert not acceptance.use(tmp_path, HASH)


@pytest.mark.parametrize("text", ["", "0f1e", HASH.upper(), HASH + "0", "é" * 16])
def test_what_is_no_hash_accepts_nothing(tmp_path, text):
    (tmp_path / acceptance.ACCEPTED).write_text(text)
    assert not acceptance.use(tmp_path, text)
    assert not acceptance.is_hash(text)


def test_a_configuration_is_kept_for_its_owner_alone(tmp_path):
    assert acceptance.kept(tmp_path) is None
    acceptance.keep(tmp_path, config="version: 1\n", rules={"p.yaml": "x"}, tests={})
    assert acceptance.kept(tmp_path) == ("version: 1\n", {"p.yaml": "x"}, {})
    assert stat.S_IMODE((tmp_path / acceptance.KEPT).stat().st_mode) == 0o600
    (tmp_path / acceptance.KEPT).write_text("{}")
    assert acceptance.kept(tmp_path) is None
    acceptance.forget(tmp_path)
    acceptance.forget(tmp_path)
    assert not (tmp_path / acceptance.KEPT).exists()
