import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidRequest
from gateway.wire.responses.tools import Known, as_arguments, as_input, known, to_hub

PARAMETERS = {"type": "object", "properties": {"path": {"type": "string"}}}
READ = {"type": "function", "name": "read", "description": "Reads.", "parameters": PARAMETERS, "strict": False}
PATCH = {
    "type": "custom",
    "name": "patch",
    "description": "Patches.",
    "format": {"type": "grammar", "syntax": "lark", "definition": "start: TEXT"},
}
AGENTS = {"type": "namespace", "name": "agents", "description": "Agents.", "tools": [{**READ, "name": "wait"}]}
SEARCH = {"type": "web_search", "external_web_access": False}


def made(**tree):
    lost = set()
    return to_hub(tree, lost), lost


def test_a_function_keeps_all_that_it_says():
    function = {"name": "read", "description": "Reads.", "parameters": PARAMETERS, "strict": False}
    assert made(tools=[READ]) == ({"tools": [{"type": "function", "function": function}]}, set())
    assert made(tools=[{"type": "function", "name": "f", "parameters": None, "strict": None}])[0]["tools"] == [
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    ]


def test_a_custom_tool_is_a_function_of_one_text_that_tells_its_grammar():
    hub, lost = made(tools=[PATCH])
    [tool] = hub["tools"]
    assert tool["function"]["parameters"]["required"] == ["input"]
    assert tool["function"]["description"].startswith("Patches.\n\n")
    assert tool["function"]["description"].endswith("lark grammar:\nstart: TEXT")
    assert lost == {"tools.format"}
    assert made(tools=[{"type": "custom", "name": "t", "format": {"type": "text"}}])[1] == set()


def test_the_functions_of_a_namespace_stand_for_themselves():
    hub, lost = made(tools=[AGENTS, READ])
    assert [tool["function"]["name"] for tool in hub["tools"]] == ["agents__wait", "read"]
    assert lost == set()
    assert known({"tools": [AGENTS, READ, PATCH, SEARCH]}) == {
        "agents__wait": Known("wait", "agents"),
        "read": Known("read"),
        "patch": Known("patch", custom=True),
    }
    inner = {**AGENTS, "name": "mcp__notes__"}
    assert [tool["function"]["name"] for tool in made(tools=[inner])[0]["tools"]] == ["mcp__notes__wait"]


def test_a_search_without_the_web_is_not_offered_and_that_is_told():
    assert made(tools=[SEARCH], tool_choice="auto") == ({}, {"tools.web_search"})
    assert made(tools=[SEARCH], tool_choice="required") == ({}, {"tools.web_search", "tool_choice"})
    hub, lost = made(tools=[SEARCH, READ], tool_choice="required")
    assert hub["tool_choice"] == "required"
    assert lost == {"tools.web_search"}


@pytest.mark.parametrize("kind", ["file_search", "mcp", "code_interpreter", "image_generation", "local_shell"])
def test_a_tool_that_openai_runs_is_refused_by_its_place(kind):
    with pytest.raises(InvalidRequest) as caught:
        made(tools=[READ, {"type": kind}])
    assert caught.value.param == "tools[1].type"


@pytest.mark.parametrize(
    ("choice", "hub"),
    [
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        ({"type": "function", "name": "read"}, {"type": "function", "function": {"name": "read"}}),
        ({"type": "custom", "name": "patch"}, {"type": "function", "function": {"name": "patch"}}),
    ],
)
def test_a_choice_is_said_in_the_hubs_words(choice, hub):
    assert made(tools=[READ, PATCH], tool_choice=choice)[0]["tool_choice"] == hub


def test_only_allowed_tools_are_offered():
    choice = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "read"}]}
    hub, _ = made(tools=[READ, PATCH], tool_choice=choice)
    assert [tool["function"]["name"] for tool in hub["tools"]] == ["read"]
    assert hub["tool_choice"] == "required"


@given(st.text())
def test_what_is_told_to_a_custom_tool_survives_both_ways(text):
    assert as_input(as_arguments(text)) == text


@pytest.mark.parametrize("said", ["*** Begin Patch", '{"other": 1}', '{"input": 5}', "[]", "{"])
def test_arguments_that_hold_no_input_are_the_input(said):
    assert as_input(said) == said
    assert as_input(json.dumps({"input": said})) == said


def test_an_item_of_the_input_may_bring_further_tools():
    """So Codex does: its first item is the developer's, with one namespace of custom tools and functions."""
    added = {"type": "additional_tools", "role": "developer", "tools": [AGENTS]}
    tree = {"input": [added, {"role": "user", "content": "hi"}], "tools": [READ]}
    lost: set[str] = set()
    made = to_hub(tree, lost)["tools"]
    assert [tool["function"]["name"] for tool in made] == [READ["name"], "agents__wait"]
    assert known(tree)["agents__wait"] == Known("wait", "agents")
    assert lost == set()
