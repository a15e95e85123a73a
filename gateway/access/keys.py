"""Makes keys for callers; the key is shown once and only its digest is kept."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field

PREFIX = "tgw_"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to hand to a caller, and the digest that goes into `config.yaml`."""

    key: str = field(repr=False)
    sha256: str


def new_key() -> NewKey:
    """A fresh key of 160 random bits: the prefix, which secret scanners can look for, and 32 base32 characters."""
    key = PREFIX + base64.b32encode(secrets.token_bytes(20)).decode("ascii").lower()
    return NewKey(key, hashlib.sha256(key.encode("ascii")).hexdigest())


def snippet(name: str, key: NewKey, *, agents: tuple[str, ...] = ()) -> str:
    """The lines for `config.yaml` that admit `name` with `key`, as these agents or as any."""
    granted = f", agents: [{', '.join(agents)}]" if agents else ""
    return f'callers:\n  {name}: {{key_sha256: "{key.sha256}"{granted}}}\n'
