"""HKDF-SHA256 (RFC 5869): keys for different purposes out of one secret; keeps none and reads none."""

from __future__ import annotations

import hmac
from typing import Final

HASH_BYTES: Final = 32


def hkdf_sha256(key_material: bytes, *, salt: bytes, info: bytes, length: int = HASH_BYTES) -> bytes:
    """Extract, then expand to `length` bytes. Keys with different `salt` or `info` tell nothing about each other.

    Raises:
        ValueError: `length` is not in 1 to 8160 (RFC 5869, section 2.3).
    """
    if not 0 < length <= 255 * HASH_BYTES:
        raise ValueError("HKDF gives 1 to 8160 bytes")
    extracted = hmac.digest(salt or bytes(HASH_BYTES), key_material, "sha256")
    block, output = b"", b""
    for counter in range(1, -(-length // HASH_BYTES) + 1):
        block = hmac.digest(extracted, block + info + bytes([counter]), "sha256")
        output += block
    return output[:length]
