import pytest
from openai.types.responses import Response

from gateway.errors import UpstreamFailed
from gateway.wire.responses.reply import Frame, from_hub

REQUEST = {
    "model": "general",
    "input": "Hello.",
    "instructions": "Be brief.",
    "temperature": 0.2,
    "metadata": {"purpose": "test"},
    "text": {"format": {"type": "json_object"}},
    "reasoning": {"effort": "low"},
    "tools": [
        {"type": "function", "name": "read", "parameters": {}},
        {"type": "custom", "name": "patch"},
        {
            "type": "namespace",
            "name": "agents",
            "description": "d",
            "tools": [{"type": "function", "name": "wait"}],
        },
    ],
}
USAGE = {
    "prompt_tokens": 9,
    "completion_tokens": 4,
    "total_tokens": 13,
    "prompt_tokens_details": {"cached_tokens": 3},
    "completion_tokens_details": {"reasoning_tokens": 2},
}


def response(message, finish="stop", request=REQUEST, **choice):
    reply = {
        "created": 1,
        "model": "general",
        "choices": [{"index": 0, "message": message, "finish_reason": finish, **choice}],
        "usage": USAGE,
    }
    made = from_hub(reply, Frame.of(request, "req_7"), completed_at=5)
    Response.model_validate(made, strict=True)
    return made


def call(name, arguments, call_id="c1"):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_a_text_is_a_message_of_one_part():
    made = response({"role": "assistant", "content": "Hi."})
    part = {"type": "output_text", "text": "Hi.", "annotations": [], "logprobs": []}
    assert made["output"] == [
        {"type": "message", "id": "msg_7_0", "role": "assistant", "status": "completed", "content": [part]}
    ]
    assert (made["id"], made["object"], made["status"], made["model"]) == ("resp_7", "response", "completed", "general")
    assert (made["created_at"], made["completed_at"], made["store"]) == (1, 5, False)
    assert made["usage"] == {
        "input_tokens": 9,
        "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 0},
        "output_tokens": 4,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": 13,
    }


def test_a_response_repeats_what_was_asked():
    made = response({"content": "Hi."})
    for name in ("instructions", "temperature", "metadata"):
        assert made[name] == REQUEST[name]
    assert made["text"] == {"format": {"type": "json_object"}, "verbosity": "medium"}
    assert made["reasoning"] == {"effort": "low", "summary": None}
    assert [tool["type"] for tool in made["tools"]] == ["function", "custom", "namespace"]
    bare = response({"content": "Hi."}, request={"input": "Hello."})
    assert (bare["tools"], bare["tool_choice"], bare["parallel_tool_calls"]) == ([], "auto", True)
    assert (bare["temperature"], bare["top_p"], bare["truncation"]) == (1.0, 1.0, "disabled")


def test_everything_has_its_item_in_order():
    calls = [call("read", "{}"), call("patch", '{"input":"*** Begin"}', "c2"), call("agents__wait", "{}", "")]
    made = response(
        {"content": "Look.", "reasoning_content": "Hm.", "refusal": "No.", "tool_calls": calls}, "tool_calls"
    )
    assert [item["type"] for item in made["output"]] == [
        "reasoning",
        "message",
        "function_call",
        "custom_tool_call",
        "function_call",
    ]
    reasoning, message, read, patch, wait = made["output"]
    assert reasoning == {"type": "reasoning", "id": "rs_7_0", "summary": [{"type": "summary_text", "text": "Hm."}]}
    assert [part["type"] for part in message["content"]] == ["output_text", "refusal"]
    assert (read["call_id"], read["name"], read["arguments"]) == ("c1", "read", "{}")
    assert (patch["call_id"], patch["name"], patch["input"]) == ("c2", "patch", "*** Begin")
    assert (wait["call_id"], wait["name"], wait["namespace"]) == ("call_7_4", "wait", "agents")


@pytest.mark.parametrize(("finish", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")])
def test_an_answer_that_was_cut_off_is_incomplete(finish, reason):
    made = response({"content": "Half an"}, finish)
    assert made["status"] == made["output"][0]["status"] == "incomplete"
    assert made["incomplete_details"] == {"reason": reason}
    assert made["completed_at"] is None


@pytest.mark.parametrize("message", [{"content": None}, {"content": ""}, {"reasoning_content": "Hm."}])
def test_there_is_always_a_message_to_read(message):
    assert response(message)["output"][-1]["content"][0]["text"] == ""


def test_annotations_and_log_probabilities_stand_in_the_text():
    noted = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}
    logprobs = {"content": [{"token": "Hi.", "bytes": [1], "logprob": -0.1, "top_logprobs": []}]}
    [item] = response({"content": "Hi.", "annotations": [noted]}, logprobs=logprobs)["output"]
    [part] = item["content"]
    assert part["annotations"] == [{"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1}]
    assert part["logprobs"] == logprobs["content"]


def test_the_tier_that_answered_is_told():
    reply = {"choices": [{"message": {"content": "Hi."}, "finish_reason": "stop"}], "service_tier": "flex"}
    assert from_hub(reply, Frame.of(REQUEST, "req_7"), completed_at=5)["service_tier"] == "flex"


def test_tokens_that_nobody_reported_are_not_told():
    reply = {"choices": [{"message": {"content": "Hi."}, "finish_reason": "stop"}]}
    assert from_hub(reply, Frame.of(REQUEST, "req_7"), completed_at=5)["usage"] is None


def test_what_is_no_reply_is_none():
    with pytest.raises(UpstreamFailed):
        from_hub({"choices": []}, Frame.of(REQUEST, "req_7"), completed_at=5)
