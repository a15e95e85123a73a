from __future__ import annotations

import pytest

from gateway.domain import Dialect, Operation
from gateway.errors import InvalidRequest, UpstreamFailed
from gateway.wire.ollama.generate import ENDPOINT
from gateway.wire.reply import Asked

SPOKEN = ENDPOINT.spoken
ASKED = Asked({}, "m", "chatcmpl-1", 1, usage=True)
LAST = {"done": True, "done_reason": "stop", "context": [1, 2], "prompt_eval_count": 4, "eval_count": 2}


@pytest.mark.parametrize(
    ("tree", "alone"),
    [
        ({"prompt": "x"}, False),
        ({"prompt": "x", "raw": False, "suffix": "", "context": []}, False),
        ({"prompt": "x", "raw": True}, True),
        ({"prompt": "x", "suffix": "end"}, True),
        ({"prompt": "x", "template": "t"}, True),
        ({"prompt": "x", "context": [1]}, True),
    ],
)
def test_what_a_chat_can_say_is_asked_as_a_chat(tree, alone):
    assert SPOKEN.only_for(tree) is alone


def test_nothing_is_dropped_to_make_a_prompt_fit():
    assert SPOKEN.repair({"prompt": "x", "truncate": True}).tree == {"prompt": "x", "truncate": False, "shift": False}


def test_a_chat_is_never_made_a_prompt():
    assert (ENDPOINT.dialect, ENDPOINT.operation) == (Dialect.OLLAMA, Operation.CHAT)
    with pytest.raises(InvalidRequest):
        SPOKEN.from_hub({"messages": []}, None)


def test_a_whole_answer_keeps_the_numbers_to_go_on_from():
    made = SPOKEN.native.whole({"response": "Hello.", "thinking": "Hm.", **LAST}, ASKED)
    assert made["choices"][0]["message"] == {"role": "assistant", "content": "Hello.", "reasoning_content": "Hm."}
    assert (made["context"], made["usage"]["total_tokens"]) == ([1, 2], 6)


def test_a_streamed_one_too_and_an_error_line_is_an_error():
    chunks = SPOKEN.native.chunks(ASKED)
    made = [*chunks.feed({"response": "Hel", "done": False}), *chunks.feed({"response": "lo.", **LAST})]
    chunks.finish()
    assert "".join(choice["delta"].get("content", "") for chunk in made for choice in chunk["choices"]) == "Hello."
    assert made[-1]["context"] == [1, 2]
    with pytest.raises(UpstreamFailed):
        SPOKEN.native.chunks(ASKED).feed({"error": "out of memory"})
