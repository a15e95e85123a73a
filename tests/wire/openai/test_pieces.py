from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionMessage
from openai.types.chat.chat_completion import Choice

from gateway.wire.openai.pieces import aggregate, chunks_of
from gateway.wire.openai.reply import ChunkStream, chat_reply
from tests.kit.sdk_types import TEXTS, trees_of

EXTRA = {"extra_content": {"google": {"thought_signature": "c2ln"}}}
DETAILS = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["reasoning.text", "reasoning.encrypted"]), "text": TEXTS},
        optional={"index": st.integers(0, 1), "signature": TEXTS, "id": TEXTS},
    ),
    max_size=3,
)


def _told_apart(calls):
    """Whether each call has an id of its own: a call is known by it."""
    return len({call["id"] for call in calls}) == len(calls)


MESSAGES = st.tuples(
    trees_of(ChatCompletionMessage).filter(lambda tree: _told_apart(tree.get("tool_calls") or [])),
    st.fixed_dictionaries(
        {},
        optional={
            "reasoning": TEXTS,
            "reasoning_content": TEXTS,
            "reasoning_details": DETAILS,
            "images": st.lists(st.just({"type": "image_url", "image_url": {"url": "data:,"}}), max_size=2),
        },
    ),
).map(lambda two: two[0] | two[1])
CHOICES = st.tuples(trees_of(Choice), MESSAGES).map(lambda two: two[0] | {"message": two[1]})
REPLIES = st.tuples(trees_of(ChatCompletion), st.lists(CHOICES, min_size=1, max_size=3)).map(
    lambda two: two[0] | {"choices": two[1]}
)


def whole(tree):
    return chat_reply(tree, model="asked", reply_id="chatcmpl-1", created=7)


def gathered(chunks):
    """What a caller gets who asked for one piece, out of chunks as a server sends them."""
    stream = ChunkStream(model="asked", reply_id="chatcmpl-1", created=7, include_usage=False)
    made = [made for chunk in chunks if (made := stream.chunk(chunk)) is not None]
    last = stream.last()
    return aggregate([*made, last] if last else made, stream.counts)


@given(REPLIES)
def test_a_whole_reply_is_what_its_chunks_add_up_to_in_all_its_fields(tree):
    made = whole(tree)
    assert gathered(chunks_of(made)) == made


def said(delta, finish=None, index=0, **more):
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish}], **more}


def message_of(*deltas):
    return gathered([*map(said, deltas), said({}, "stop")])["choices"][0]["message"]


@pytest.mark.parametrize(
    ("deltas", "field", "expected"),
    [
        (
            ({"annotations": [{"url": "a"}]}, {"annotations": [{"url": "b"}]}),
            "annotations",
            [{"url": "a"}, {"url": "b"}],
        ),
        (({"images": [{"n": 1}]}, {"images": [{"n": 2}]}), "images", [{"n": 1}, {"n": 2}]),
        (
            (
                {"reasoning_details": [{"index": 0, "type": "reasoning.text", "text": "hm"}]},
                {"reasoning_details": [{"index": 0, "type": "reasoning.text", "text": "m", "signature": "c2ln"}]},
                {"reasoning_details": [{"index": 1, "type": "reasoning.text", "text": "so"}]},
            ),
            "reasoning_details",
            [
                {"index": 0, "type": "reasoning.text", "text": "hmm", "signature": "c2ln"},
                {"index": 1, "type": "reasoning.text", "text": "so"},
            ],
        ),
        (
            (
                {"audio": {"id": "audio_1", "transcript": "Good "}},
                {"audio": {"data": base64.b64encode(b"a").decode()}},
                {"audio": {"data": base64.b64encode(b"bc").decode(), "transcript": "day"}},
                {"audio": {"id": "audio_1", "expires_at": 9}},
            ),
            "audio",
            {"id": "audio_1", "transcript": "Good day", "data": base64.b64encode(b"abc").decode(), "expires_at": 9},
        ),
        (({"x_notes": "one "}, {"x_notes": None}, {"x_notes": "two"}), "x_notes", "one two"),
        (({"refusal": None}, {"refusal": "No"}), "refusal", "No"),
        (
            ({"function_call": {"name": "f", "arguments": "{"}}, {"function_call": {"name": "f", "arguments": "}"}}),
            "function_call",
            {"name": "f", "arguments": "{}"},
        ),
    ],
)
def test_every_field_of_a_message_grows_as_it_should(deltas, field, expected):
    assert message_of(*deltas)[field] == expected


def test_what_belongs_to_a_call_stays_with_it():
    call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}, **EXTRA}
    assert message_of({"tool_calls": [call]})["tool_calls"] == [{k: v for k, v in call.items() if k != "index"}]


def test_what_is_told_beside_the_choices_survives_and_the_last_word_counts():
    chunks = [
        {"choices": [], "prompt_filter_results": [1]},
        said({"content": "Hi"}, system_fingerprint="fp", citations=["a"]),
        said({}, "stop", service_tier="flex", citations=["a", "b"]),
        {
            "choices": [],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4, "cost": 0.5},
            "timings": {"prompt_ms": 1},
        },
    ]
    made = gathered(chunks)
    told = {
        "prompt_filter_results": [1],
        "system_fingerprint": "fp",
        "citations": ["a", "b"],
        "service_tier": "flex",
        "timings": {"prompt_ms": 1},
    }
    assert told.items() <= made.items()
    assert made["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "cost": 0.5}
    assert gathered([said({"content": "Hi"}, "stop")])["usage"] is None


def test_each_choice_is_its_own():
    chunks = [said({"content": "b"}, index=1), said({"content": "a"}), said({}, "stop"), said({}, "length", 1)]
    choices = gathered(chunks)["choices"]
    assert [(c["index"], c["message"]["content"], c["finish_reason"]) for c in choices] == [
        (0, "a", "stop"),
        (1, "b", "length"),
    ]


@given(st.lists(st.text(max_size=9), min_size=1, max_size=5), st.sampled_from(["stop", "length"]))
def test_texts_and_log_probabilities_are_put_together(pieces, finish):
    chunks = [
        {"choices": [{"index": 0, "delta": {"content": p}, "logprobs": {"content": [{"token": p}], "refusal": None}}]}
        for p in pieces
    ]
    (choice,) = gathered([*chunks, said({}, finish)])["choices"]
    assert choice["message"]["content"] == "".join(pieces)
    assert choice["logprobs"] == {"content": [{"token": p} for p in pieces], "refusal": None}
    assert choice["finish_reason"] == finish
