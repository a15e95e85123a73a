"""Turns the MiniLM weights (safetensors) into the GGUF file that llama.cpp reads; same bytes in, same bytes out.

Both formats are a small header before raw numbers, so this needs no library. GGUF 3 as `ggml/docs/gguf.md` describes
it; tensor names and metadata keys as llama.cpp's `bert` architecture expects them. Knows this one model shape only.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO, TypeAlias, TypedDict, cast

LAYERS = 6
WIDTH = 384
HIDDEN = 1536
HEADS = 12
CONTEXT = 512
NORM_EPSILON = 1e-12

ALIGNMENT = 32
F32, F16 = 0, 1
NORMAL_TOKEN, UNKNOWN_TOKEN, CONTROL_TOKEN = 1, 2, 3
MEAN_POOLING = 1
FLOATS_AT_ONCE = 1 << 16
WORD_START = "\u2581"

_WHOLE = {
    "embeddings.word_embeddings.weight": "token_embd.weight",
    "embeddings.position_embeddings.weight": "position_embd.weight",
    "embeddings.token_type_embeddings.weight": "token_types.weight",
    "embeddings.LayerNorm.weight": "token_embd_norm.weight",
    "embeddings.LayerNorm.bias": "token_embd_norm.bias",
}
_PER_LAYER = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
_STAYS_F32 = frozenset({"position_embd.weight", "token_types.weight"})
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


class WeightsInvalid(ValueError):
    """The files are not the MiniLM model that this converter knows."""


class _ValueType(IntEnum):
    """How GGUF marks the type of a metadata value."""

    UINT32 = 4
    INT32 = 5
    FLOAT32 = 6
    BOOL = 7
    STRING = 8
    ARRAY = 9


class _Entry(TypedDict):
    dtype: str
    shape: list[int]
    data_offsets: list[int]


Value: TypeAlias = "bool | int | float | str | Sequence[str] | Sequence[int]"


@dataclass(frozen=True, slots=True)
class _Tensor:
    """One matrix or vector: where it stands in the source, and how it is written."""

    name: str
    shape: tuple[int, ...]
    start: int
    count: int
    type: int

    @property
    def size(self) -> int:
        """Bytes in the file that is written."""
        return self.count * (2 if self.type == F16 else 4)


def convert(weights: Path, vocabulary: Path, destination: Path) -> None:
    """Write `destination` from `model.safetensors` and `vocab.txt`; matrices as 16-bit floats.

    Raises:
        WeightsInvalid: a tensor is missing or of another type or shape.
        OSError: a file cannot be read or written.
    """
    words = vocabulary.read_text(encoding="utf-8").splitlines()
    with weights.open("rb") as source, destination.open("wb") as out:
        tensors = _tensors(source)
        metadata = _metadata(words)
        out.write(struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata)))
        for key, value in metadata.items():
            out.write(_string(key) + _value(value))
        offset = 0
        for tensor in tensors:
            shape = tensor.shape[::-1]  # innermost dimension first
            out.write(_string(tensor.name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, tensor.type, offset))
            offset = _aligned(offset + tensor.size)
        _pad(out)
        for tensor in tensors:
            for piece in _numbers(source, tensor):
                out.write(piece)
            _pad(out)


def _tensors(source: BinaryIO) -> list[_Tensor]:
    (length,) = struct.unpack("<Q", source.read(8))
    index = cast("dict[str, _Entry]", json.loads(source.read(length)))
    data = 8 + length
    return [_tensor(index, theirs, ours, data) for theirs, ours in _names()]


def _names() -> Iterator[tuple[str, str]]:
    """Their name and llama.cpp's for every tensor, in the order of the file."""
    yield from _WHOLE.items()
    for layer in range(LAYERS):
        for theirs, ours in _PER_LAYER.items():
            for part in ("weight", "bias"):
                yield f"encoder.layer.{layer}.{theirs}.{part}", f"blk.{layer}.{ours}.{part}"


def _tensor(index: Mapping[str, _Entry], theirs: str, ours: str, data: int) -> _Tensor:
    entry = index.get(theirs)
    if entry is None or entry["dtype"] != "F32":
        raise WeightsInvalid(f"no 32-bit tensor {theirs}")
    start, end = entry["data_offsets"]
    shape = tuple(entry["shape"])
    matrix = len(shape) == 2 and ours not in _STAYS_F32
    return _Tensor(ours, shape, data + start, (end - start) // 4, F16 if matrix else F32)


def _numbers(source: BinaryIO, tensor: _Tensor) -> Iterator[bytes]:
    """The tensor's numbers as they are written, a piece at a time."""
    source.seek(tensor.start)
    left = tensor.count
    while left:
        count = min(left, FLOATS_AT_ONCE)
        piece = source.read(4 * count)
        left -= count
        yield struct.pack(f"<{count}e", *struct.unpack(f"<{count}f", piece)) if tensor.type == F16 else piece


def _metadata(words: Sequence[str]) -> dict[str, Value]:
    special = {word: words.index(word) for word in _SPECIAL}
    return {
        "general.architecture": "bert",
        "general.name": "all-MiniLM-L6-v2",
        "general.license": "apache-2.0",
        "general.file_type": 1,  # mostly 16-bit floats
        "bert.block_count": LAYERS,
        "bert.context_length": CONTEXT,
        "bert.embedding_length": WIDTH,
        "bert.feed_forward_length": HIDDEN,
        "bert.attention.head_count": HEADS,
        "bert.attention.layer_norm_epsilon": NORM_EPSILON,
        "bert.attention.causal": False,
        "bert.pooling_type": MEAN_POOLING,
        "tokenizer.ggml.model": "bert",
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.token_type_count": 2,
        "tokenizer.ggml.tokens": [_piece(word) for word in words],
        "tokenizer.ggml.token_type": [_token_type(word) for word in words],
        "tokenizer.ggml.padding_token_id": special["[PAD]"],
        "tokenizer.ggml.unknown_token_id": special["[UNK]"],
        "tokenizer.ggml.bos_token_id": special["[CLS]"],
        "tokenizer.ggml.cls_token_id": special["[CLS]"],
        "tokenizer.ggml.seperator_token_id": special["[SEP]"],  # sic: the format's own spelling
        "tokenizer.ggml.mask_token_id": special["[MASK]"],
    }


def _piece(word: str) -> str:
    """WordPiece marks what continues a word (`##ing`); llama.cpp marks what starts one."""
    if word.startswith("[") and word.endswith("]"):
        return word
    return word[2:] if word.startswith("##") else WORD_START + word


def _token_type(word: str) -> int:
    if word == "[UNK]":
        return UNKNOWN_TOKEN
    return CONTROL_TOKEN if word in _SPECIAL else NORMAL_TOKEN


def _value(value: Value) -> bytes:
    match value:
        case bool():
            return struct.pack("<I?", _ValueType.BOOL, value)
        case int():
            return struct.pack("<II", _ValueType.UINT32, value)
        case float():
            return struct.pack("<If", _ValueType.FLOAT32, value)
        case str():
            return struct.pack("<I", _ValueType.STRING) + _string(value)
        case _:
            return _array(value)


def _array(values: Sequence[str] | Sequence[int]) -> bytes:
    texts = [_string(value) for value in values if isinstance(value, str)]
    if texts:
        return struct.pack("<IIQ", _ValueType.ARRAY, _ValueType.STRING, len(texts)) + b"".join(texts)
    return struct.pack(f"<IIQ{len(values)}i", _ValueType.ARRAY, _ValueType.INT32, len(values), *values)


def _string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNMENT) * ALIGNMENT


def _pad(out: BinaryIO) -> None:
    out.write(b"\0" * (_aligned(out.tell()) - out.tell()))
