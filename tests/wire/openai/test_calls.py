from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.openai.calls import CallPieces, spelled, whole_call
from gateway.wire.openai.pieces import aggregate

F = {"name": "labs", "arguments": ""}


def added_up(*deltas):
    """What OpenAI's clients make of the repaired pieces: calls by index, texts added."""
    pieces = CallPieces()
    chunks = [{"choices": [{"index": 0, "delta": {"tool_calls": pieces.repair(list(delta))}}]} for delta in deltas]
    message = aggregate(chunks, None)["choices"][0]["message"]
    return [(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in message["tool_calls"]]


def piece(arguments="", *, name=None, **more):
    function = {"arguments": arguments} | ({} if name is None else {"name": name})
    return {"function": function, **more}


SAME = [
    (
        "name and id in each delta",
        [[piece("", name="labs", id="a", index=0)], [piece('{"x"', name="labs", id="a", index=0)],
         [piece(": 1}", name="labs", id="a", index=0)]],
        [("a", "labs", '{"x": 1}')],
    ),
    (
        "the name so far in each delta",
        [[piece(name="la", id="a", index=0)], [piece(name="labs", index=0)], [piece("{}", index=0)]],
        [("a", "labs", "{}")],
    ),
    (
        "two calls interleaved by id, without an index",
        [[piece(name="labs", id="a")], [piece(name="meds", id="b")], [piece('{"x":', id="a")], [piece('{"y":', id="b")],
         [piece("1}", id="a")], [piece("2}", id="b")]],
        [("a", "labs", '{"x":1}'), ("b", "meds", '{"y":2}')],
    ),
    (
        "two calls interleaved by index",
        [[piece(name="labs", id="a", index=0)], [piece(name="labs", id="b", index=1)], [piece("{", index=0)],
         [piece("{", index=1)], [piece("}", index=0)], [piece("}", index=1)]],
        [("a", "labs", "{}"), ("b", "labs", "{}")],
    ),
    (
        "one index for all, told apart by id",
        [[piece("{}", name="labs", id="a", index=0)], [piece("{}", name="labs", id="b", index=0)]],
        [("a", "labs", "{}"), ("b", "labs", "{}")],
    ),
    (
        "one index for all, no ids",
        [[piece("{}", name="labs", index=0, id="")], [piece('{"x":1}', name="labs", index=0, id="")]],
        [("call_0", "labs", "{}"), ("call_1", "labs", '{"x":1}')],
    ),
    (
        "whole calls in one delta, neither ids nor indices",
        [[piece("{}", name="labs"), piece("{}", name="meds")]],
        [("call_0", "labs", "{}"), ("call_1", "meds", "{}")],
    ),
    (
        "pieces without a word of where they belong",
        [[piece(name="labs", id="a")], [piece("{")], [piece("}")], [piece(name="meds", id="b")], [piece("{}")]],
        [("a", "labs", "{}"), ("b", "meds", "{}")],
    ),
    (
        "arguments as an object",
        [[piece({"x": 1}, name="labs", id="a", index=0)]],
        [("a", "labs", '{"x":1}')],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("deltas", "expected"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_a_call_is_known_by_its_id_then_by_its_index_then_as_the_open_one(deltas, expected):
    assert added_up(*deltas) == expected


@given(st.text("lo", min_size=1, max_size=6), st.integers(1, 3))
def test_a_name_may_come_in_pieces(name, size):
    pieces = [name[i : i + size] for i in range(0, len(name), size)]
    if size > 1 and len(pieces) > 1 and pieces[1].startswith(pieces[0]):
        return  # nobody can tell this from a name that is repeated
    deltas = [[piece(name=text, index=0, **({"id": "a"} if n == 0 else {}))] for n, text in enumerate(pieces)]
    if any("".join(pieces[:n]) and pieces[n].startswith("".join(pieces[:n])) for n in range(2, len(pieces))):
        return
    assert added_up(*deltas) == [("a", name, "{}")]


def test_a_custom_tool_says_its_input():
    pieces = CallPieces()
    first = pieces.repair([{"index": 3, "id": "c", "custom": {"name": "note", "input": "two "}}])
    again = pieces.repair([{"index": 3, "id": "c", "type": "custom", "custom": {"name": "note", "input": "words"}}])
    assert first == [{"index": 0, "id": "c", "type": "custom", "custom": {"name": "note", "input": "two "}}]
    assert again == [{"index": 0, "custom": {"input": "words"}}]
    assert pieces.any


def test_what_a_whole_call_lacks_is_made_and_what_it_has_stays():
    call = {"index": 4, "function": {"name": "f", "arguments": {"a": [1]}}, "extra_content": {"x": 1}}
    made = whole_call(call, 2)
    assert made == {
        "id": "call_2",
        "type": "function",
        "function": {"name": "f", "arguments": '{"a":[1]}'},
        "extra_content": {"x": 1},
    }
    assert spelled(F) is F
    assert json.loads(spelled({"arguments": {"a": 1}})["arguments"]) == {"a": 1}
