"""The question is one that `openssl ts` reads, and of its answers what they say is read; nothing else passes for one."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.audit.timestamp import NotGranted, question, read
from tests.kit.authority import authority, openssl

DIGEST = hashlib.sha256(b"a root").digest()


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    with authority(tmp_path_factory.mktemp("tsa") / "authority") as made:
        yield made


@pytest.mark.parametrize("nonce", [0, 1, 127, 128, 2**63 - 1])
def test_openssl_reads_the_question(tsa, tmp_path, nonce):
    (tmp_path / "asked").write_bytes(question(DIGEST, nonce))
    said = openssl("ts", "-query", "-in", tmp_path / "asked", "-text").lower()
    assert "hash algorithm: sha256" in said
    assert DIGEST[:8].hex(" ") in said
    assert "certificate required: yes" in said
    stamp = read(tsa.reply(question(DIGEST, nonce)))
    assert (stamp.digest, stamp.nonce) == (DIGEST, nonce)
    assert stamp.at.endswith("Z")
    assert len(stamp.at) == len("2026-12-01T03:00:00Z")


def test_only_a_sha256_is_asked_about():
    with pytest.raises(ValueError, match="SHA-256"):
        question(b"Maria Lopez", 1)


def test_a_refusal_is_no_stamp(tsa):
    asked = bytearray(question(DIGEST, 7))
    asked[asked.index(bytes.fromhex("0403040201")[:0] + bytes.fromhex("608648016503040201")) + 8] = (
        0x03  # SHA-512's name
    )
    with pytest.raises(NotGranted):
        read(tsa.reply(bytes(asked)))


def test_whatever_is_cut_off_or_longer_is_no_answer(tsa):
    whole = tsa.reply(question(DIGEST, 7))
    for end in range(len(whole)):
        with pytest.raises((ValueError, IndexError)):
            read(whole[:end])
    with pytest.raises(ValueError, match="follows"):
        read(whole + b"0")


@given(st.binary(max_size=200))
@example(b"")
@example(b"0\x84\xff\xff\xff\xff")
@example(b"0\x80")
def test_noise_is_no_answer(noise):
    with pytest.raises((ValueError, IndexError)):
        read(noise)


def test_a_bit_that_is_flipped_is_noticed_or_makes_no_difference_to_what_is_said(tsa):
    """It stands where only the signature speaks, which `openssl ts -verify` checks."""
    whole = tsa.reply(question(DIGEST, 7))
    said = read(whole)
    place = whole.index(DIGEST)
    for at in range(place, place + 32):
        flipped = bytearray(whole)
        flipped[at] ^= 1
        assert read(bytes(flipped)).digest != said.digest
