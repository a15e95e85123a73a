import pytest

from gateway.domain import Call, Caller, Dialect, Operation
from gateway.pipeline import shape
from gateway.wire.anthropic.passthrough import EventStream
from gateway.wire.openai.reply import ChunkStream

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


def call(dialect=Dialect.OPENAI, operation=Operation.CHAT, **payload):
    return Call(
        operation=operation,
        dialect=dialect,
        payload=payload,
        model="asked",
        stream=True,
        caller=Caller("c"),
        request_id="req_1",
    )


@pytest.mark.parametrize(
    ("dialect", "options", "wanted"),
    [
        (Dialect.OPENAI, {}, False),
        (Dialect.OPENAI, {"stream_options": {"include_usage": True}}, True),
        (Dialect.ANTHROPIC, {}, True),
        (Dialect.OLLAMA, {}, True),
    ],
)
def test_usage_ends_a_stream_that_was_asked_for_it_or_is_translated(dialect, options, wanted):
    made = shape.stream_shape(call(dialect, **options), Dialect.OPENAI, model="asked")
    assert isinstance(made, ChunkStream)
    assert (made.last() is not None) is wanted


def test_a_claude_stream_keeps_its_own_shape():
    assert isinstance(shape.stream_shape(call(Dialect.ANTHROPIC), Dialect.ANTHROPIC, model="asked"), EventStream)


@pytest.mark.parametrize(("dialect", "tree"), [(Dialect.OPENAI, HUB), (Dialect.ANTHROPIC, CLAUDE)])
def test_a_whole_reply_survives_being_streamed_and_gathered(dialect, tree):
    made = shape.whole_reply(call(dialect), dialect, tree, model="asked")
    stream = shape.stream_shape(call(dialect), dialect, model="asked")
    events = [event for raw in shape.chunks_of(made) if (event := stream.chunk(raw)) is not None]
    again = shape.aggregate(events, usage=stream.usage)
    assert stream.finished
    assert any(map(shape.has_content, events))
    assert again["model"] == made["model"] == "asked"
    assert shape.usage_of(again) == shape.usage_of(made) == stream.usage
    for key in ("content", "stop_reason"):
        assert again.get(key) == made.get(key)


def test_embeddings_are_made_whole():
    tree = {"data": [{"embedding": [3.0, 4.0]}], "usage": {"prompt_tokens": 1}}
    made = shape.whole_reply(
        call(operation=Operation.EMBEDDINGS, input="x", dimensions=1), Dialect.OPENAI, tree, model="asked"
    )
    assert made["data"][0]["embedding"] == [1.0]


SCHEMA = {"type": "object"}


@pytest.mark.parametrize(
    ("dialect", "payload", "wanted"),
    [
        (Dialect.OPENAI, {"response_format": {"type": "json_object"}}, True),
        (Dialect.OPENAI, {"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}}, True),
        (Dialect.OPENAI, {"response_format": {"type": "text"}}, False),
        (Dialect.OPENAI, {"format": "json"}, False),
        (Dialect.ANTHROPIC, {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}, True),
        (Dialect.ANTHROPIC, {"output_format": {"type": "json_schema", "schema": SCHEMA}}, True),
        (Dialect.ANTHROPIC, {"output_config": {"effort": "low"}}, False),
        (Dialect.OLLAMA, {"format": "json"}, True),
        (Dialect.OLLAMA, {"format": SCHEMA}, True),
        (Dialect.OLLAMA, {"format": {"type": "text"}}, True),
        (Dialect.OLLAMA, {"format": ""}, False),
        *((dialect, {}, False) for dialect in Dialect),
    ],
)
def test_an_answer_is_json_where_its_dialect_asked_for_that(dialect, payload, wanted):
    assert shape.answered_in_json(call(dialect, **payload)) is wanted
