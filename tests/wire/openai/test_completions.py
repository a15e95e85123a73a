import pytest
from openai.types import Completion

from gateway.errors import InvalidRequest, UpstreamFailed
from gateway.wire.openai.completions import ENDPOINT, REPLY, as_text, to_hub
from gateway.wire.reply import Asked

ASKED = Asked({}, "general", "chatcmpl-7", 1, usage=True)
LOGPROBS = {"tokens": ["Hi"], "token_logprobs": [-0.1], "top_logprobs": [{"Hi": -0.1}], "text_offset": [0]}
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


@pytest.mark.parametrize("prompt", ["Once", ["Once"]])
def test_one_prompt_is_a_message(prompt):
    tree = {
        "model": "m",
        "prompt": prompt,
        "max_tokens": 9,
        "echo": False,
        "suffix": "",
        "best_of": 1,
        "logprobs": None,
    }
    made = to_hub(tree)
    assert made.tree == {"model": "m", "messages": [{"role": "user", "content": "Once"}], "max_tokens": 9}
    assert made.lost == ()


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"suffix": "the end"}, "suffix"),
        ({"echo": True}, "echo"),
        ({"logprobs": 3}, "logprobs"),
        ({"best_of": 4}, "best_of"),
        ({"prompt": ["a", "b"]}, "prompt"),
        ({"prompt": [1, 2]}, "prompt"),
        ({"prompt": [[1, 2]]}, "prompt"),
    ],
)
def test_what_a_chat_would_lose_is_refused_by_its_name(more, param):
    with pytest.raises(InvalidRequest) as caught:
        to_hub({"prompt": "Once", **more})
    assert caught.value.param == param


def text(said, index=0, finish=None, **more):
    return {"text": said, "index": index, "finish_reason": finish, "logprobs": None, **more}


def test_a_whole_reply_is_read_and_written_as_it_came():
    choices = [text("upon", finish="length", logprobs=LOGPROBS), text("more", 1, "stop")]
    made = REPLY.whole({"id": "x", "object": "text_completion", "choices": choices, "usage": USAGE}, ASKED)
    written = as_text(made, part="message")
    assert Completion.model_validate(written, strict=True).to_dict() == {
        "id": "cmpl-7",
        "object": "text_completion",
        "created": 1,
        "model": "general",
        "choices": choices,
        "usage": USAGE,
    }


def test_a_stream_ends_only_with_a_reason_for_each_choice():
    stream = REPLY.streamed.open(ASKED)
    first = stream.chunk({"choices": [text("up")]})
    assert REPLY.streamed.has_content(first)
    assert as_text(first, part="delta")["choices"] == [text("up")]
    assert not stream.finished
    last = stream.chunk({"choices": [text("on", finish="stop")], "usage": USAGE})
    assert as_text(last, part="delta")["choices"] == [text("on", finish="stop")]
    assert stream.finished
    assert as_text(stream.last(), part="delta")["choices"] == []
    gathered = REPLY.streamed.aggregate([first, last], stream.usage)
    assert as_text(gathered, part="message")["choices"] == [text("upon", finish="stop")]


@pytest.mark.parametrize("reply", [{}, {"choices": []}, {"choices": [5]}, {"error": {"message": "no"}}])
def test_what_is_no_reply_is_none(reply):
    with pytest.raises(UpstreamFailed):
        REPLY.whole(reply, ASKED)


def test_a_server_that_answers_in_the_words_of_a_chat_is_understood():
    made = REPLY.whole({"choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]}, ASKED)
    assert as_text(made, part="message")["choices"][0]["text"] == "Hi"


def test_an_answer_is_no_json():
    assert ENDPOINT.in_json({"response_format": {"type": "json_object"}}) is False
