from __future__ import annotations

import json
import struct

import pytest

from gateway.upstream.embedded.convert import ALIGNMENT, WeightsInvalid, _names, convert

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cough", "##ing"]


def weights(path, *, leave_out=None, dtype="F32"):
    """A safetensors file with every tensor of the model, at toy size: matrices of 2 by 3, vectors of 3."""
    index, data = {}, b""
    for number, (theirs, ours) in enumerate(_names()):
        vector = theirs.endswith("bias") or "norm" in ours
        shape = [3] if vector else [2, 3]
        raw = struct.pack(f"<{3 if vector else 6}f", *[number + i / 4 for i in range(3 if vector else 6)])
        if theirs != leave_out:
            index[theirs] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    header = json.dumps(index).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


@pytest.fixture
def toy(tmp_path):
    source, words = tmp_path / "toy.safetensors", tmp_path / "vocab.txt"
    weights(source)
    words.write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    return source, words, tmp_path / "toy.gguf"


def test_the_same_weights_give_the_same_bytes(toy):
    source, words, destination = toy
    convert(source, words, destination)
    first = destination.read_bytes()
    convert(source, words, destination)
    assert destination.read_bytes() == first


def test_the_file_begins_as_gguf_version_3_with_all_101_tensors(toy):
    source, words, destination = toy
    convert(source, words, destination)
    magic, version, tensors, _ = struct.unpack("<4sIQQ", destination.read_bytes()[:24])
    assert (magic, version, tensors) == (b"GGUF", 3, 101)


def test_matrices_become_16_bit_and_vectors_stay_32_bit(toy):
    source, words, destination = toy
    convert(source, words, destination)
    raw = destination.read_bytes()
    assert len(raw) % ALIGNMENT == 0
    assert struct.pack("<6e", *[i / 4 for i in range(6)]) in raw  # the first tensor, word embeddings
    assert struct.pack("<6f", *[1 + i / 4 for i in range(6)]) in raw  # positions keep their precision


def test_a_piece_that_starts_a_word_is_marked_and_one_that_continues_is_not(toy):
    source, words, destination = toy
    convert(source, words, destination)
    raw = destination.read_bytes()
    for text in ("\u2581cough", "ing", "[CLS]"):
        assert struct.pack("<Q", len(text.encode())) + text.encode() in raw


@pytest.mark.parametrize("change", [{"leave_out": "encoder.layer.3.output.dense.bias"}, {"dtype": "F16"}])
def test_other_weights_are_refused(toy, change):
    source, words, destination = toy
    weights(source, **change)
    with pytest.raises(WeightsInvalid):
        convert(source, words, destination)
