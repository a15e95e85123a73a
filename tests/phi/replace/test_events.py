import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.replace.events import EventRestorer
from gateway.phi.replace.pseudonym import Pseudonyms
from gateway.wire.reply import Channels
from gateway.wire.responses.passthrough import aggregate, events_of
from tests.kit.pseudonyms import (
    ARGUMENTS,
    BARE,
    MAP,
    MRN,
    NAME,
    RESTORED,
    RESTORED_ARGUMENTS,
    SURFACE,
    TEXT,
    pieces,
)


def restorer(pseudonyms=MAP, *, structured=False):
    return EventRestorer(Channels.EVENTS, pseudonyms, structured=structured)


def text(said=TEXT):
    return {
        "type": "output_text",
        "text": said,
        "annotations": [{"type": "url_citation", "title": TEXT}],
        "logprobs": [{"token": "["}],
    }


def response(*parts):
    return {
        "object": "response",
        "status": "completed",
        "output": [
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": TEXT}],
                "encrypted_content": TEXT,
            },
            {"type": "message", "id": "msg_1", "content": [*parts, {"type": "refusal", "refusal": TEXT}]},
            {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": ARGUMENTS},
            {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c2", "name": "g", "input": BARE},
        ],
    }


def check(made, said=RESTORED):
    reasoning, message, called, custom = made["output"]
    assert reasoning["summary"][0]["text"] == RESTORED
    assert reasoning["encrypted_content"] == TEXT
    assert message["content"][0]["text"] == said
    assert message["content"][0]["annotations"][0]["title"] == RESTORED
    assert message["content"][0]["logprobs"] == []
    assert message["content"][1]["refusal"] == RESTORED
    assert json.loads(called["arguments"]) == RESTORED_ARGUMENTS
    assert custom["input"] == "8675309"


def test_a_whole_reply_is_restored_in_every_text_but_what_is_opaque():
    given_ = response(text())
    check(restorer().reply(given_))
    assert given_ == response(text())


def test_an_answer_in_json_stays_json():
    [_, message, *_] = restorer(structured=True).reply(response(text(json.dumps({"name": NAME}))))["output"]
    assert json.loads(message["content"][0]["text"]) == {"name": SURFACE}
    made = restorer(structured=True)
    done = made.event({"type": "response.output_text.done", "output_index": 0, "text": json.dumps({"name": NAME})})
    assert json.loads(done[0]["text"]) == {"name": SURFACE}


def cut(events, cuts):
    """The same events, with their deltas in more pieces."""
    for event in events:
        if event["type"].endswith(".delta"):
            yield from ({**event, "delta": piece} for piece in pieces(event["delta"], cuts))
        else:
            yield event


@given(st.lists(st.integers(0, 120), max_size=20))
def test_however_it_is_cut_a_stream_says_the_same(cuts):
    made = restorer()
    events = [out for event in cut(events_of(response(text())), cuts) for out in made.event(event)]
    assert made.end() == []
    check(aggregate(events))
    said = {}
    for event in events:
        if event["type"].endswith(".delta"):
            said[event["type"]] = said.get(event["type"], "") + event["delta"]
        elif event["type"].endswith("output_text.done"):
            assert event["text"] == said["response.output_text.delta"] == RESTORED
    assert said["response.reasoning_summary_text.delta"] == said["response.refusal.delta"] == RESTORED
    assert json.loads(said["response.function_call_arguments.delta"]) == RESTORED_ARGUMENTS
    assert said["response.custom_tool_call_input.delta"] == "8675309"
    assert made.unresolved == 0


@pytest.mark.parametrize(
    ("ends", "flushed"),
    [
        ({"type": "response.output_text.done", "output_index": 0, "text": ""}, True),
        ({"type": "response.output_text.done", "output_index": 1, "text": ""}, False),
        ({"type": "response.refusal.done", "output_index": 0, "refusal": ""}, False),
        ({"type": "response.output_item.done", "output_index": 0, "item": {}}, True),
        ({"type": "response.output_item.done", "output_index": 1, "item": {}}, False),
        ({"type": "response.completed", "response": {}}, True),
        ({"type": "response.output_text.annotation.added", "output_index": 0}, False),
    ],
)
def test_what_is_held_back_comes_before_the_end_it_belongs_to(ends, flushed):
    made = restorer()
    begun = MRN[:6]
    assert made.event({"type": "response.output_text.delta", "output_index": 0, "delta": begun, "logprobs": [{}]}) == []
    *before, last = made.event(ends)
    assert last["type"] == ends["type"]
    assert [event["delta"] for event in before] == [begun] * flushed
    assert [event["delta"] for event in made.end()] == [begun] * (not flushed)


def test_a_token_of_another_request_is_counted():
    made = restorer()
    made.event({"type": "transcript.text.delta", "delta": "[NAME_aaaaaaaaaa] and"})
    made.event({"type": "transcript.text.done", "text": "x"})
    assert made.unresolved == 1


def test_with_nothing_to_restore_all_passes_as_it_is():
    made = restorer(Pseudonyms())
    event = {"type": "response.output_text.delta", "delta": "[MRN_", "logprobs": [1]}
    assert made.event(event) == [event]
    assert made.end() == []
    assert made.reply(event) is event
