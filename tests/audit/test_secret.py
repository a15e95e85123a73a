"""The secret and its keys."""

from __future__ import annotations

import hashlib
import hmac
import stat

import pytest

from gateway.audit.secret import Purpose, SecretUnusable, derive, digest, hkdf_sha256, override, read_or_make

# RFC 5869, appendix A, test cases 1 to 3.
VECTORS = [
    (
        "0b" * 22,
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        42,
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        bytes(range(0x50)).hex(),
        bytes(range(0x60, 0xB0)).hex(),
        bytes(range(0xB0, 0x100)).hex(),
        82,
        (
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
            "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
        ),
    ),
    ("0b" * 22, "", "", 42, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
]


@pytest.mark.parametrize(("key", "salt", "info", "length", "expected"), VECTORS)
def test_hkdf_gives_the_vectors_of_rfc_5869(key, salt, info, length, expected):
    output = hkdf_sha256(bytes.fromhex(key), salt=bytes.fromhex(salt), info=bytes.fromhex(info), length=length)

    assert output.hex() == expected


@pytest.mark.parametrize("length", [0, -1, 8161])
def test_hkdf_refuses_lengths_it_cannot_give(length):
    with pytest.raises(ValueError, match="8160"):
        hkdf_sha256(b"k", salt=b"", info=b"", length=length)


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
