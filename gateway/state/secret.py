"""The one secret of an installation and the keys derived from it; it never leaves this machine and is never logged."""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from enum import StrEnum
from pathlib import Path

from gateway.hkdf import hkdf_sha256

FILE = "secret"
SECRET_BYTES = 32
MIN_OVERRIDE_CHARS = 32


class Purpose(StrEnum):
    """What a derived key is for; keys of different purposes tell nothing about each other."""

    AUDIT = "audit"
    PSEUDONYM = "pseudonym"
    CACHE = "cache"
    CHECKPOINT = "checkpoint"


class SecretUnusable(Exception):
    """The secret cannot be read, made or trusted; the message says what to do and holds no part of it."""


def override(text: str) -> bytes:
    """The secret out of `GATEWAY_SECRET`: 64 or more hex digits, or at least 32 characters. Raises `SecretUnusable`."""
    text = text.strip()
    if len(text) < MIN_OVERRIDE_CHARS:
        raise SecretUnusable("GATEWAY_SECRET is too short: give it 32 characters or more (`openssl rand -hex 32`).")
    if len(text) >= 2 * SECRET_BYTES:
        try:
            return bytes.fromhex(text)
        except ValueError:
            pass  # a passphrase, not hex
    return text.encode()


def read_or_make(state_dir: Path, *, fresh: bytes = b"") -> bytes:
    """The secret of `state_dir`, made on first start with mode 0600: `fresh`, or a random one.

    Raises `SecretUnusable` where others may read it or it is damaged, `OSError` where the directory cannot be used.
    """
    path = state_dir / FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    secret = fresh or secrets.token_bytes(SECRET_BYTES)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)  # half of one, on a full disk, would look like a damaged one
        raise
    return secret


def _read(path: Path) -> bytes:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SecretUnusable(f"{path} can be read by others: run `chmod 600 {path}`.")
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise SecretUnusable(f"{path} is damaged: restore it from a backup, or remove it to begin with a new one.")
    return secret


def derive(secret: bytes, purpose: Purpose) -> bytes:
    """The 32-byte key for one purpose."""
    return hkdf_sha256(secret, salt=b"", info=b"triage-gateway/" + purpose.encode())


def digest(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256 of `data`: says later that two things were the same, and nothing else about them."""
    return hmac.digest(key, data, "sha256")
