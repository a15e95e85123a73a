import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import errors
from gateway.domain import Usage
from gateway.wire.ollama import native_reply
from gateway.wire.ollama.native_reply import Chunks, error_of, reply_to_hub
from gateway.wire.ollama.reply import Stream, Timing, as_chat
from gateway.wire.openai.pieces import aggregate
from gateway.wire.openai.reply import counts_of

LAST = {"done": True, "done_reason": "stop", "prompt_eval_count": 9, "eval_count": 4}


def hub(message, **fields):
    return reply_to_hub({"message": message} | LAST | fields, model="asked", reply_id="chatcmpl-1", created=7)


def test_a_reply_is_a_chat_completion():
    assert hub({"role": "assistant", "content": "Hi", "thinking": "hm"}) == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 7,
        "model": "asked",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi", "reasoning_content": "hm"},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13},
    }


def test_tool_calls_get_ids_text_arguments_and_their_finish_reason():
    choice = hub({"content": "", "tool_calls": [{"function": {"name": "f", "arguments": {"x": 1}}}, {"id": "own"}]})
    [choice] = choice["choices"]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert choice["message"]["tool_calls"] == [
        {"id": "call_1_0", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}},
        {"id": "own", "type": "function", "function": {"name": "", "arguments": "{}"}},
    ]


def test_a_cut_off_reply_says_so():
    assert hub({"content": "a"}, done_reason="length")["choices"][0]["finish_reason"] == "length"


def test_log_probabilities_pass():
    assert hub({"content": "a"}, logprobs=[{"token": "a"}])["choices"][0]["logprobs"] == {"content": [{"token": "a"}]}


@pytest.mark.parametrize("native", [{}, {"message": {"content": "a"}}, {"done": True}])
def test_a_reply_that_is_none_is_a_failure(native):
    with pytest.raises(errors.UpstreamFailed):
        reply_to_hub(native, model="m", reply_id="x", created=0)


def test_embeddings():
    made = native_reply.embed_to_hub({"embeddings": [[0.5], [1.5]], "prompt_eval_count": 2}, model="m")
    assert [item["embedding"] for item in made["data"]] == [[0.5], [1.5]]
    assert made["usage"] == {"prompt_tokens": 2, "total_tokens": 2}
    with pytest.raises(errors.UpstreamFailed):
        native_reply.embed_to_hub({}, model="m")


def test_usage_is_reported_or_not():
    assert native_reply.usage_of(LAST) == Usage(9, 4, reported=True)
    assert native_reply.usage_of({}) == Usage()


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (400, "the input length exceeds the context length", errors.ContextLengthExceeded),
        (400, "request (900 tokens) exceeds the available context size", errors.ContextLengthExceeded),
        (400, '"m" does not support tools', errors.InvalidRequest),
        (400, "invalid image input", errors.InvalidRequest),
        (404, "model 'm' not found", errors.UpstreamRejected),
        (401, "unauthorized", errors.UpstreamRejected),
        (503, "server busy, please try again.  maximum pending requests exceeded", errors.Overloaded),
        (500, "model requires more system memory", errors.UpstreamFailed),
    ],
)
def test_errors_are_told_apart_and_never_repeated(status, text, kind):
    error = error_of(status, text)
    assert type(error) is kind
    assert text not in error.message


def chunks(lines):
    made = Chunks(model="asked", reply_id="chatcmpl-1", created=7)
    found = [chunk for line in lines for chunk in made.feed(line)]
    made.finish()
    return found


def line(done=False, **message):
    return {"message": {"role": "assistant", "content": ""} | message} | (LAST if done else {"done": False})


def test_lines_become_chunks_of_one_stream():
    found = chunks([line(content="Hel"), line(content="lo"), line(done=True)])
    assert {(chunk["id"], chunk["created"], chunk["model"]) for chunk in found} == {("chatcmpl-1", 7, "asked")}
    deltas = [choice["delta"] for chunk in found for choice in chunk["choices"]]
    assert deltas == [{"role": "assistant", "content": "Hel"}, {"content": "lo"}, {}]
    assert found[-2]["choices"][0]["finish_reason"] == "stop"
    assert found[-1]["usage"]["completion_tokens"] == 4


def test_parallel_calls_are_numbered_through():
    call = {"function": {"name": "f", "arguments": {}}}
    found = chunks([line(tool_calls=[call]), line(tool_calls=[call, call]), line(done=True)])
    calls = [call for chunk in found for c in chunk["choices"] for call in c["delta"].get("tool_calls", [])]
    assert [call["index"] for call in calls] == [0, 1, 2]
    assert len({call["id"] for call in calls}) == 3
    assert found[-2]["choices"][0]["finish_reason"] == "tool_calls"


def test_log_probabilities_stream():
    found = chunks([line(content="a") | {"logprobs": [{"token": "a"}]}, line(done=True)])
    assert found[0]["choices"][0]["logprobs"] == {"content": [{"token": "a"}]}


def test_an_error_line_is_a_failure_in_our_words():
    made = Chunks(model="m", reply_id="x", created=0)
    made.feed(line(content="a"))
    with pytest.raises(errors.UpstreamFailed) as raised:
        made.feed({"error": "SECRET"})
    assert "SECRET" not in raised.value.message


def test_a_stream_without_its_last_line_has_no_clean_end():
    made = Chunks(model="m", reply_id="x", created=0)
    made.feed(line(content="a"))
    with pytest.raises(errors.UpstreamFailed):
        made.finish()


TEXT = st.text(min_size=1, max_size=6)
SAID = (
    st.builds(lambda text: line(thinking=text), TEXT)
    | st.builds(lambda text: line(content=text), TEXT)
    | st.builds(
        lambda name, arguments: line(tool_calls=[{"function": {"name": name, "arguments": arguments}}]),
        TEXT,
        st.dictionaries(TEXT, TEXT, max_size=2),
    )
)


def joined(lines):
    message = {"role": "assistant", "content": "".join(item["message"]["content"] for item in lines)}
    if thinking := "".join(item["message"].get("thinking", "") for item in lines):
        message["thinking"] = thinking
    if calls := [call for item in lines for call in item["message"].get("tool_calls", [])]:
        message["tool_calls"] = calls
    return message


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(SAID, max_size=6))
def test_a_stream_says_what_the_whole_reply_says(said):
    lines = [*said, line(done=True)]
    found = chunks(lines)
    whole = reply_to_hub({"message": joined(lines)} | LAST, model="asked", reply_id="chatcmpl-1", created=7)
    [mine], [theirs] = aggregate(found, counts_of(found[-1]))["choices"], whole["choices"]
    assert (mine["message"].get("content") or None) == (theirs["message"]["content"] or None)
    for key in ("reasoning_content", "tool_calls"):
        assert mine["message"].get(key) == theirs["message"].get(key)
    assert mine["finish_reason"] == theirs["finish_reason"]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(SAID, max_size=6))
def test_lines_survive_the_way_through_the_hub(said):
    lines = [*said, line(done=True)]
    stream = Stream("asked", as_chat)
    back = [made for chunk in chunks(lines) for made in stream.feed(chunk, created_at="t")] + stream.finish(Timing("t"))
    mine, theirs = joined(back), joined(lines)
    for call in mine.get("tool_calls", []):
        del call["id"], call["function"]["index"]
    assert mine == theirs
    assert {key: back[-1][key] for key in LAST} == LAST
