"""Reads which features a model of CRFsuite has weights for, out of its file; pure.

The file is CRFsuite's own ("lCRF", version 100), in which a constant database ("CQDB") maps features to numbers: a head of
24 bytes, 256 hash tables, then each entry as number, size and bytes with a closing zero, and after the last the tables.
"""

from __future__ import annotations

import struct
from typing import Final

_PLACE: Final = 36
"""Where the head of a model says where its features are."""
_HEAD: Final = 24
_TABLES: Final = 256


class NoModel(Exception):
    """The bytes are no model of CRFsuite."""


def attributes(model: bytes) -> frozenset[bytes]:
    """The features of a model.

    Raises:
        NoModel: it is none.
    """
    try:
        (base,) = struct.unpack_from("<I", model, _PLACE)
        if model[:4] != b"lCRF" or model[base : base + 4] != b"CQDB":
            raise NoModel
        tables = struct.iter_unpack("<II", model[base + _HEAD : base + _HEAD + 8 * _TABLES])
        end = base + min(offset for offset, size in tables if size)
        at, found = base + _HEAD + 8 * _TABLES, set[bytes]()
        while at < end:
            _, size = struct.unpack_from("<II", model, at)
            found.add(model[at + 8 : at + 7 + size])
            at += 8 + size
    except (struct.error, ValueError):
        raise NoModel from None
    return frozenset(found)
