from __future__ import annotations

from gateway.domain import Dialect, Operation, ProviderKind
from gateway.outbound.sanitise import sanitise
from gateway.wire.operations import endpoint_for

CALLS = [{"id": "1", "function": {"name": "f", "arguments": ""}}]


def fitted(tree, kind, dialect=Dialect.OPENAI, operation=Operation.CHAT):
    return sanitise(tree, kind, endpoint_for(dialect, operation, tree))


def message(**fields):
    return {"messages": [{"role": "assistant", **fields}]}


def test_a_kinds_own_repairs_and_those_of_all_are_made_on_a_copy():
    tree = message(tool_calls=CALLS, reasoning_content="r")
    before = repr(tree)
    made = fitted(tree, ProviderKind.OLLAMA)
    assert made["messages"][0]["reasoning"] == "r"
    assert made["messages"][0]["tool_calls"][0]["function"]["arguments"] == "{}"
    assert repr(tree) == before


def test_embeddings_come_as_floats_or_as_the_server_will():
    asked = {"input": "x", "encoding_format": "base64"}
    assert fitted(asked, ProviderKind.OPENAI, operation=Operation.EMBEDDINGS)["encoding_format"] == "float"
    assert "encoding_format" not in fitted(asked, ProviderKind.LM_STUDIO, operation=Operation.EMBEDDINGS)


def test_other_dialects_are_left_alone():
    tree = message(tool_calls=CALLS)
    assert fitted(tree, ProviderKind.ANTHROPIC, dialect=Dialect.ANTHROPIC) is tree
