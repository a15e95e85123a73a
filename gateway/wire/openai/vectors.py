"""Embeddings replies of OpenAI's dialect: checked, shortened and encoded here, whatever the upstream made of the wish.

Upstreams are always asked for floats: some ignore `encoding_format`, and a client that asked for base64 would then read
floats as garbage without noticing.
"""

from __future__ import annotations

import base64
import math
import struct
from typing import Any

from gateway.domain import JSON, Tree
from gateway.errors import InvalidRequest, UpstreamFailed

_FRAME = frozenset({"id", "object", "data", "model", "usage"})
_EMPTY = "The provider answered with nothing that can be read as embeddings."


def count_inputs(tree: Tree) -> int:
    """How many vectors the request asks for: one for a string or one list of token ids."""
    given = tree.get("input")
    return len(given) if isinstance(given, list) and given and not isinstance(given[0], int) else 1


def embeddings_reply(tree: Tree, *, model: str, inputs: int, encoding: str, dimensions: int | None) -> Tree:
    """An embeddings reply from what an upstream sent, in the encoding the caller asked for.

    base64 is little-endian float32 (OpenAI API reference, "Create embeddings").

    Raises:
        UpstreamFailed: not one vector of numbers per input.
        InvalidRequest: fewer dimensions than asked for.
    """
    data = tree.get("data")
    if tree.get("error") is not None or not isinstance(data, list) or len(data) != inputs:
        raise UpstreamFailed(_EMPTY)
    vectors = [_vector(item) for item in data]
    try:
        if dimensions is not None:
            vectors = [_shorten(vector, dimensions) for vector in vectors]
        written: list[JSON] = [_encode(vector) if encoding == "base64" else vector for vector in vectors]
    except OverflowError:  # a number that no float32 holds
        raise UpstreamFailed(_EMPTY) from None
    usage = tree.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    tokens = counts.get("prompt_tokens")
    tokens = tokens if isinstance(tokens, int) and not isinstance(tokens, bool) else 0
    return {
        "object": "list",
        "data": [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(written)],
        "model": model,
        "usage": {"total_tokens": tokens, **counts, "prompt_tokens": tokens},
        **{name: value for name, value in tree.items() if name not in _FRAME},
    }


def _vector(item: JSON) -> list[Any]:
    vector = item.get("embedding") if isinstance(item, dict) else None
    if isinstance(vector, str):
        try:
            raw = base64.b64decode(vector, validate=True)
            return list(struct.unpack(f"<{len(raw) // 4}f", raw))
        except (ValueError, struct.error):
            raise UpstreamFailed(_EMPTY) from None
    if not isinstance(vector, list) or not vector or not all(type(value) in {int, float} for value in vector):
        raise UpstreamFailed(_EMPTY)
    return vector


def _shorten(vector: list[Any], dimensions: int) -> list[Any]:
    """The first `dimensions` numbers, brought back to length one, as OpenAI's own `dimensions` does."""
    if len(vector) == dimensions:
        return vector
    if len(vector) < dimensions:
        raise InvalidRequest(f"`dimensions` is more than the {len(vector)} that this model has.", param="dimensions")
    head = vector[:dimensions]
    length = math.sqrt(math.fsum(value * value for value in head))
    return [value / length for value in head] if length else head


def _encode(vector: list[Any]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
