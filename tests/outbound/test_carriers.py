"""Every part of a request that can carry an identifier, and what becomes of it on the way to a target off the premises."""

from __future__ import annotations

import base64
import json
from typing import Any

import orjson
import pytest

from gateway.domain import Adapter, Carrier, Dialect, Operation, ProviderKind, UnknownReason
from gateway.errors import ErrandDenied, InvalidRequest
from gateway.phi.read.scan import walk
from gateway.phi.replace.redact import RedactionRefused

from .conftest import call_of, target_of

CANARY = "MRN 8675309"
SAID = {"role": "user", "content": "hello"}
CLAUDE = target_of(ProviderKind.ANTHROPIC)
OLLAMA = target_of(ProviderKind.OLLAMA, Adapter.OLLAMA)

REDACTED = "redacted"  # it leaves without the canary
DROPPED = "dropped"  # the field does not leave
REFUSED = "refused"  # this egress is refused
ERRAND = "errand"
INVALID = "invalid"  # 400


def openai(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [SAID], **fields}


def said(message: dict[str, Any]) -> dict[str, Any]:
    return openai(messages=[SAID, message])


def tool(**function: Any) -> dict[str, Any]:
    return openai(tools=[{"type": "function", "function": {"name": "f", **function}}])


def called(name: str, arguments: str) -> dict[str, Any]:
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return said({"role": "assistant", "content": None, "tool_calls": [call]})


def part(**fields: Any) -> dict[str, Any]:
    return said({"role": "user", "content": [fields]})


def claude(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 9, "messages": [SAID], **fields}


def block(role: str = "user", **fields: Any) -> dict[str, Any]:
    return claude(messages=[{"role": role, "content": [fields]}])


def ollama(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [SAID], **fields}


DATA_URL = "data:image/png;base64," + base64.b64encode(CANARY.encode()).decode()
PICTURE, SOUND, PDF = "iVBORw0KGgo=", "UklGRiQAAABXQVZF", "JVBERi0xLjcKJeLjz9MK"
ESCAPED = '{"note": "MRN \\u0038675309"}'

OPENAI_TABLE = {
    "system message": (said({"role": "system", "content": CANARY}), REDACTED),
    "developer message": (said({"role": "developer", "content": CANARY}), REDACTED),
    "user message": (said({"role": "user", "content": CANARY}), REDACTED),
    "assistant message": (said({"role": "assistant", "content": CANARY}), REDACTED),
    "reasoning": (said({"role": "assistant", "content": "x", "reasoning_content": CANARY}), DROPPED),
    "refusal": (said({"role": "assistant", "content": "x", "refusal": CANARY}), REDACTED),
    "tool message": (said({"role": "tool", "tool_call_id": "1", "content": CANARY}), REDACTED),
    "tool message in JSON": (said({"role": "tool", "tool_call_id": "1", "content": '{"mrn": 8675309}'}), REDACTED),
    "tool message in parts": (
        said({"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": CANARY}]}),
        REDACTED,
    ),
    "text part": (part(type="text", text=CANARY), REDACTED),
    "name": (said({"role": "user", "content": "x", "name": "Anna_Muster"}), REDACTED),
    "tool name": (tool(name="of_Anna_Muster"), REDACTED),
    "tool description": (tool(description=CANARY), REDACTED),
    "tool property": (tool(parameters={"type": "object", "properties": {CANARY: {"type": "string"}}}), REDACTED),
    "tool enum": (tool(parameters={"enum": [CANARY]}), REDACTED),
    "tool default number": (tool(parameters={"default": 8675309}), REFUSED),
    "tool default": (tool(parameters={"properties": {"mrn": {"default": "8675309"}}}), REDACTED),
    "tool constant": (tool(parameters={"properties": {"mrn": {"const": "8675309"}}}), REDACTED),
    "tool example": (tool(parameters={"properties": {"mrn": {"examples": ["8675309"]}}}), REDACTED),
    "custom tool": (openai(tools=[{"type": "custom", "custom": {"name": "f", "description": CANARY}}]), REDACTED),
    "tool choice": (openai(tool_choice={"type": "function", "function": {"name": "Anna_Muster"}}), REDACTED),
    "tool call name": (called("Anna_Muster", "{}"), REDACTED),
    "tool arguments": (called("f", json.dumps({"note": CANARY})), REDACTED),
    "tool argument key": (called("f", json.dumps({CANARY: 1})), REDACTED),
    "tool argument number": (called("f", '{"mrn":8675309}'), REDACTED),
    "escaped tool argument": (called("f", ESCAPED), REDACTED),
    "tool argument behind an equal key": (called("f", '{"a":"8675309","a":""}'), REDACTED),
    "tool arguments that are no JSON": (called("f", CANARY), REDACTED),
    "legacy call": (
        said({"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": json.dumps(CANARY)}}),
        REDACTED,
    ),
    "legacy function": (openai(functions=[{"name": "f", "description": CANARY}]), REDACTED),
    "user": (openai(user=CANARY), DROPPED),
    "metadata": (openai(metadata={"note": CANARY, CANARY: 1, "mrn": 8675309}), DROPPED),
    "safety identifier": (openai(safety_identifier=CANARY), DROPPED),
    "cache key": (openai(prompt_cache_key=CANARY), DROPPED),
    "stop": (openai(stop=CANARY), REDACTED),
    "stops": (openai(stop=["x", CANARY]), REDACTED),
    "prediction": (openai(prediction={"type": "content", "content": CANARY}), REDACTED),
    "predicted parts": (
        openai(prediction={"type": "content", "content": [{"type": "text", "text": CANARY}]}),
        REDACTED,
    ),
    "schema": (
        openai(
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "x", "description": CANARY, "schema": {"properties": {CANARY: {}}}},
            }
        ),
        REDACTED,
    ),
    "schema name": (
        openai(response_format={"type": "json_schema", "json_schema": {"name": "Anna_Muster", "schema": {}}}),
        REDACTED,
    ),
    "logit bias": (openai(logit_bias={"8675309": 1}), UnknownReason.UNREADABLE),
    "seed": (openai(seed=8675309), DROPPED),
    "limit": (openai(max_tokens=8675309), UnknownReason.UNREADABLE),
    "temperature": (openai(temperature=CANARY), UnknownReason.UNREADABLE),
    "role": (said({"role": CANARY, "content": "x"}), UnknownReason.UNREADABLE),
    "call id that is none": (said({"role": "tool", "tool_call_id": CANARY, "content": "x"}), UnknownReason.UNREADABLE),
    "part type": (part(type=CANARY, text="x"), UnknownReason.UNREADABLE),
    "service tier": (openai(service_tier=CANARY), UnknownReason.UNREADABLE),
    "image": (part(type="image_url", image_url={"url": f"data:image/png;base64,{PICTURE}"}), UnknownReason.IMAGE),
    "text that calls itself a picture": (part(type="image_url", image_url={"url": DATA_URL}), REFUSED),
    "drawing": (
        part(type="image_url", image_url={"url": f"data:image/svg+xml,<svg><text>{CANARY}</text></svg>"}),
        REFUSED,
    ),
    "parameter of a media type": (
        part(type="image_url", image_url={"url": f"data:image/png;name={CANARY};base64,{PICTURE}"}),
        REFUSED,
    ),
    "image address": (part(type="image_url", image_url={"url": f"https://x.test/{CANARY}"}), ERRAND),
    "image address, short": (part(type="image_url", image_url="https://x.test/8675309"), ERRAND),
    "audio": (part(type="input_audio", input_audio={"data": SOUND, "format": "wav"}), UnknownReason.AUDIO),
    "file": (part(type="file", file={"file_data": PDF, "filename": "x.pdf"}), UnknownReason.FILE),
    "text that calls itself a file": (part(type="file", file={"file_data": DATA_URL, "filename": "x.pdf"}), REFUSED),
    "file name": (part(type="file", file={"file_data": "eA==", "filename": f"{CANARY}.pdf"}), REDACTED),
    "file id": (part(type="file", file={"file_id": "file-1"}), ERRAND),
    "stored audio": (said({"role": "assistant", "content": None, "audio": {"id": "audio_1"}}), ERRAND),
    "hosted tool": (openai(tools=[{"type": "web_search"}]), ERRAND),
    "web search": (openai(web_search_options={}), ERRAND),
    "servers": (openai(mcp_servers=[{"url": "https://x.test"}]), ERRAND),
    "store": (openai(store=True), DROPPED),
    "previous response": (openai(previous_response_id="resp_1"), ERRAND),
    "container": (openai(container="c_1"), ERRAND),
    "adapters": (openai(adapters="x"), ERRAND),
    "draft model": (openai(draft_model="x"), ERRAND),
    "address": (openai(api_base="https://x.test"), INVALID),
    "key": (openai(api_key="x"), INVALID),
    "headers": (openai(extra_headers={"x": "y"}), INVALID),
    "mock": (openai(mock_response="x"), INVALID),
    "model": (openai(model=CANARY), DROPPED),
    "call id": (said({"role": "tool", "tool_call_id": "mrn-8675309", "content": "x"}), REDACTED),
    "id of a call": (
        said({"role": "assistant", "tool_calls": [{"id": "mrn_8675309", "function": {"name": "f", "arguments": ""}}]}),
        REDACTED,
    ),
    "top_p": (openai(top_p=0.8675309), DROPPED),
    "count": (openai(max_tokens=1234567), DROPPED),
    "voice": (openai(audio={"voice": "muster", "format": "wav"}), UnknownReason.UNREADABLE),
    "flag": (openai(parallel_tool_calls=0.8675309), UnknownReason.UNREADABLE),
    "unknown field": (openai(hospital={"note": CANARY, "mrn": 8675309}), DROPPED),
    "unknown field of a message": (said({"role": "user", "content": "x", "note": CANARY}), DROPPED),
    "unknown field of a part": (part(type="text", text="x", note=CANARY), DROPPED),
    "unknown key": (openai(**{CANARY: 1}), DROPPED),
    "field of local servers": (openai(chat_template_kwargs={"note": CANARY}), DROPPED),
    "text where none belongs": (openai(messages=[{"role": "user", "content": {"note": CANARY}}]), REDACTED),
    "message that is none": (openai(messages=[CANARY]), REDACTED),
}
DOCUMENT = {"type": "text", "media_type": "text/plain", "data": CANARY}
CLAUDE_TABLE = {
    "system": (claude(system=CANARY), REDACTED),
    "system blocks": (
        claude(system=[{"type": "text", "text": CANARY, "cache_control": {"type": "ephemeral"}}]),
        REDACTED,
    ),
    "message": (claude(messages=[{"role": "user", "content": CANARY}]), REDACTED),
    "text": (block(type="text", text=CANARY), REDACTED),
    "citation": (
        block("assistant", type="text", text="x", citations=[{"type": "char_location", "cited_text": CANARY}]),
        REDACTED,
    ),
    "document": (block(type="document", source=DOCUMENT), REDACTED),
    "document title": (block(type="document", title=CANARY, source={**DOCUMENT, "data": "x"}), REDACTED),
    "document context": (block(type="document", context=CANARY, source={**DOCUMENT, "data": "x"}), REDACTED),
    "document of blocks": (
        block(type="document", source={"type": "content", "content": [{"type": "text", "text": CANARY}]}),
        REDACTED,
    ),
    "PDF": (
        block(type="document", source={"type": "base64", "media_type": "application/pdf", "data": PDF}),
        UnknownReason.FILE,
    ),
    "document address": (block(type="document", source={"type": "url", "url": "https://x.test/8675309"}), ERRAND),
    "document id": (block(type="document", source={"type": "file", "file_id": "file_1"}), ERRAND),
    "image": (
        block(type="image", source={"type": "base64", "media_type": "image/png", "data": PICTURE}),
        UnknownReason.IMAGE,
    ),
    "image address": (block(type="image", source={"type": "url", "url": "https://x.test/a.png"}), ERRAND),
    "search result": (
        block(type="search_result", source=CANARY, title=CANARY, content=[{"type": "text", "text": CANARY}]),
        REDACTED,
    ),
    "tool use": (
        block("assistant", type="tool_use", id="t_1", name="Anna_Muster", input={"note": CANARY, CANARY: [8675309]}),
        REDACTED,
    ),
    "tool result": (block(type="tool_result", tool_use_id="t_1", content=CANARY), REDACTED),
    "tool result blocks": (
        block(type="tool_result", tool_use_id="t_1", content=[{"type": "text", "text": CANARY}]),
        REDACTED,
    ),
    "signed thinking": (block("assistant", type="thinking", thinking=CANARY, signature="c2ln"), REFUSED),
    "unsigned thinking": (block("assistant", type="thinking", thinking=CANARY, signature=""), DROPPED),
    "hidden thinking": (
        block("assistant", type="redacted_thinking", data=CANARY),
        UnknownReason.UNREADABLE,
    ),
    "number in a signature": (
        block("assistant", type="thinking", thinking="x", signature="EqQB/mrn-8675309"),
        REFUSED,
    ),
    "tool use id": (block("assistant", type="tool_use", id="mrn-8675309", name="f", input={}), REDACTED),
    "signature": (
        block("assistant", type="thinking", thinking="x", signature=CANARY),
        UnknownReason.UNREADABLE,
    ),
    "cache control": (
        block(type="text", text="x", cache_control={"type": CANARY}),
        UnknownReason.UNREADABLE,
    ),
    "unknown block": (block(type="hospital", note=CANARY), UnknownReason.UNREADABLE),
    "tool": (claude(tools=[{"name": "f", "description": CANARY, "input_schema": {"enum": [CANARY]}}]), REDACTED),
    "tool choice": (claude(tool_choice={"type": "tool", "name": "Anna_Muster"}), REDACTED),
    "hosted tool": (claude(tools=[{"type": "web_search_20250305", "name": "web_search"}]), ERRAND),
    "stop": (claude(stop_sequences=[CANARY]), REDACTED),
    "metadata": (claude(metadata={"user_id": CANARY}), DROPPED),
    "servers": (claude(mcp_servers=[{"type": "url", "url": "https://x.test"}]), ERRAND),
    "container": (claude(container="c_1"), ERRAND),
    "output format": (
        claude(output_config={"format": {"type": "json_schema", "schema": {"enum": [CANARY]}}}),
        REDACTED,
    ),
    "unknown field": (claude(hospital=CANARY), DROPPED),
}
OLLAMA_TABLE = {
    "message": (ollama(messages=[{"role": "user", "content": CANARY}]), REDACTED),
    "thinking": (ollama(messages=[{"role": "assistant", "content": "x", "thinking": CANARY}]), REDACTED),
    "images": (ollama(messages=[{"role": "user", "content": "x", "images": [PICTURE]}]), UnknownReason.IMAGE),
    "tool arguments": (
        ollama(
            messages=[
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [
                        {"function": {"name": "Anna_Muster", "arguments": {"mrn": 8675309, CANARY: CANARY}}}
                    ],
                }
            ]
        ),
        REDACTED,
    ),
    "tool result": (ollama(messages=[{"role": "tool", "tool_name": "Anna_Muster", "content": CANARY}]), REDACTED),
    "format": (ollama(format={"enum": [CANARY]}), REDACTED),
    "stop": (ollama(options={"stop": [CANARY]}), REDACTED),
    "option": (ollama(options={"num_ctx": CANARY}), UnknownReason.UNREADABLE),
    "keep alive": (ollama(keep_alive=CANARY), DROPPED),
    "name of a model": (ollama(name=CANARY), DROPPED),
    "seed": (ollama(options={"seed": 8675309}), DROPPED),
    "prompt": ({"prompt": CANARY}, REDACTED),
    "generated system": ({"prompt": "x", "system": CANARY}, REDACTED),
    "template": ({"prompt": "x", "template": CANARY}, REDACTED),
    "suffix": ({"prompt": "x", "suffix": CANARY}, REDACTED),
    "context": ({"prompt": "x", "context": [1, 2]}, UnknownReason.TOKEN_IDS),
    "generated images": ({"prompt": "x", "images": [PICTURE]}, UnknownReason.IMAGE),
}
EMBEDDINGS_TABLE = {
    "input": ({"input": CANARY}, REDACTED),
    "inputs": ({"input": ["x", CANARY]}, REDACTED),
    "token ids": ({"input": [8675309]}, UnknownReason.TOKEN_IDS),
    "numbers that are no token ids": ({"input": [536228417]}, UnknownReason.UNREADABLE),
    "lists of token ids": ({"input": [[8675309], [1]]}, UnknownReason.TOKEN_IDS),
    "input that is none": ({"input": [{"note": CANARY}]}, REDACTED),
    "user": ({"input": "x", "user": CANARY}, DROPPED),
    "encoding": ({"input": "x", "encoding_format": CANARY}, UnknownReason.UNREADABLE),
}
ROWS = [
    pytest.param(payload, dialect, target, operation, fate, id=f"{dialect} {name}")
    for table, dialect, target, operation in (
        (OPENAI_TABLE, Dialect.OPENAI, target_of(), Operation.CHAT),
        (CLAUDE_TABLE, Dialect.ANTHROPIC, CLAUDE, Operation.CHAT),
        (OLLAMA_TABLE, Dialect.OLLAMA, OLLAMA, Operation.CHAT),
        (EMBEDDINGS_TABLE, Dialect.OPENAI, target_of(), Operation.EMBEDDINGS),
    )
    for name, (payload, fate) in table.items()
]


def forms(secret: str) -> list[bytes]:
    """A value as it is, as JSON may escape it, and in base64 at any of the three offsets."""
    escaped = "".join(f"\\u{ord(character):04x}" for character in secret)
    encoded = [base64.b64encode(b"x" * shift + secret.encode())[4 if shift else 0 : -4] for shift in range(3)]
    return [secret.encode(), escaped.encode(), *encoded]


@pytest.mark.parametrize(("payload", "dialect", "target", "operation", "fate"), ROWS)
def test_what_becomes_of_an_identifier_in_every_carrier(send, payload, dialect, target, operation, fate):
    before = orjson.dumps(payload)
    match fate:
        case "refused":
            with pytest.raises(RedactionRefused):
                send(payload, dialect, target=target, operation=operation)
        case "errand":
            with pytest.raises(ErrandDenied):
                send(payload, dialect, target=target, operation=operation)
        case "invalid":
            with pytest.raises(InvalidRequest):
                send(payload, dialect, target=target, operation=operation)
        case UnknownReason():  # the policy is told; it takes nothing out of what it could not read
            assert fate in {unknown.reason for unknown in walk(call_of(payload, dialect, operation=operation)).unknowns}
        case _:
            content = send(payload, dialect, target=target, operation=operation).outbound.content
            for secret in ("8675309", "Anna Muster", "Anna_Muster"):
                assert not [form for form in forms(secret) if form in content]
            assert (b"MRN_" in content or b"NAME_" in content) == (fate == REDACTED)
    assert orjson.dumps(payload) == before


def test_every_carrier_of_the_closed_set_is_met():
    met = {
        leaf.carrier
        for row in ROWS
        for leaf in walk(call_of(row.values[0], row.values[1], operation=row.values[3])).leaves
    }
    assert met == set(Carrier)
