"""Codex CLI 0.171 by its defaults, recorded field by field: it is answered, its tools are called, nothing of it leaks.

The words of its prompts are ours.
"""

from __future__ import annotations

import json
from typing import Any

from tests.kit.responses import events_of
from tests.kit.servers import says

_TURN = "01a22bb9-ddf2-7370-833a-0096e8ced0b1"
_SESSION = "01a22bb9-dd6c-7c93-97fd-ac39a5d61dee"
_WINDOW = f"{_SESSION}:0"
HEADERS = {
    "accept": "text/event-stream",
    "originator": "codex_exec",
    "session-id": _SESSION,
    "thread-id": _SESSION,
    "x-client-request-id": _SESSION,
    "x-codex-beta-features": "remote_compaction_v2",
    "x-codex-window-id": _WINDOW,
}


def message(role: str, *texts: str) -> dict[str, Any]:
    kind = "output_text" if role == "assistant" else "input_text"
    content = [{"type": kind, "text": text} for text in texts]
    return {"type": "message", "id": "msg_9026d584-169a-510d-9d71-907cffee366a", "role": role, "content": content}


def function(name: str, **properties: str) -> dict[str, Any]:
    made = {key: {"type": kind, "description": f"What {key} is."} for key, kind in properties.items()}
    parameters = {"type": "object", "properties": made, "required": list(made)[:1], "additionalProperties": False}
    return {"type": "function", "name": name, "description": f"Does {name}.", "strict": False, "parameters": parameters}


def metadata() -> dict[str, str]:
    turn = {
        "installation_id": "eb894491-cbe4-440b-8da9-de02750e6bf6",
        "session_id": _SESSION,
        "agent_name": "/root",
        "turn_id": _TURN,
        "window_number": 0,
        "request_kind": "turn",
        "sandbox": "seccomp",
        "turn_started_at_unix_ms": 1796029931002,
        "analytics_enabled": True,
        "model": "general",
    }
    return {
        "session_id": _SESSION,
        "x-codex-installation-id": "eb894491-cbe4-440b-8da9-de02750e6bf6",
        "turn_id": _TURN,
        "x-codex-window-id": _WINDOW,
        "x-codex-turn-metadata": json.dumps(turn),
    }


def request(*more: dict[str, Any], custom: bool = False) -> dict[str, Any]:
    """The first turn, and what comes `more` to its input; `custom`: with the tool it adds for models it knows."""
    tools = [
        function("exec_command", cmd="string", tty="boolean", yield_time_ms="number"),
        function("write_stdin", session_id="number", chars="string"),
        function("view_image", path="string"),
        {
            "type": "namespace",
            "name": "multi_agent_v1",
            "description": "Other agents.",
            "tools": [function("spawn_agent", message="string"), function("wait_agent", targets="string")],
        },
        {"type": "web_search", "external_web_access": False},
    ]
    if custom:
        grammar = {"type": "grammar", "syntax": "lark", "definition": 'start: "*** Begin Patch" TEXT'}
        tools.append({"type": "custom", "name": "apply_patch", "description": "Patches.", "format": grammar})
    return {
        "model": "general",
        "stream": True,
        "input": [
            message("developer", "You are a coding agent."),
            message("developer", "<skills>None.</skills>", "<permissions>Read only.</permissions>"),
            message("user", "<environment_context>\n  <cwd>/srv/portal</cwd>\n</environment_context>"),
            message("user", "Say hello."),
            *more,
        ],
        "tools": tools,
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "reasoning": {"summary": "auto"},
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": _SESSION,
        "client_metadata": metadata(),
    }


async def test_codex_is_answered_by_its_defaults(simple):
    gateway, server = simple
    calls = [
        {"id": "c1", "type": "function", "function": {"name": "exec_command", "arguments": '{"cmd":"ls"}'}},
        {"id": "c2", "type": "function", "function": {"name": "multi_agent_v1__spawn_agent", "arguments": "{}"}},
    ]
    server.answer = says("Let me look.", tool_calls=calls)
    reply, found = await events_of(gateway, request(), HEADERS)
    assert reply.headers["x-gateway-not-carried"] == (
        "client_metadata,include.reasoning.encrypted_content,prompt_cache_key,reasoning.summary,tools.web_search"
    )
    [sent] = server.sent
    assert [message["role"] for message in sent.json["messages"]] == ["system", "user", "user"]
    assert [tool["function"]["name"] for tool in sent.json["tools"]][-2:] == [
        "multi_agent_v1__spawn_agent",
        "multi_agent_v1__wait_agent",
    ]
    assert "01a22bb9" not in sent.body.decode() + str(sent.headers)
    done = [event["item"] for event in found if event["type"] == "response.output_item.done"]
    assert [item["type"] for item in done] == ["message", "function_call", "function_call"]
    assert (done[2]["namespace"], done[2]["name"]) == ("multi_agent_v1", "spawn_agent")
    server.answer = says("Done.")
    outputs = [{"type": "function_call_output", "call_id": call, "output": "ok"} for call in ("c1", "c2")]
    _, found = await events_of(gateway, request(*done, *outputs), HEADERS)
    assert found[-1]["type"] == "response.completed"
    said = server.sent[-1].json["messages"][3:]
    assert [message["role"] for message in said] == ["assistant", "tool", "tool"]
    assert [call["function"]["name"] for call in said[0]["tool_calls"]] == [
        "exec_command",
        "multi_agent_v1__spawn_agent",
    ]


async def test_codex_patches_with_its_own_tool(simple):
    gateway, server = simple
    patch = "*** Begin Patch\n*** End Patch"
    call = {"name": "apply_patch", "arguments": json.dumps({"input": patch})}
    server.answer = says(None, tool_calls=[{"id": "c1", "type": "function", "function": call}])
    _, found = await events_of(gateway, request(custom=True), HEADERS)
    [item] = found[-1]["response"]["output"]
    assert (item["type"], item["input"]) == ("custom_tool_call", patch)
    server.answer = says("Done.")
    output = {"type": "custom_tool_call_output", "call_id": "c1", "output": "ok"}
    await events_of(gateway, request(item, output, custom=True), HEADERS)
    assert server.sent[-1].json["messages"][-2]["tool_calls"][0]["function"]["arguments"] == call["arguments"].replace(
        ": ", ":"
    )
