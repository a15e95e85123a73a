"""What stands around a value and says what it may be: the nearest keys or, in a health record, the way from its root."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gateway.domain import JSON, Path

RESOURCE = re.compile(r"[A-Z][A-Za-z]{2,40}")
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_LONGEST_WAY = 120


def record(node: Mapping[str, JSON], cue: str) -> str:
    """The cue within an object: a FHIR resource begins a way of its own, from its root."""
    name = node.get("resourceType")
    return f"{name}:" if isinstance(name, str) and RESOURCE.fullmatch(name) else cue


def key_cue(cue: str, key: str) -> str:
    """What is said of a key: the element of a record is one by its format, and says nothing of what it is called."""
    return "key:" if ":" in cue or _TAG.fullmatch(key) else cue


def below(cue: str, key: str, words: frozenset[str]) -> str:
    """The two nearest keys that are evidence, words of a schema are none; in a record the way from its root."""
    if _TAG.fullmatch(key):
        return f"dicom:{key}"
    if ":" in cue and len(cue) < _LONGEST_WAY:
        return f"{cue}{key}" if cue.endswith(":") else f"{cue}.{key}"
    if not key or key in words:
        return cue
    return f"{cue.rpartition(' ')[2]} {key}" if cue else key


def keys(path: Path, records: Mapping[Path, str]) -> str:
    """The cue at a path inside JSON text; `records` are the resources in it, by where they stand."""
    for size in range(len(path) if records else 0, -1, -1):
        if (name := records.get(path[:size])) is not None:
            return f"{name}:" + ".".join([step for step in path[size:] if isinstance(step, str)])
    return " ".join([step for step in path if isinstance(step, str)][-2:])
