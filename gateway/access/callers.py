"""Tells from a presented key which caller it is; keeps digests only, compares in constant time, never repeats a key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

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


class Keys(Protocol):
    """Knows whose a key is. Raises `GatewayError` where it knows that it must admit nobody by this one."""

    def owner(self, key: str) -> Caller | None: ...


def authenticate(
    authorization: str, x_api_key: str, *, keys: Sequence[Keys], anonymous: Callable[[], Caller | None]
) -> Caller:
    """The caller who presents `Authorization: Bearer` or `x-api-key` ("" when absent) a key of any of `keys`, in their order.

    `anonymous` is who calls a listener that asks for no key (SDKs send some made-up key there, which is ignored), or
    None where a key is needed: then raises `InvalidApiKey`.
    """
    given = [key for key in (bearer(authorization), x_api_key.strip()) if key]
    for known in keys:
        for key in given:
            caller = known.owner(key)
            if caller is not None:
                return caller
    if (nobody := anonymous()) is not None:
        return nobody
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
