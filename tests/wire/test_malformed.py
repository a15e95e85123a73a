"""What a provider sends may have any shape: it is read, or it is a failure of the provider's, and never a fault of ours."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import UpstreamFailed
from gateway.wire.ollama import native_reply
from gateway.wire.operations import ENDPOINTS
from gateway.wire.reply import Asked, Channels
from gateway.wire.writer import Answering, Timing

NAMES = """
choices index message delta role content reasoning_content tool_calls id type function custom name arguments
input finish_reason logprobs usage prompt_tokens completion_tokens prompt_tokens_details audio data transcript
refusal function_call images annotations error text thinking signature citations content_block stop_reason
input_tokens output_tokens output_tokens_details partial_json citation done done_reason embedding embeddings
prompt_eval_count eval_count timings prompt_ms total_duration tool_use
response output item status summary encrypted_content delta input_tokens_details
""".split()  # noqa: SIM905  a list of so many words is no easier to read
WORDS = """
message text thinking tool_use function custom stop length content_block_delta content_block_start message_start
message_delta text_delta input_json_delta { AA== é
response response.created response.completed response.output_text.delta response.output_item.added output_text failed
""".split()  # noqa: SIM905
SCALARS = st.none() | st.booleans() | st.integers(-2, 3) | st.floats(allow_nan=False) | st.sampled_from(WORDS)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)


def like(value: Any) -> st.SearchStrategy[Any]:
    """A reply like this one, of which some parts are something else."""
    if isinstance(value, dict):
        inner = st.fixed_dictionaries({name: like(one) for name, one in value.items()})
    elif isinstance(value, list):
        inner = st.tuples(*map(like, value)).map(list)
    else:
        return st.just(value) | JSON
    return st.sampled_from([True] * 9 + [False]).flatmap(lambda as_it_is: inner if as_it_is else JSON)


CALL = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
SAID = {"role": "assistant", "content": "Hi", "tool_calls": [CALL], "audio": {"data": "AA==", "transcript": "Hi"}}
COUNTS = {"prompt_tokens": 1, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}}
CHOICE = {"index": 0, "finish_reason": "stop", "logprobs": {"content": [{"token": "Hi"}]}}
BLOCKS = [{"type": "text", "text": "Hi", "citations": []}, {"type": "tool_use", "id": "t", "name": "f", "input": {}}]
MESSAGE = {"type": "message", "content": BLOCKS, "usage": {"input_tokens": 1, "output_tokens": 2}, "stop_reason": "x"}
RESPONSE = {
    "object": "response",
    "status": "completed",
    "output": [
        {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]},
        {"type": "function_call", "arguments": "{}"},
    ],
    "usage": {"input_tokens": 1, "output_tokens": 2},
}
WHOLE = [
    RESPONSE,
    {"choices": [CHOICE | {"message": SAID}], "usage": COUNTS},
    {"data": [{"index": 0, "embedding": [0.5]}], "usage": {"prompt_tokens": 1}},
    MESSAGE,
    {"message": {"content": "Hi", "tool_calls": [CALL]}, "done": True, "eval_count": 2, "embeddings": [[1]]},
]
PIECES = [
    {"type": "response.created", "response": RESPONSE},
    {"type": "response.output_text.delta", "delta": "Hi", "output_index": 0},
    {"type": "response.completed", "response": RESPONSE},
    {"choices": [CHOICE | {"delta": SAID}], "usage": COUNTS},
    {"type": "message_start", "message": MESSAGE},
    {"type": "content_block_start", "index": 0, "content_block": BLOCKS[0]},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
]
TREES = st.one_of([st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6), *map(like, WHOLE)]).filter(
    lambda tree: isinstance(tree, dict)
)
CHUNKS = st.one_of([st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6), *map(like, PIECES)]).filter(
    lambda tree: isinstance(tree, dict)
)
ROWS = [row for row in ENDPOINTS if row.name != "count_tokens"]
SHAPES = list({id(row.reply): row for row in ROWS}.values())


def _answers(row, shape) -> bool:
    """Whether callers of the row get replies of this shape: the hub's are everybody's."""
    hub = shape.hub and shape.reply.channels is Channels.CHOICES
    return row.operation is shape.operation and (row.reply is shape.reply or hub)


class StillClock:
    def now(self):
        return "2026-11-30T10:00:00Z"

    def content(self):
        pass

    def timing(self):
        return Timing(self.now(), 900, 300)


ANSWERING = Answering("req_1", StillClock())
ASKED = Asked({"messages": [], "input": "x"}, "m", "chatcmpl-1", 7, usage=True)
FUZZED = settings(deadline=None, suppress_health_check=list(HealthCheck))


@FUZZED
@given(tree=TREES)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda row: f"{row.dialect}.{row.name}")
def test_a_whole_reply_of_any_shape_is_read_or_a_failure_of_the_providers(shape, tree):
    reply = shape.reply
    with contextlib.suppress(UpstreamFailed):
        made = reply.whole(tree, ASKED)
        reply.usage_of(tree)
        for row in ROWS:
            if _answers(row, shape):
                with contextlib.suppress(UpstreamFailed):
                    row.whole(made, reply, ANSWERING)
        if reply.streamed is None:
            return
        stream = reply.streamed.open(ASKED)
        chunks = [chunk for raw in reply.streamed.chunks_of(made) if (chunk := stream.chunk(raw)) is not None]
        reply.streamed.aggregate(chunks, stream.counts)


@FUZZED
@given(trees=st.lists(CHUNKS, max_size=5))
@pytest.mark.parametrize(
    "shape", [row for row in SHAPES if row.reply.streamed], ids=lambda row: f"{row.dialect}.{row.name}"
)
def test_a_stream_of_any_shape_is_read_or_a_failure_of_the_providers(shape, trees):
    reply = shape.reply
    stream = reply.streamed.open(ASKED)
    chunks = []
    with contextlib.suppress(UpstreamFailed):
        for tree in trees:
            chunk = stream.chunk(tree)
            if chunk is not None:
                reply.streamed.has_content(chunk)
                chunks.append(chunk)
        last = stream.last()
        chunks += [last] if last else []
        assert stream.usage is None or stream.usage.reported
    with contextlib.suppress(UpstreamFailed):
        reply.streamed.aggregate(chunks, stream.counts)
    for row in ROWS:
        if row.writer and _answers(row, shape):
            writer = row.writer(ANSWERING)
            writer.opened(reply)
            with contextlib.suppress(UpstreamFailed):
                for chunk in chunks:
                    writer.event(chunk)
                writer.end()


@FUZZED
@given(trees=st.lists(TREES, max_size=3))
def test_a_native_reply_of_any_shape_is_read_or_a_failure_of_the_providers(trees):
    chunks = native_reply.Chunks(model="m", reply_id="chatcmpl-1", created=7)
    with contextlib.suppress(UpstreamFailed):
        for tree in trees:
            chunks.feed(tree)
    for tree in trees:
        with contextlib.suppress(UpstreamFailed):
            native_reply.reply_to_hub(tree, model="m", reply_id="chatcmpl-1", created=7)
        with contextlib.suppress(UpstreamFailed):
            native_reply.embed_to_hub(tree, model="m")
