import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidRequest
from gateway.wire.json_body import MAX_DEPTH, read_object


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'"x"',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": 99999999999999999999999}',
        b'{"a": -9223372036854775809}',
        b'{"a": 18446744073709551616}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": 1}{"b": 2}',
        b"[" * 100_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
    ],
)
def test_a_body_that_could_be_read_in_two_ways_is_refused_without_an_echo(body):
    with pytest.raises(InvalidRequest) as caught:
        read_object(body)
    assert "9999" not in caught.value.message


def test_of_two_equal_keys_the_last_wins():
    assert read_object(b'{"a": 1, "a": 2}') == {"a": 2}


def test_long_digits_in_a_string_are_text():
    assert read_object(b'{"a": "99999999999999999999999 1e999"}') == {"a": "99999999999999999999999 1e999"}


@pytest.mark.parametrize("number", [2**64 - 1, -(2**63), 0])
def test_the_bounds_of_64_bits_are_exact(number):
    assert read_object(json.dumps({"a": number}).encode()) == {"a": number}


def test_nesting_up_to_the_limit_passes():
    depth = MAX_DEPTH - 1
    assert read_object(b'{"a":' + b"[" * depth + b"]" * depth + b"}")
    with pytest.raises(InvalidRequest):
        read_object(b'{"a":' + b"[" * (depth + 1) + b"]" * (depth + 1) + b"}")


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_a_clear_refusal(body):
    with contextlib.suppress(InvalidRequest):
        assert isinstance(read_object(body), dict)
