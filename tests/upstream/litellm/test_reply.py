from __future__ import annotations

from gateway.upstream.litellm.reply import chunk_tree, reply_tree

USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
CALL = {"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def message(**said):
    return {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", **said}}]}


def delta(**said):
    return {"choices": [{"index": 0, "delta": said}]}


def test_what_litellm_adds_is_dropped():
    reply = message(content="Hello.", provider_specific_fields={"x": 1})
    made = reply_tree({**reply, "id": "i", "model": "m", "usage": {**USAGE, "cache_creation_input_tokens": 0}})
    expected = {"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
    assert made == {"choices": [expected], "usage": USAGE}


def test_reasoning_refusals_and_tool_calls_are_kept():
    said = {"content": "", "reasoning_content": "Hm.", "refusal": "No.", "tool_calls": [{**CALL, "caller": {}}]}
    [choice] = reply_tree(message(**said))["choices"]
    assert choice["message"] == {"role": "assistant", **said, "tool_calls": [CALL]}
    [choice] = chunk_tree(delta(**said))["choices"]
    assert choice == {"index": 0, "delta": {**said, "tool_calls": [CALL]}, "finish_reason": None}


def test_a_chunk_that_says_nothing_has_no_choice():
    assert chunk_tree({**delta(), "usage": USAGE}) == {"choices": [], "usage": USAGE}


def test_usage_of_zeros_was_not_reported():
    nothing = dict.fromkeys(USAGE, 0)
    assert "usage" not in reply_tree({**message(content="a"), "usage": nothing})
    assert "usage" not in chunk_tree({**delta(content="a"), "usage": nothing})


def test_counts_of_cached_and_reasoning_tokens_are_kept():
    details = {
        "prompt_tokens_details": {"cached_tokens": 4, "text_tokens": 3},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }
    usage = reply_tree({**message(content="a"), "usage": {**USAGE, **details}})["usage"]
    assert usage == {
        **USAGE,
        **details,
    }


def test_what_a_vendor_says_beside_the_text_is_kept():
    said = {"thinking_blocks": [{"type": "thinking", "signature": "s"}], "annotations": [{"url": "a"}], "images": [1]}
    reply = {**message(content="a", **said), "citations": ["a"], "usage": {**USAGE, "cost": 0.5}}
    made = reply_tree(reply)
    assert said.items() <= made["choices"][0]["message"].items()
    assert (made["citations"], made["usage"]["cost"]) == (["a"], 0.5)


def test_logprobs_and_embeddings_pass():
    reply = message(content="a")
    reply["choices"][0]["logprobs"] = {"content": []}
    assert reply_tree({**reply, "service_tier": "default"})["choices"][0]["logprobs"] == {"content": []}
    assert reply_tree({"data": [{"index": 0, "embedding": [0.5]}]}) == {"data": [{"index": 0, "embedding": [0.5]}]}
