"""Makes keys for callers; a key is shown once, and what is kept of it is its beginning and a digest."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final

from gateway.domain import Permission
from gateway.ports import StoredKey

PREFIX: Final = "tgw_"
PREFIX_CHARS: Final = len(PREFIX) + 8
"""So much of a key is public and names it: 40 of its 160 bits."""
_SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to hand to a caller, and the digest that goes into `config.yaml`."""

    key: str = field(repr=False)
    sha256: str

    def stored(
        self, name: str, *, agents: tuple[str, ...], routes: tuple[str, ...], may: tuple[Permission, ...], made_us: int
    ) -> StoredKey:
        """What the key store keeps of it, for `name` with this grant."""
        salt = secrets.token_bytes(_SALT_BYTES)
        return StoredKey(
            prefix=self.key[:PREFIX_CHARS],
            name=name,
            salt=salt,
            digest=salted(self.key, salt),
            agents=agents,
            routes=routes,
            may=may,
            made_us=made_us,
        )


def new_key() -> NewKey:
    """A fresh key of 160 random bits: the prefix, which secret scanners can look for, and 32 base32 characters."""
    key = PREFIX + base64.b32encode(secrets.token_bytes(20)).decode("ascii").lower()
    return NewKey(key, hashlib.sha256(key.encode("ascii")).hexdigest())


def salted(key: str, salt: bytes) -> bytes:
    """The digest that the key store keeps.

    One round of SHA-256 and no slow hash: nobody guesses the 120 bits that are secret, and every request pays for it.
    """
    return hashlib.sha256(salt + key.encode("utf-8", "surrogatepass")).digest()


def snippet(name: str, key: NewKey, *, agents: tuple[str, ...] = ()) -> str:
    """The lines for `config.yaml` that admit `name` with `key`, as these agents or as any."""
    granted = f", agents: [{', '.join(agents)}]" if agents else ""
    return f'callers:\n  {name}: {{key_sha256: "{key.sha256}"{granted}}}\n'
