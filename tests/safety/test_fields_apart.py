"""A value does not leave because its field is a name, an id or an address: each field of a dialect, held against what leaves."""

from __future__ import annotations

import json

import pytest

from tests.kit.leaving import free, held

GO = {"role": "user", "content": "Please check the list again."}


def spoken(name):
    return {"messages": [{"role": "assistant", "content": "Done.", "name": name}, GO]}


def called(name):
    call = {"id": name, "type": "function", "function": {"name": "query", "arguments": "{}"}}
    turn = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {"messages": [GO, turn, {"role": "tool", "tool_call_id": name, "content": "ok"}, GO]}


def used(name):
    turn = {"role": "assistant", "content": [{"type": "tool_use", "id": name, "name": "q", "input": {}}]}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": name, "content": "ok"}]}
    return {"max_tokens": 9, "messages": [GO, turn, result]}


def passed(value):
    call = {"id": "call_1", "type": "function", "function": {"name": "open", "arguments": json.dumps({"what": value})}}
    turn = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {"messages": [GO, turn, {"role": "tool", "tool_call_id": "call_1", "content": "ok"}, GO]}


@pytest.mark.parametrize("name", ["Brandvold", "ottilie_brandvold", "p19610314", "gonzalez", "4155550132"])
def test_who_says_a_message_does_not_leave(name):
    assert held(name, spoken(name))


@pytest.mark.parametrize("name", ["planner", "code_reviewer", "WebSurfer", "agent_1", "claude"])
def test_a_program_that_says_a_message_may_leave(name):
    assert free(spoken(name))


@pytest.mark.parametrize("name", ["4155550132", "Garcia_Maria", "call_garcia", "88213047", "ottilie_brandvold"])
def test_whose_a_call_is_called_after_does_not_leave(name):
    assert held(name, called(name))
    assert held(name, used(name), "anthropic.messages")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ptid88213047", "88213047"),
        ("acct00412233", "00412233"),
        ("send_to_078-05-1120", "078-05-1120"),
        ("/charts/88213047?tab=labs", "88213047"),
        ("https://ehr.example.org/records/88213047", "88213047"),
    ],
)
def test_what_hangs_on_its_cue_or_on_a_path_does_not_leave(text, value):
    assert held(value, passed(text))
    assert held(value, {"messages": [{"role": "user", "content": f"Open {text} please."}]})
