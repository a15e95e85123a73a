import contextlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidRequest, PayloadTooLarge
from gateway.wire.json_body import _STEP, MAX_DEPTH, _is_suspicious, _marks_beside_strings, read_object, values_in


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
        b"\xef\xbb\xbf",
        b'\xef\xbb\xbf\xef\xbb\xbf{"a": 1}',
        b'{"a": 1}\xef\xbb\xbf',
        b'\xef\xbb\xbf{"a": 99999999999999999999999}',
        b"\xff\xfe{\x00}\x00",
        b'{"a": 1}{"b": 2}',
        b"[" * 100_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
    ],
)
def test_a_body_that_could_be_read_in_two_ways_is_refused_without_an_echo(body):
    with pytest.raises(InvalidRequest) as caught:
        read_object(body)
    assert "9999" not in caught.value.message


@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_a_byte_order_mark_before_the_object_says_nothing(kind):
    assert read_object(kind(b'\xef\xbb\xbf{"a": "\xc3\xa9"}')) == {"a": "é"}


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


TREES = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(alphabet='a,"\\{[}]:é', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='a,"\\{', max_size=3), inner, max_size=4)
    ),
    max_leaves=30,
)


def nodes(tree):
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return 1 + sum(map(nodes, inner))


@given(st.dictionaries(st.text(max_size=3), TREES, max_size=5), st.sampled_from([4, 5, 7, 64]), st.booleans())
def test_no_tree_has_more_values_than_were_counted_wherever_its_text_is_cut(tree, step, tight):
    body = json.dumps(tree, ensure_ascii=False).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.wire.json_body._STEP", step)
        patch.setattr("gateway.wire.json_body.MAX_VALUES", 0 if tight else 10_000)
        if not tight:
            assert values_in(body) >= nodes(tree)
        else:
            with pytest.raises(PayloadTooLarge):
                values_in(body)


@given(st.dictionaries(st.text(max_size=3), TREES, max_size=5), st.sampled_from([4, 5, 7, 64, 2**20]))
def test_what_stands_in_strings_is_no_value(tree, step):
    body = json.dumps(tree, ensure_ascii=False).encode()
    bare = json.dumps(_without_texts(tree)).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.wire.json_body._STEP", step)
        assert _marks_beside_strings(body) == sum(map(bare.count, (b",", b"{", b"[")))


def _without_texts(tree):
    if isinstance(tree, dict):
        return {str(at): _without_texts(inner) for at, inner in enumerate(tree.values())}
    if isinstance(tree, list):
        return [_without_texts(inner) for inner in tree]
    return None


def test_a_text_full_of_commas_is_one_value_and_a_list_of_half_a_million_is_refused():
    assert values_in(json.dumps({"a": "1,2,{[" * 500_000}).encode()) <= 3
    with pytest.raises(PayloadTooLarge):
        values_in(b'{"zz":[' + b"1," * 500_000 + b"1]}")


@pytest.mark.parametrize("offset", range(-24, 4))
def test_a_number_is_checked_also_where_the_search_is_cut(offset, monkeypatch):
    monkeypatch.setattr("gateway.wire.json_body._STEP", 100)
    body = b'{"a": "' + b"x" * (85 + offset) + b'", "b": 99999999999999999999999}'
    with pytest.raises(InvalidRequest):
        read_object(body)


@given(
    st.lists(
        st.sampled_from([b"0", b"7", b"123456", b"9" * 18, b"e", b"E", b"+", b"-", b".", b"e+", b"1e30", b" ", b"x"])
    ).map(b"".join)
)
def test_a_number_that_needs_another_look_is_known_by_its_form(body):
    expected = re.search(rb"[0-9]{19}|[0-9.][eE]\+?[0-9]{3}", body) is not None
    assert _is_suspicious(body) == _is_suspicious(bytearray(body)) == expected


@pytest.mark.parametrize("number", [b"9" * 19, b"1e999", b"1.E+400"])
@pytest.mark.parametrize("before", [0, 9, 31])
def test_a_number_over_the_end_of_a_step_is_seen(number, before):
    assert _is_suspicious(b" " * (_STEP - before) + number + b" " * 40)
    assert not _is_suspicious(b" " * (_STEP - before) + number[:2] + b" " * 40)
