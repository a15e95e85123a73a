import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.phi.replace.pseudonym import Pseudonyms
from gateway.phi.replace.reply import ReplyRestorer
from gateway.wire.anthropic import passthrough
from gateway.wire.openai.pieces import aggregate
from gateway.wire.reply import Channels
from tests.kit.pseudonyms import (
    ARGUMENTS,
    MAP,
    MRN,
    NAME,
    RESTORED,
    RESTORED_ARGUMENTS,
    SURFACE,
    TEXT,
    pieces,
)


def call(name, arguments):
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}


def test_a_whole_reply_is_restored_in_every_channel():
    message = {"role": "assistant", "content": TEXT, "reasoning_content": TEXT, "refusal": TEXT}
    message["tool_calls"] = [call("look_up", ARGUMENTS)]
    reply = {"choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": {"content": []}}]}
    choice = ReplyRestorer(Channels.CHOICES, MAP).reply(reply)["choices"][0]
    for channel in ("content", "reasoning_content", "refusal"):
        assert choice["message"][channel] == RESTORED
    assert json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]) == RESTORED_ARGUMENTS
    assert choice["logprobs"] is None
    assert reply["choices"][0]["message"]["content"] == TEXT


def test_structured_output_stays_valid_json():
    content = json.dumps({"name": NAME})
    reply = {"choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}
    made = ReplyRestorer(Channels.CHOICES, MAP, structured=True).reply(reply)
    assert json.loads(made["choices"][0]["message"]["content"]) == {"name": SURFACE}


def test_with_nothing_to_restore_every_event_passes_as_it_is():
    chunk = {"choices": [{"index": 0, "delta": {"content": "[MRN_"}}]}
    restorer = ReplyRestorer(Channels.CHOICES, Pseudonyms())
    assert restorer.event(chunk) == [chunk]
    assert restorer.end() == []


CUTS = st.lists(st.integers(0, 250), max_size=20)


@settings(max_examples=150, deadline=None)
@given(CUTS, CUTS, CUTS)
def test_a_stream_restores_to_the_same_in_every_channel_choice_and_call(text_cuts, thought_cuts, argument_cuts):
    chunks = []
    for choice in (0, 1):
        chunks.append({"choices": [{"index": choice, "delta": {"role": "assistant", "content": ""}}]})
        deltas = [{"reasoning_content": piece} for piece in pieces(TEXT, thought_cuts)]
        deltas += [{"content": piece} for piece in pieces(TEXT, text_cuts)]
        for at in (0, 1):
            deltas.append({"tool_calls": [{**call("look_up", ""), "index": at, "id": f"call_{at}"}]})
            deltas += [
                {"tool_calls": [{"index": at, "function": {"arguments": piece}}]}
                for piece in pieces(ARGUMENTS, argument_cuts)
            ]
        chunks += [{"choices": [{"index": choice, "delta": delta, "finish_reason": None}]} for delta in deltas]
        chunks.append({"choices": [{"index": choice, "delta": {}, "finish_reason": "tool_calls"}]})
    restorer = ReplyRestorer(Channels.CHOICES, MAP)
    events = [event for chunk in chunks for event in restorer.event(chunk)] + restorer.end()
    for choice in aggregate(events, None)["choices"]:
        assert choice["message"]["content"] == RESTORED
        assert choice["message"]["reasoning_content"] == RESTORED
        assert choice["finish_reason"] == "tool_calls"
        for made in choice["message"]["tool_calls"]:
            assert made["function"]["name"] == "look_up"
            assert json.loads(made["function"]["arguments"]) == RESTORED_ARGUMENTS


def test_what_is_held_is_said_before_the_finish_reason():
    restorer = ReplyRestorer(Channels.CHOICES, MAP)
    assert restorer.event({"choices": [{"index": 0, "delta": {"content": MRN[:-1]}}]}) == []
    last = {"choices": [{"index": 0, "delta": {"content": "]"}, "finish_reason": "stop"}]}
    said, finished = restorer.event(last)
    assert said["choices"][0]["delta"] == {"content": "8675309"}
    assert finished["choices"][0]["finish_reason"] == "stop"


def test_when_the_upstream_fails_half_a_token_stays_half_a_token():
    restorer = ReplyRestorer(Channels.CHOICES, MAP)
    restorer.event({"id": "x", "choices": [{"index": 0, "delta": {"content": "see " + MRN[:9]}}]})
    (event,) = restorer.end()
    assert event["id"] == "x"
    assert event["choices"][0]["delta"] == {"content": MRN[:9]}


def message():
    thinking = {"type": "thinking", "thinking": TEXT, "signature": "c2ln"}
    tool = {"type": "tool_use", "id": "t", "name": "look_up", "input": json.loads(ARGUMENTS)}
    content = [thinking, {"type": "text", "text": TEXT}, tool]
    return {"type": "message", "role": "assistant", "content": content, "stop_reason": "tool_use", "usage": {}}


def check(restored):
    thinking, text, tool = restored["content"]
    assert thinking["thinking"] == TEXT
    assert text["text"] == RESTORED
    assert tool["input"] == RESTORED_ARGUMENTS


def test_a_claude_reply_is_restored_but_for_what_is_signed():
    check(ReplyRestorer(Channels.BLOCKS, MAP).reply(message()))


@settings(max_examples=100, deadline=None)
@given(CUTS)
def test_a_claude_stream_is_restored_but_for_what_is_signed(cuts):
    events = []
    for event in passthrough.events_of(message()):
        delta = event.get("delta", {})
        for name in ("text", "partial_json"):
            if name in delta and event["type"] == "content_block_delta":
                events += [{**event, "delta": {**delta, name: piece}} for piece in pieces(delta[name], cuts)]
                break
        else:
            events.append(event)
    restorer = ReplyRestorer(Channels.BLOCKS, MAP)
    made = [out for event in events for out in restorer.event(event)] + restorer.end()
    check(passthrough.aggregate(made))


@pytest.mark.parametrize("channels", Channels)
def test_strange_replies_pass_without_a_fault(channels):
    for strange in (
        {},
        {"choices": None},
        {"choices": [None, {"message": None}]},
        {"content": [None, {"type": "text"}]},
    ):
        ReplyRestorer(channels, MAP).reply(strange)
        ReplyRestorer(channels, MAP).event(strange)


CUSTOM = {"id": "call_2", "type": "custom", "custom": {"name": "note", "input": TEXT}}
LEGACY = {"name": "look_up", "arguments": ARGUMENTS}


def test_custom_tools_and_functions_of_the_older_form_are_restored():
    message = {"role": "assistant", "content": None, "tool_calls": [CUSTOM, "noise"], "function_call": LEGACY}
    reply = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    made = ReplyRestorer(Channels.CHOICES, MAP).reply(reply)["choices"][0]["message"]
    assert made["tool_calls"] == [{**CUSTOM, "custom": {"name": "note", "input": RESTORED}}, "noise"]
    assert json.loads(made["function_call"]["arguments"]) == RESTORED_ARGUMENTS


@settings(max_examples=60)
@given(st.lists(st.integers(0, 200), max_size=40))
def test_custom_tools_and_functions_of_the_older_form_are_restored_in_any_cutting(cuts):
    start = {"index": 0, "id": "call_2", "type": "custom", "custom": {"name": "note", "input": ""}}
    deltas = [{"role": "assistant", "tool_calls": [start]}, {"function_call": {"name": "look_up", "arguments": ""}}]
    deltas += [{"tool_calls": [{"index": 0, "custom": {"input": piece}}]} for piece in pieces(TEXT, cuts)]
    deltas += [{"function_call": {"arguments": piece}} for piece in pieces(ARGUMENTS, cuts)]
    restorer = ReplyRestorer(Channels.CHOICES, MAP)
    got = []
    for delta in deltas:
        got += restorer.event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    got += restorer.event({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}) + restorer.end()
    message = aggregate(got, None)["choices"][0]["message"]
    assert message["tool_calls"] == [{**CUSTOM, "custom": {"name": "note", "input": RESTORED}}]
    assert json.loads(message["function_call"]["arguments"]) == RESTORED_ARGUMENTS


EVERYWHERE = {
    "content": TEXT,
    "audio": {"id": "audio_1", "transcript": TEXT, "data": NAME},
    "annotations": [{"type": "url_citation", "url_citation": {"title": TEXT, "url": f"https://e.org/{MRN}"}}],
    "reasoning_details": [{"type": "reasoning.text", "index": 0, "text": TEXT, "signature": NAME}],
    "tool_calls": [{**call("look_up", ARGUMENTS), "extra_content": {"note": TEXT}}],
    "x_unknown": {"deep": [{"er": TEXT}]},
    "thinking_blocks": [{"type": "thinking", "thinking": NAME, "signature": "c2ln"}],
}
RIGHT = {
    **EVERYWHERE,
    "content": RESTORED,
    "audio": {"id": "audio_1", "transcript": RESTORED, "data": NAME},
    "annotations": [{"type": "url_citation", "url_citation": {"title": RESTORED, "url": "https://e.org/8675309"}}],
    "reasoning_details": [{"type": "reasoning.text", "index": 0, "text": RESTORED, "signature": NAME}],
    "tool_calls": [
        {
            **call("look_up", json.dumps(RESTORED_ARGUMENTS, ensure_ascii=False)),
            "extra_content": {"note": RESTORED},
        }
    ],
    "x_unknown": {"deep": [{"er": RESTORED}]},
}


def test_every_text_of_a_whole_reply_is_restored_but_signatures_and_bytes():
    reply = {"choices": [{"index": 0, "message": EVERYWHERE, "stop_reason": MRN}], "citations": [TEXT], "id": "i"}
    made = ReplyRestorer(Channels.CHOICES, MAP).reply(reply)
    assert made["choices"][0]["message"] == RIGHT
    assert made["choices"][0]["stop_reason"] == "8675309"
    assert made["citations"] == [RESTORED]


def in_parts(text):
    return [{"type": "text", "text": text}]


GROWING = {
    "a transcript": (lambda text: {"audio": {"transcript": text}}, lambda m: m["audio"]["transcript"]),
    "parts": (lambda text: {"content": in_parts(text)}, lambda m: "".join(part["text"] for part in m["content"])),
    "reasoning in parts": (
        lambda text: {"content": [{"type": "thinking", "x": in_parts(text)}]},
        lambda m: None,
    ),
    "details": (
        lambda text: {"reasoning_details": [{"index": 0, "type": "reasoning.text", "text": text}]},
        lambda m: m["reasoning_details"][0]["text"],
    ),
    "an unknown text": (lambda text: {"x_unknown": text}, lambda m: m["x_unknown"]),
    "an unknown text within": (lambda text: {"x_unknown": {"a": {"b": text}}}, lambda m: m["x_unknown"]["a"]["b"]),
    "a custom tool": (
        lambda text: {"tool_calls": [{"index": 0, "custom": {"input": text}}]},
        lambda m: m["tool_calls"][0]["custom"]["input"],
    ),
}


@pytest.mark.parametrize(("delta", "read"), GROWING.values(), ids=GROWING.keys())
@settings(max_examples=25, deadline=None)
@given(CUTS)
def test_every_text_that_grows_is_restored_across_its_pieces(delta, read, cuts):
    restorer = ReplyRestorer(Channels.CHOICES, MAP)
    chunks = [{"choices": [{"index": 0, "delta": delta(piece)}]} for piece in pieces(TEXT, cuts)]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    made = [event for chunk in chunks for event in restorer.event(chunk)]
    message = aggregate(made, None)["choices"][0]["message"]
    if read(message) is not None:
        assert read(message) == RESTORED


def test_what_is_told_beside_a_chunk_that_is_held_back_comes_with_the_next():
    restorer = ReplyRestorer(Channels.CHOICES, MAP)
    held = {"choices": [{"index": 0, "delta": {"content": MRN[:-1]}}], "citations": [NAME]}
    assert restorer.event(held) == []
    (event,) = restorer.event({"choices": [{"index": 0, "delta": {"content": MRN[-1] + "!"}}]})
    assert event["choices"][0]["delta"] == {"content": "8675309!"}
    assert event["citations"] == [SURFACE]


BLOCKS = [
    ({"type": "server_tool_use", "id": "s", "name": "n", "input": {"q": NAME}}, "input", {"q": SURFACE}),
    ({"type": "web_search_tool_result", "content": [{"title": NAME}]}, "content", [{"title": SURFACE}]),
    ({"type": "thinking", "thinking": NAME, "signature": "c2ln"}, "thinking", NAME),
    ({"type": "redacted_thinking", "data": NAME}, "data", NAME),
    ({"type": "a type to come", "x": {"y": NAME}}, "x", {"y": SURFACE}),
]


@pytest.mark.parametrize(("block", "name", "expected"), BLOCKS, ids=[block[0]["type"] for block in BLOCKS])
def test_every_block_is_restored_whole_and_streamed(block, name, expected):
    message = {"type": "message", "content": [block], "stop_sequence": NAME, "stop_reason": "stop_sequence"}
    made = ReplyRestorer(Channels.BLOCKS, MAP).reply(message)
    assert (made["content"][0][name], made["stop_sequence"]) == (expected, SURFACE)
    restorer = ReplyRestorer(Channels.BLOCKS, MAP)
    events = [made for event in passthrough.events_of(message) for made in restorer.event(event)]
    assert passthrough.aggregate(events) == made


HALF = MRN[:9]
"""Text that has to be held back, because it may go on as a token."""


def delta_of(index, **delta):
    return {"type": "content_block_delta", "index": index, "delta": delta}


def streamed(channels, *events, structured=False):
    restorer = ReplyRestorer(channels, MAP, structured=structured)
    return [restorer.event(event) for event in events], restorer.end()


def in_choice(index, finish_reason=None, **delta):
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish_reason}]}


def test_a_reply_with_nothing_to_restore_is_the_same_object():
    reply = {"choices": [{"message": {"content": TEXT}, "logprobs": {"content": []}}]}
    assert ReplyRestorer(Channels.CHOICES, Pseudonyms()).reply(reply) is reply
    assert ReplyRestorer(Channels.NONE, MAP).reply(reply) is reply


@pytest.mark.parametrize(
    ("piece", "passed_on"),
    [
        ({"index": 0, "function": {"arguments": HALF}}, None),
        ({"index": 0, "custom": {"input": HALF}}, None),
        (
            {"index": 0, "id": "c", "function": {"arguments": HALF}},
            {"index": 0, "id": "c", "function": {"arguments": ""}},
        ),
        ({"index": 0, "function": {"arguments": ""}}, {"index": 0, "function": {"arguments": ""}}),
        ({"index": 0, "function": {"arguments": "x" + HALF}}, {"index": 0, "function": {"arguments": "x"}}),
    ],
)
def test_a_piece_of_a_call_is_left_out_only_while_all_that_it_says_is_held(piece, passed_on):
    ((events,), _) = streamed(Channels.CHOICES, in_choice(0, tool_calls=[piece]))
    said = [event["choices"][0]["delta"]["tool_calls"] for event in events]
    assert said == ([] if passed_on is None else [[passed_on]])


@pytest.mark.parametrize(
    ("delta", "passed_on"),
    [
        ({"type": "text_delta", "text": HALF}, None),
        ({"type": "text_delta", "text": ""}, {"type": "text_delta", "text": ""}),
        ({"type": "text_delta", "text": "so " + HALF}, {"type": "text_delta", "text": "so "}),
        ({"type": "thinking_delta", "thinking": NAME}, {"type": "thinking_delta", "thinking": NAME}),
        ({"type": "citations_delta", "citation": {"title": NAME}}, {"type": "citations_delta", "citation": {"title": SURFACE}}),
        ({"type": "x_delta", "id": MRN, "data": NAME}, {"type": "x_delta", "id": MRN, "data": NAME}),
        ({"text": NAME}, {"text": NAME}),
    ],
)  # fmt: skip
def test_a_delta_of_a_block_is_left_out_only_while_all_that_it_says_is_held(delta, passed_on):
    ((events,), _) = streamed(Channels.BLOCKS, delta_of(0, **delta))
    assert [event["delta"] for event in events] == ([] if passed_on is None else [passed_on])


def test_a_block_that_ends_lets_go_of_its_own_text_and_of_no_other():
    half, other = {"type": "text_delta", "text": HALF}, {"type": "text_delta", "text": HALF[:7]}
    stop = {"type": "content_block_stop", "index": 0}
    made, end = streamed(Channels.BLOCKS, delta_of(0, **half), delta_of(1, **other), stop)
    assert made == [[], [], [delta_of(0, **half), stop]]
    assert end == [delta_of(1, **other)]


def test_a_choice_that_ends_lets_go_of_its_own_text_and_of_no_other():
    made, end = streamed(
        Channels.CHOICES, in_choice(0, content=HALF), in_choice(1, content=HALF[:7]), in_choice(0, finish_reason="stop")
    )
    assert made == [[], [], [in_choice(0, content=HALF), in_choice(0, finish_reason="stop")]]
    assert end == [in_choice(1, content=HALF[:7])]


def test_a_channel_that_holds_nothing_says_nothing_at_the_end():
    whole = {"type": "text_delta", "text": "all of it"}
    assert streamed(Channels.BLOCKS, delta_of(0, **whole)) == ([[delta_of(0, **whole)]], [])
    assert streamed(Channels.CHOICES, in_choice(0, content="all of it"))[1] == []


def test_structured_output_in_blocks_stays_valid_json_whole_and_streamed():
    text = json.dumps({"name": NAME})
    block = {"type": "text", "text": text, "citations": [{"title": NAME}]}
    (made,) = ReplyRestorer(Channels.BLOCKS, MAP, structured=True).reply({"content": [block]})["content"]
    assert (json.loads(made["text"]), made["citations"]) == ({"name": SURFACE}, [{"title": SURFACE}])
    start = {"type": "content_block_start", "index": 0, "content_block": block}
    for event, read in (
        (start, lambda made: made["content_block"]["text"]),
        (delta_of(0, type="text_delta", text=text), lambda made: made["delta"]["text"]),
    ):
        (((made,),), _) = streamed(Channels.BLOCKS, event, structured=True)
        assert json.loads(read(made)) == {"name": SURFACE}


def test_an_event_to_come_is_restored_and_the_first_is_let_be():
    begins = {"type": "message_start", "message": {"id": NAME}}
    ((begun, made), _) = streamed(Channels.BLOCKS, begins, {"type": "a type to come", "x": [NAME], "index": 2})
    assert begun == [begins]
    assert made == [{"type": "a type to come", "x": [SURFACE], "index": 2}]


HELD = [
    {"content": HALF},
    {"content": [HALF]},
    {"content": [{"type": "text", "text": HALF}]},
    {"audio": {"transcript": HALF}},
    {"reasoning_details": [{"index": 1, "type": "reasoning.text", "text": HALF}]},
    {"reasoning_details": [{"index": 0, "type": "a", "text": HALF}, {"index": 0, "type": "b", "text": HALF}]},
    {"tool_calls": [{"index": 0, "function": {"arguments": HALF}}, {"index": 1, "function": {"arguments": HALF}}]},
]


@pytest.mark.parametrize("delta", HELD)
def test_what_is_held_comes_back_where_it_stood(delta):
    assert streamed(Channels.CHOICES, in_choice(0, **delta))[1] == [in_choice(0, **delta)]


@pytest.mark.parametrize("kind", ["function", "custom"])
def test_a_call_is_one_channel_whether_or_not_its_pieces_name_their_type(kind):
    name = {"function": "arguments", "custom": "input"}[kind]
    first = {"index": 0, "id": "c", "type": kind, kind: {name: HALF}}
    rest = {"index": 0, kind: {name: MRN[9:]}}
    made, _ = streamed(Channels.CHOICES, in_choice(0, tool_calls=[first]), in_choice(0, tool_calls=[rest]))
    assert made[1] == [in_choice(0, tool_calls=[{"index": 0, kind: {name: "8675309"}}])]


def test_a_choice_without_an_index_is_the_first():
    said = {"choices": [{"delta": {"content": HALF}}]}
    made, _ = streamed(Channels.CHOICES, said, in_choice(0, content=MRN[9:]))
    assert made == [[], [in_choice(0, content="8675309")]]
