"""RFC 3161: the question that an authority stamps with the time, and what its answer says; its signature is for `openssl ts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_SEQUENCE, _CONTEXT_0, _INTEGER, _BOOLEAN, _OCTETS, _NULL, _OID, _TIME = 0x30, 0xA0, 2, 1, 4, 5, 6, 0x18
_SHA256: Final = bytes.fromhex("608648016503040201")
_SIGNED_DATA: Final = bytes.fromhex("2a864886f70d010702")
_TST_INFO: Final = bytes.fromhex("2a864886f70d0109100104")
_GRANTED: Final = (0, 1)
"""`granted` and `grantedWithMods`."""


class NotGranted(ValueError):
    """The authority answered, and stamped nothing."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a time stamp says: the digest that was there (SHA-256), when (UTC, ISO 8601), and the question's number."""

    digest: bytes
    at: str
    nonce: int | None


def question(digest: bytes, nonce: int) -> bytes:
    """The request for a stamp of `digest`, with the authority's certificate in it (RFC 3161, 2.4.1)."""
    if len(digest) != 32:
        raise ValueError("only a SHA-256 is stamped")
    algorithm = _encoded(_SEQUENCE, _encoded(_OID, _SHA256) + _encoded(_NULL, b""))
    imprint = _encoded(_SEQUENCE, algorithm + _encoded(_OCTETS, digest))
    number = nonce.to_bytes(nonce.bit_length() // 8 + 1, "big")
    parts = (_encoded(_INTEGER, b"\x01"), imprint, _encoded(_INTEGER, number), _encoded(_BOOLEAN, b"\xff"))
    return _encoded(_SEQUENCE, b"".join(parts))


def read(answer: bytes) -> Stamp:
    """What an answer says (RFC 3161, 2.4.2); nobody has checked who signed it.

    Raises:
        NotGranted: it says that nothing was stamped.
        ValueError: it is no answer, or of something else than a SHA-256.
    """
    status, *token = _inner(answer, _SEQUENCE)
    if int.from_bytes(_parts(status, _SEQUENCE)[0][1], "big") not in _GRANTED or not token:
        raise NotGranted("the authority stamped nothing")
    content = _parts(token[0], _SEQUENCE)
    if content[0] != (_OID, _SIGNED_DATA):
        raise ValueError("the token is not signed data")
    signed = _parts(_parts(content[1], _CONTEXT_0)[0], _SEQUENCE)
    of, *wrapped = _parts(signed[2], _SEQUENCE)
    if of != (_OID, _TST_INFO) or not wrapped:
        raise ValueError("what is signed is no time stamp")
    [(tag, told)] = _parts(wrapped[0], _CONTEXT_0)
    if tag != _OCTETS:
        raise ValueError("what is signed is no time stamp")
    return _stamp(_inner(told, _SEQUENCE))


def _stamp(info: list[tuple[int, bytes]]) -> Stamp:
    """Out of a TSTInfo: version, policy, imprint, serial number, time, and what may be missing."""
    algorithm, digest = _parts(info[2], _SEQUENCE)
    if _parts(algorithm, _SEQUENCE)[0] != (_OID, _SHA256) or digest[0] != _OCTETS or len(digest[1]) != 32:
        raise ValueError("the stamp is not of a SHA-256")
    tag, written = info[4]
    moment = written.decode("ascii")
    if tag != _TIME or not moment[:14].isdigit() or len(moment) < 15 or not moment.endswith("Z"):
        raise ValueError("the stamp has no time")
    at = f"{moment[:4]}-{moment[4:6]}-{moment[6:8]}T{moment[8:10]}:{moment[10:12]}:{moment[12:14]}Z"
    nonces = [int.from_bytes(value, "big") for kind, value in info[5:] if kind == _INTEGER]
    return Stamp(digest[1], at, nonces[0] if nonces else None)


def _encoded(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = size.to_bytes(max((size.bit_length() + 7) // 8, 1), "big")
    return bytes([tag]) + (length if size < 128 else bytes([128 + len(length)]) + length) + content


def _parts(of: tuple[int, bytes], wanted: int) -> list[tuple[int, bytes]]:
    """The elements within one that must have the tag `wanted`."""
    tag, content = of
    if tag != wanted or not content:
        raise ValueError("this is not the structure of an answer")
    found = []
    while content:
        tag, value, content = _split(content)
        found.append((tag, value))
    return found


def _inner(data: bytes, wanted: int) -> list[tuple[int, bytes]]:
    """The elements within `data`, which is one element and nothing more."""
    tag, content, rest = _split(data)
    if rest:
        raise ValueError("something follows the answer")
    return _parts((tag, content), wanted)


def _split(data: bytes) -> tuple[int, bytes, bytes]:
    """The first element of `data` (DER: its length is definite), and what follows it."""
    if len(data) < 2:
        raise ValueError("an element ends too early")
    tag, size, begins = data[0], data[1], 2
    if size >= 128:
        begins += size - 128
        size = int.from_bytes(data[2:begins], "big")
        if not 3 <= begins <= 6:
            raise ValueError("an element has no length")
    if begins + size > len(data):
        raise ValueError("an element ends too early")
    return tag, data[begins : begins + size], data[begins + size :]
