from dataclasses import replace

import pytest

from gateway.domain import Dialect, Operation
from gateway.errors import InvalidRequest
from gateway.wire import operations
from gateway.wire.fields import Object
from gateway.wire.operations import ENDPOINTS, dialect_at, endpoint_at, endpoint_for, operation_at, spoken, translate
from gateway.wire.reply import Asked, Channels

HI = [{"role": "user", "content": "hi"}]
HUB = {"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 2}}
CLAUDE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude",
    "content": [{"type": "thinking", "thinking": "hm", "signature": "c2ln"}, {"type": "text", "text": "hi"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 2, "output_tokens": 1},
}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "model": "gpt",
    "status": "completed",
    "output": [
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "c2ln"},
        {"type": "message", "id": "msg_1", "content": [{"type": "output_text", "text": "hi", "annotations": []}]},
    ],
    "usage": {"input_tokens": 2, "output_tokens": 1, "total_tokens": 3},
}
SCHEMA = {"type": "object"}
REQUESTS = {
    "openai.chat": {"model": "m", "messages": HI},
    "openai.embeddings": {"model": "m", "input": "hi"},
    "openai.completions": {"model": "m", "prompt": "hi"},
    "openai.moderations": {"model": "m", "input": "hi"},
    "openai.rerank": {"model": "m", "query": "hi", "documents": ["a"]},
    "openai.responses": {"model": "m", "input": "hi", "store": False},
    "openai.transcriptions": {"model": "m", "file": {"data": "AAAA"}},
    "openai.translations": {"model": "m", "file": {"data": "AAAA"}},
    "openai.input_tokens": {"model": "m", "input": "hi"},
    "anthropic.messages": {"model": "m", "max_tokens": 9, "messages": HI},
    "anthropic.count_tokens": {"model": "m", "max_tokens": 9, "messages": HI},
    "ollama.chat": {"model": "m", "messages": HI},
    "ollama.generate": {"model": "m", "prompt": "hi"},
    "ollama.embed": {"model": "m", "input": "hi"},
    "ollama.embeddings": {"model": "m", "prompt": "hi"},
}
ROWS = {f"{row.dialect}.{row.name}": row for row in ENDPOINTS}
OF_OLLAMA = [
    name
    for name, row in ROWS.items()
    if row.operation in {Operation.CHAT, Operation.EMBEDDINGS} and name not in {"ollama.chat", "ollama.embed"}
]


def asked(row, **payload):
    return Asked(payload, "asked", "chatcmpl-1", 1, usage=row.counts(payload))


def test_every_row_has_a_request_here_and_a_name_and_paths_of_its_own():
    assert ROWS.keys() == REQUESTS.keys()
    paths = [path for row in ENDPOINTS for path in row.paths]
    assert len(ROWS) == len(ENDPOINTS)
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_found_by_its_paths_and_by_what_it_is_asked(name):
    row, request = ROWS[name], REQUESTS[name]
    assert {endpoint_at(path) for path in row.paths} == {row}
    assert {operation_at(path) for path in row.paths} == {row.operation}
    found = endpoint_for(row.dialect, row.operation, request)
    assert (found.dialect, found.operation, found.subject) == (row.dialect, row.operation, row.subject)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_knows_its_fields_and_checks_them(name):
    row, request = ROWS[name], REQUESTS[name]
    assert isinstance(row.fields, Object)
    assert request.keys() <= row.fields.fields.keys()
    row.validate(request)
    with pytest.raises(InvalidRequest):
        row.validate({**request, row.subject: 5})


@pytest.mark.parametrize(
    "name", [name for name, row in ROWS.items() if row.operation in {Operation.CHAT, Operation.EMBEDDINGS}]
)
def test_a_request_reaches_the_hub(name):
    row, request = ROWS[name], REQUESTS[name]
    tree = translate(request, row, spoken(row)).tree
    assert tree["model"] == "m"
    assert tree.get("messages", tree.get("input")) in (HI, "hi")


@pytest.mark.parametrize(
    "name", [name for name, row in ROWS.items() if row.spoken and row.dialect is not Dialect.OLLAMA]
)
def test_between_two_who_speak_alike_nothing_is_translated(name):
    row, request = ROWS[name], REQUESTS[name]
    assert spoken(row, untranslated=True, also={row.name}) is row
    translated = translate(request, row, row)
    assert translated.tree is request
    assert translated.lost == ()


@pytest.mark.parametrize("name", OF_OLLAMA)
def test_every_request_reaches_ollama_with_the_context_of_the_target(name):
    row, request = ROWS[name], REQUESTS[name]
    tree = translate(request, row, spoken(row, native=True), context=4096).tree
    assert tree.get("messages", tree.get("input")) in (HI, "hi")
    assert tree["options"]["num_ctx"] == 4096
    assert tree["truncate"] is False
    assert "prompt" not in tree


def test_losses_of_both_steps_are_reported():
    tree = {
        "max_tokens": 9,
        "messages": HI,
        "cache_control": {"type": "ephemeral"},
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "any"},
    }
    row = ROWS["anthropic.messages"]
    assert translate(tree, row, spoken(row, native=True)).lost == ("cache_control", "tool_choice")


@pytest.mark.parametrize("name", ["openai.chat", "ollama.generate"])
def test_nothing_is_translated_to_anthropics_dialect(name):
    row = ROWS[name]
    with pytest.raises(InvalidRequest):
        translate(REQUESTS[name], row, ROWS["anthropic.messages"])
    assert spoken(row, untranslated=True).hub


def test_only_servers_that_are_said_to_have_a_row_are_asked_in_its_words():
    row = ROWS["openai.completions"]
    assert spoken(row) is ROWS["openai.chat"]
    assert spoken(row, also={"rerank"}) is ROWS["openai.chat"]
    assert spoken(row, native=True, also={row.name}) is ROWS["ollama.chat"]
    for name in ("rerank", "moderations"):
        for more in ({}, {"native": True}):
            with pytest.raises(InvalidRequest):
                spoken(ROWS[f"openai.{name}"], **more)


def test_what_a_dialect_has_no_word_for_is_refused():
    with pytest.raises(InvalidRequest):
        endpoint_for(Dialect.ANTHROPIC, Operation.EMBEDDINGS, {})
    nobody = replace(ROWS["openai.embeddings"], operation="song", spoken=None)
    with pytest.raises(InvalidRequest):
        spoken(nobody)


@pytest.mark.parametrize(
    ("path", "headers", "dialect"),
    [
        ("/v1/chat/completions", (), Dialect.OPENAI),
        ("/v1/models", (), Dialect.OPENAI),
        ("/v1/models", ("anthropic-version",), Dialect.ANTHROPIC),
        ("/v1/messages", (), Dialect.ANTHROPIC),
        ("/api/anything", (), Dialect.OLLAMA),
        ("/elsewhere", ("anthropic-version",), Dialect.ANTHROPIC),
        ("/v1/chat/elsewhere", ("anthropic-version",), Dialect.OPENAI),
    ],
)
def test_an_error_is_told_in_the_dialect_of_its_path(path, headers, dialect):
    assert dialect_at(path, headers) is dialect


# --- replies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "payload", "wanted"),
    [
        ("openai.chat", {}, False),
        ("openai.chat", {"stream_options": {"include_usage": True}}, True),
        ("anthropic.messages", {}, True),
        ("ollama.chat", {}, True),
        ("ollama.generate", {}, True),
    ],
)
def test_usage_ends_a_stream_that_was_asked_for_it_or_is_translated(name, payload, wanted):
    stream = ROWS["openai.chat"].reply.streamed.open(asked(ROWS[name], **payload))
    assert (stream.last() is not None) is wanted


@pytest.mark.parametrize(
    ("name", "tree"), [("openai.chat", HUB), ("anthropic.messages", CLAUDE), ("openai.responses", RESPONSE)]
)
def test_a_whole_reply_survives_being_streamed_and_gathered(name, tree):
    shape, question = ROWS[name].reply, asked(ROWS[name])
    made = shape.whole(tree, question)
    stream = shape.streamed.open(question)
    events = [event for raw in shape.streamed.chunks_of(made) if (event := stream.chunk(raw)) is not None]
    again = shape.streamed.aggregate(events, stream.counts)
    assert stream.finished
    assert any(map(shape.streamed.has_content, events))
    assert again["model"] == made["model"] == "asked"
    assert shape.usage_of(again) == shape.usage_of(made) == stream.usage
    for key in ("content", "stop_reason", "output"):
        assert again.get(key) == made.get(key)


def test_vectors_are_made_whole_and_hold_no_text():
    shape = ROWS["openai.embeddings"].reply
    tree = {"data": [{"embedding": [3.0, 4.0]}], "usage": {"prompt_tokens": 1}}
    made = shape.whole(tree, asked(ROWS["openai.embeddings"], input="x", dimensions=1))
    assert made["data"][0]["embedding"] == [1.0]
    assert shape.channels is Channels.NONE
    assert shape.streamed is None


@pytest.mark.parametrize(
    ("name", "payload", "wanted"),
    [
        ("openai.chat", {"response_format": {"type": "json_object"}}, True),
        ("openai.chat", {"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}}, True),
        ("openai.chat", {"response_format": {"type": "text"}}, False),
        ("openai.chat", {"format": "json"}, False),
        ("anthropic.messages", {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}, True),
        ("anthropic.messages", {"output_format": {"type": "json_schema", "schema": SCHEMA}}, True),
        ("anthropic.messages", {"output_config": {"effort": "low"}}, False),
        ("ollama.chat", {"format": "json"}, True),
        ("ollama.generate", {"format": SCHEMA}, True),
        ("ollama.chat", {"format": {"type": "text"}}, True),
        ("ollama.chat", {"format": ""}, False),
        *((name, {}, False) for name in ROWS),
    ],
)
def test_an_answer_is_json_where_its_dialect_asked_for_that(name, payload, wanted):
    assert ROWS[name].in_json(payload) is wanted


def test_the_table_may_grow(monkeypatch):
    """What is looked up in the table is looked up in the table of now: a row more is all that it takes."""
    monkeypatch.setattr(operations, "ENDPOINTS", ENDPOINTS[:1])
    assert endpoint_at("/v1/embeddings") is None
    with pytest.raises(InvalidRequest):
        endpoint_for(Dialect.OLLAMA, None, {})
