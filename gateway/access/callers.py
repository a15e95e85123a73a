"""Tells from a presented key which caller it is; keeps digests only, compares in constant time, never repeats a key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from gateway.domain import Caller
from gateway.errors import InvalidApiKey

MAX_KEY_CHARS: Final = 512


@dataclass(frozen=True, slots=True)
class Keyring:
    """SHA-256 digests of the callers' keys, and whose they are."""

    entries: tuple[tuple[bytes, Caller], ...] = ()

    def owner(self, key: str) -> Caller | None:
        """The caller whose key this is; takes the same time whichever it is, or none."""
        if not key or len(key) > MAX_KEY_CHARS:
            return None
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
        found: Caller | None = None
        for known, caller in self.entries:
            if hmac.compare_digest(known, digest):
                found = caller
        return found


def authenticate(authorization: str, x_api_key: str, *, keyring: Keyring, anonymous: Caller | None) -> Caller:
    """The caller who presents `Authorization: Bearer` or `x-api-key` ("" when absent).

    `anonymous` is who calls a listener that asks for no key (SDKs send some made-up key there, which is ignored), or
    None where a key is needed: then raises `InvalidApiKey`.
    """
    for key in (bearer(authorization), x_api_key.strip()):
        caller = keyring.owner(key)
        if caller is not None:
            return caller
    if anonymous is not None:
        return anonymous
    raise InvalidApiKey(
        "A valid key is needed: `Authorization: Bearer <key>` or `x-api-key: <key>`. "
        "An administrator makes one with `gateway keys new NAME`."
    )


def presented(authorization: str, x_api_key: str) -> bool:
    """Whether there is a key in the headers at all: another scheme than `Bearer`, or nothing after it, is none."""
    return bool(bearer(authorization) or x_api_key.strip())


def bearer(authorization: str) -> str:
    """The token of an `Authorization: Bearer` header (RFC 6750), or ""."""
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
