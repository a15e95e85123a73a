"""Embeddings replies: one vector per input, in the encoding asked for, whatever the upstream sent."""

from __future__ import annotations

import base64
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidRequest, UpstreamFailed
from gateway.wire.openai.vectors import count_inputs, embeddings_reply


def reply(*vectors, inputs=None, encoding="float", dimensions=None, **more):
    tree = {"data": [{"embedding": vector} for vector in vectors], **more}
    count = len(vectors) if inputs is None else inputs
    return embeddings_reply(tree, model="m", inputs=count, encoding=encoding, dimensions=dimensions)


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=40))
def test_base64_there_and_back_is_the_same_vector(vector):
    encoded = reply(vector, encoding="base64")["data"][0]["embedding"]
    assert list(struct.unpack(f"<{len(vector)}f", base64.b64decode(encoded))) == vector
    assert reply(encoded)["data"][0]["embedding"] == vector


def test_fewer_dimensions_are_the_first_ones_at_length_one():
    (item,) = reply([3.0, 4.0, 12.0], dimensions=2)["data"]
    assert item["embedding"] == [0.6, 0.8]
    assert math.hypot(*item["embedding"]) == pytest.approx(1)
    assert reply([0.0, 0.0, 1.0], dimensions=2)["data"][0]["embedding"] == [0.0, 0.0]


def test_more_dimensions_than_there_are_is_the_callers_mistake():
    with pytest.raises(InvalidRequest):
        reply([1.0], dimensions=2)


@pytest.mark.parametrize("vector", [None, [], "?", "AAA", 5, {}, ["a"], [None], [True], [[1.0]]])
def test_what_is_no_vector_is_a_failure_of_the_upstream(vector):
    with pytest.raises(UpstreamFailed):
        reply(vector)


@pytest.mark.parametrize("more", [{"inputs": 2}, {"error": "x"}, {"inputs": 0}])
def test_a_count_that_does_not_match_is_a_failure(more):
    with pytest.raises(UpstreamFailed):
        reply([1.0], **more)


@pytest.mark.parametrize(
    ("given_input", "count"), [("text", 1), ("", 1), ([1, 2, 3], 1), ([[1], [2]], 2), (["a", "b", "c"], 3)]
)
def test_inputs_are_counted_as_the_api_does(given_input, count):
    assert count_inputs({"input": given_input}) == count


def test_usage_is_always_there():
    assert reply([1.0])["usage"] == {"prompt_tokens": 0, "total_tokens": 0}
    assert reply([1.0], usage={"prompt_tokens": 7})["usage"] == {"prompt_tokens": 7, "total_tokens": 7}
