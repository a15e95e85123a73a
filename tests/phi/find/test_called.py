from __future__ import annotations

import json

import pytest

from gateway.domain import Carrier, Dialect, Kind, Operation, Part, Passage
from gateway.phi.find import called
from gateway.phi.find.engine import Engine
from gateway.phi.read.scan import walk_tree

ENGINE = Engine()


def counted(asks, result, *, key="input", carrier=Carrier.TOOL_ARGS):
    passages = [
        Passage(asks, key if carrier is Carrier.TOOL_ARGS else "", carrier, part=Part.VALUE),
        Passage("call_7", "", Carrier.STRUCTURE, part=Part.VALUE),
        Passage(result, "", Carrier.TOOL_RESULT),
    ]
    return {(one.kind, result[one.start : one.end]) for one in ENGINE.detect(passages)[2].findings if one.counts}


@pytest.mark.parametrize(
    ("key", "asks", "result", "kind", "value"),
    [
        ("text", "Could you tell me your last name?", "Okonjo", Kind.NAME, "Okonjo"),
        ("question", "And the caller's first name?", "wiremu", Kind.NAME, "wiremu"),
        ("sql", "select lastname from members where id = 7", "Hvidsten", Kind.NAME, "Hvidsten"),
        ("sql", "SELECT DISTINCT m.birth_date FROM members m", "[('12091944',)]", Kind.DATE, "12091944"),
        ("query", "select surname, mrn from pts", '[["Okonjo", "4471902"]]', Kind.MRN, "4471902"),
        ("path", "$.entry[0].resource.name.family", "Okonjo", Kind.NAME, "Okonjo"),
        ("expression", "Patient.birthDate", "1944-09-12", Kind.DATE, "1944-09-12"),
        ("column", "maiden_name", "Hvidsten", Kind.NAME, "Hvidsten"),
    ],
)
def test_a_result_is_what_the_call_asks_for(key, asks, result, kind, value):
    assert (kind, value) in counted(asks, result, key=key)


@pytest.mark.parametrize("name", ["get_caller_surname", "lookup_patient_name", "getMaidenName"])
def test_the_name_of_a_tool_may_ask(name):
    assert counted(name, "Okonjo", carrier=Carrier.NAME) == {(Kind.NAME, "Okonjo")}


@pytest.mark.parametrize(
    ("asks", "result"),
    [
        ("Could you tell me your last name?", "Not given"),
        ("Could you tell me your last name?", "Error: timed out"),
        ("What is the library's full name?", "Apache Arrow"),
        ("When was Rust 1.70 released?", "June 1, 2023"),
        ("select name from plans", "Bronze\nSilver"),
        ("select city from warehouses", "Bergen\nLyon"),
        ("select count(*) from members", "4182"),
        ("src/models/member.py", "x = 1"),
        ("app.models.Member", "class Member: ..."),
        ("Which framework should I take?", "Django"),
    ],
)
def test_what_asks_for_nothing_of_a_person_says_nothing_of_the_result(asks, result):
    assert counted(asks, result) == set()


@pytest.mark.parametrize("name", ["get_city", "get_address", "get_branch_name", "read_member_file", "get_member_count"])
def test_tools_get_other_things_too(name):
    assert counted(name, "Lyon", carrier=Carrier.NAME) == set()


def test_a_message_ends_what_a_call_asks():
    asks, said, result = (
        Passage("Your surname?", "q", Carrier.TOOL_ARGS, part=Part.VALUE),
        Passage("Never mind."),
        Passage("Okonjo", "", Carrier.TOOL_RESULT),
    )
    assert list(called.windows([asks, result])) == [(0, 1)]
    assert list(called.windows([asks, said, result])) == []


def test_calls_at_once_are_bounded():
    asks = [Passage("Your surname?", "q", Carrier.TOOL_ARGS, part=Part.VALUE)] * 100
    assert len(list(called.windows([*asks, *[Passage("a", "", Carrier.TOOL_RESULT)] * 100]))) <= 64


def _openai(asks, result):
    call = {"id": "call_1", "type": "function", "function": {"name": "ask", "arguments": json.dumps(asks)}}
    return Dialect.OPENAI, [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": result},
    ]


def _anthropic(asks, result):
    return Dialect.ANTHROPIC, [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "ask", "input": asks}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": result}]},
    ]


@pytest.mark.parametrize("spoken", [_openai, _anthropic])
def test_in_every_dialect_a_call_and_its_result_stand_together(spoken):
    dialect, messages = spoken({"questions": [{"question": "What is your surname?"}]}, "Okonjo")
    leaves = walk_tree({"model": "m", "messages": messages}, dialect, operation=Operation.CHAT).leaves
    found = ENGINE.detect([Passage(leaf.text, leaf.cue, leaf.carrier, part=leaf.part) for leaf in leaves])
    assert {leaf.text for leaf, one in zip(leaves, found, strict=True) if one.findings} == {"Okonjo"}
