"""A scripted model that works as agents expect: it uses a tool once, keeps to a schema, and then says what it learnt.

It speaks OpenAI's chat dialect, whole and streamed, and is careful about what it was given: a tool is called with
arguments of its own schema, an answer in JSON has the fields that were asked for. Where a value should be the record
number it takes it from the conversation, in whatever form it arrived there.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.kit.servers import Handler, chunk, completion, says, stream

MRN = "00448812"
NUMBER = re.compile(rf"\[MRN_[a-z2-7]{{10}}\]|{MRN}")
SCRIPTED = "__exec"
"""A tool of Codex that takes a script and no command."""
IN_WORDS = ("```json", "match the following json_schema")
"""How JSON is asked for where there is no field for it, as Instructor does."""
PIECE = 7
USAGE = {"prompt_tokens": 21, "completion_tokens": 9, "total_tokens": 30}


def acts() -> Handler:
    """One tool call where tools are offered and none has answered yet; else JSON where it is asked for; else words."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path.endswith(("/embeddings", "/moderations")):
            return await says()(request)
        body = await request.json()
        call = call_of(body)
        text = None if call else text_of(body)
        if not body.get("stream"):
            reply = completion(text, **({"tool_calls": [call]} if call else {}))
            reply["choices"][0]["finish_reason"] = "tool_calls" if call else "stop"
            return web.json_response(reply)
        return await stream(request, _chunks(text, call))

    return answer


def _chunks(text: str | None, call: dict[str, Any] | None) -> list[dict[str, Any]]:
    pieces = [chunk({"role": "assistant", "content": None if call else ""})]
    if call:
        spoken = call["function"]["arguments"]
        first = {**call, "index": 0, "function": {**call["function"], "arguments": ""}}
        pieces.append(chunk({"tool_calls": [first]}))
        cut = [spoken[start : start + PIECE] for start in range(0, len(spoken), PIECE)]
        pieces += [chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}) for piece in cut]
    said = text or ""
    pieces += [chunk({"content": said[start : start + PIECE]}) for start in range(0, len(said), PIECE)]
    pieces.append(chunk({}, "tool_calls" if call else "stop"))
    pieces.append({"id": "x", "choices": [], "usage": USAGE})
    return pieces


def call_of(body: dict[str, Any]) -> dict[str, Any] | None:
    tools = [tool["function"] for tool in body.get("tools") or [] if tool.get("type") == "function"]
    answered = any(message["role"] == "tool" for message in body["messages"])
    chosen = body.get("tool_choice")
    if not tools or chosen == "none" or (answered and chosen != "required" and not isinstance(chosen, dict)):
        return None
    named = chosen["function"]["name"] if isinstance(chosen, dict) else None
    tool = next((tool for tool in tools if tool["name"] == named), _best(tools))
    tool = tools[0] if tool is None and chosen == "required" else tool
    if tool is None:
        return None
    schema = tool.get("parameters") or {}
    arguments = _example(schema, "", schema, _said(body))
    if tool["name"].endswith(SCRIPTED):
        command = json.dumps({"cmd": f"echo potassium of {_number(body)}"})
        arguments = {"input": f"text((await tools.exec_command({command})).output);"}
    return {
        "id": "call_1",
        "type": "function",
        "function": {"name": tool["name"], "arguments": json.dumps(arguments)},
    }


def _best(tools: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The tool that a task with a shell or a record number is for; the only tool that there is; or none."""
    for tool in tools:
        properties = (tool.get("parameters") or {}).get("properties") or {}
        if {"command", "cmd", "mrn"} & set(properties) or tool["name"].endswith(SCRIPTED):
            return tool
    return tools[0] if len(tools) == 1 else None


@dataclass(frozen=True)
class _Said:
    """What a conversation gave that arguments may be made of: the record number, a count and a quotation."""

    number: str
    count: int
    quoted: tuple[str, ...]


def _said(body: dict[str, Any]) -> _Said:
    last = _plain(body["messages"][-1].get("content"))
    counted = re.search(r"\((\d)\)", last)
    return _Said(_number(body), int(counted[1]) if counted else 4, tuple(re.findall(r"'(\w+)'", last)))


def _number(body: dict[str, Any]) -> str:
    found = NUMBER.search(json.dumps(body["messages"]))
    return found[0] if found else "none"


def _example(schema: dict[str, Any], name: str, root: dict[str, Any], said: _Said) -> Any:
    """A value that fits `schema`; only what is required of an object."""
    schema = _resolved(schema, root)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if kind == "object":
        properties = schema.get("properties") or {}
        wanted = schema.get("required") or list(properties)
        return {key: _example(properties.get(key, {}), key, root, said) for key in wanted}
    if kind == "array":
        shell = ["bash", "-lc", f"echo potassium of {said.number}"]
        return shell if name == "command" else [_example(schema.get("items") or {}, name, root, said)]
    if kind == "string":
        return _word(name, said)
    return {"integer": said.count, "number": 4.5, "boolean": False}.get(kind)


def _word(name: str, said: _Said) -> str:
    if name in {"command", "cmd"}:
        return f"echo potassium of {said.number}"
    if "mrn" in name:
        return said.number
    return said.quoted[0] if name.endswith("_name") and said.quoted else "a word"


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Behind references, and the first of several."""
    while True:
        several = next((key for key in ("anyOf", "oneOf", "allOf") if key in schema), None)
        if several:
            schema = schema[several][0]
        elif "$ref" in schema:
            found: Any = root
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
        else:
            return schema


def text_of(body: dict[str, Any]) -> str:
    asked = body.get("response_format") or {}
    if asked.get("type") == "json_schema":
        schema = asked["json_schema"]["schema"]
        return json.dumps(_example(schema, "", schema, _said(body)))
    if asked.get("type") == "json_object" or any(words in json.dumps(body["messages"][-2:]) for words in IN_WORDS):
        wanted = _said(body).quoted if "keys" in json.dumps(body["messages"][-1]) else ()
        return json.dumps(dict.fromkeys(wanted, "a word") or {"mrn": _number(body), "value": 4})
    results = [_plain(message["content"]) for message in body["messages"] if message["role"] == "tool"]
    said = f"The tool said: {results[-1]}" if results else f"No tool was used for {_number(body)}"
    return said if len(said) < 2000 else said[:2000]


def _plain(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or [])
