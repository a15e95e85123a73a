"""The secret and its keys."""

from __future__ import annotations

import hashlib
import hmac
import stat

import pytest

from gateway.state.secret import Purpose, SecretUnusable, derive, digest, override, read_or_make


def test_the_first_start_makes_a_secret_that_only_we_can_read(tmp_path):
    secret = read_or_make(tmp_path)

    assert len(secret) == 32
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert read_or_make(tmp_path) == secret


def test_two_installations_have_two_secrets(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    assert read_or_make(tmp_path / "a") != read_or_make(tmp_path / "b")


def test_a_secret_that_others_can_read_is_refused(tmp_path):
    read_or_make(tmp_path)
    (tmp_path / "secret").chmod(0o640)

    with pytest.raises(SecretUnusable, match="chmod 600"):
        read_or_make(tmp_path)


def test_a_damaged_secret_is_refused_and_not_replaced(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(b"short")
    path.chmod(0o600)

    with pytest.raises(SecretUnusable, match="damaged"):
        read_or_make(tmp_path)
    assert path.read_bytes() == b"short"


def test_a_directory_that_cannot_be_written_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match="secret"):
        read_or_make(tmp_path / "absent")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("ab" * 32, bytes([0xAB] * 32)),
        (f"  {'ab' * 40}\n", bytes([0xAB] * 40)),
        ("correct horse battery staple etc!", b"correct horse battery staple etc!"),
        ("z" * 64, b"z" * 64),
        ("a" * 32, b"a" * 32),
    ],
)
def test_the_environment_may_give_the_secret(text, secret):
    assert override(text) == secret


@pytest.mark.parametrize("text", ["", "hunter2", "ab" * 15])
def test_a_short_secret_is_refused_without_being_quoted(text):
    with pytest.raises(SecretUnusable) as caught:
        override(text)

    assert not text or text not in str(caught.value)


def test_each_purpose_has_its_own_key_and_keeps_it():
    keys = {purpose: derive(b"s" * 32, purpose) for purpose in Purpose}

    assert len(set(keys.values())) == len(Purpose)
    assert all(len(key) == 32 for key in keys.values())
    assert keys[Purpose.AUDIT].hex() == "a792d8ccf144bda923a51f4c86b36bc02ff24ad7893d427d834cf470d6dc8571"
    assert derive(b"t" * 32, Purpose.AUDIT) != keys[Purpose.AUDIT]


def test_a_digest_is_an_hmac():
    assert digest(b"key", b"data") == hmac.new(b"key", b"data", hashlib.sha256).digest()
