from __future__ import annotations

import pytest

from gateway.domain import Dialect
from gateway.wire.openapi import components, error, paths, shape
from gateway.wire.operations import ENDPOINTS, LISTINGS

EVERY = paths(list(Dialect), {"x-gateway-priority": ("realtime", "batch"), "x-gateway-agent": ()})


def test_every_row_and_every_list_is_there():
    posts = {path for path, item in EVERY.items() if "post" in item}
    gets = {path for path, item in EVERY.items() if "get" in item}
    assert posts == {path for row in ENDPOINTS for path in row.paths} | {"/api/show"}
    assert gets == {path for listed in LISTINGS for path in listed.paths} | {
        f"{path}/{{name}}" for listed in LISTINGS if listed.one for path in listed.paths
    }


def test_every_operation_has_an_id_of_its_own():
    ids = [operation["operationId"] for item in EVERY.values() for operation in item.values()]
    assert len(ids) == len(set(ids))


def test_what_a_row_answers_with_is_told():
    answers = {
        path: set(EVERY[path]["post"]["responses"]["200"]["content"])
        for path in ("/v1/chat/completions", "/api/chat", "/v1/embeddings", "/v1/audio/transcriptions")
    }
    assert answers == {
        "/v1/chat/completions": {"application/json", "text/event-stream"},
        "/api/chat": {"application/json", "application/x-ndjson"},
        "/v1/embeddings": {"application/json"},
        "/v1/audio/transcriptions": {"application/json", "text/event-stream", "text/plain"},
    }
    asked = EVERY["/v1/audio/transcriptions"]["post"]["requestBody"]["content"]
    assert set(asked) == {"application/json", "multipart/form-data"}


def test_a_header_has_its_words_where_they_are_few():
    agent, priority = EVERY["/v1/chat/completions"]["post"]["parameters"]
    assert (agent["name"], agent["schema"]) == ("x-gateway-agent", {"type": "string"})
    assert priority["schema"] == {"type": "string", "enum": ["realtime", "batch"]}


def test_a_path_of_two_dialects_may_answer_in_both():
    listed = EVERY["/v1/models"]["get"]
    assert listed["tags"] == ["openai", "anthropic"]
    assert [schema["$ref"] for schema in listed["responses"]["default"]["content"]["application/json"]["schema"]["anyOf"]] == [
        "#/components/schemas/openai.error",
        "#/components/schemas/anthropic.error",
    ]  # fmt: skip


@pytest.mark.parametrize("dialect", Dialect)
def test_only_what_is_offered_is_told(dialect):
    told = paths([dialect], {})
    assert {path for path, item in told.items() if "post" in item} <= {
        *(path for row in ENDPOINTS if row.dialect is dialect for path in row.paths),
        "/api/show",
    }
    assert {name.partition(".")[0] for name in components([dialect])} == {str(dialect)}


def test_errors_have_the_shape_of_their_dialect():
    assert error(Dialect.OLLAMA)["required"] == ["error"]
    assert error(Dialect.ANTHROPIC)["required"] == ["type", "error", "request_id"]
    assert error(Dialect.OPENAI)["properties"]["error"]["required"] == ["message", "type", "param", "code"]


def test_a_shape_is_read_off_one_specimen():
    assert shape({"a": [1], "b": None, "c": True, "d": []}) == {
        "type": "object",
        "properties": {
            "a": {"type": "array", "items": {"type": "integer"}},
            "b": {"type": ["string", "null"]},
            "c": {"type": "boolean"},
            "d": {"type": "array", "items": {}},
        },
        "required": ["a", "b", "c", "d"],
    }
