import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain import Kind
from gateway.phi.replace.pseudonym import Pseudonymiser, Pseudonyms
from gateway.phi.replace.reply import ReplyRestorer
from gateway.wire.anthropic import passthrough
from gateway.wire.openai.pieces import aggregate
from gateway.wire.reply import Channels

MAKER = Pseudonymiser(b"k" * 32)
MRN = MAKER.token(Kind.MRN, "8675309")
NAME = MAKER.token(Kind.NAME, 'Olena "Dev" Sj\u00f6str\u00f6m')
BARE = MAKER.token(Kind.MRN, "8675309", bare=True)
MAP = MAKER.pseudonyms
SURFACE = 'Olena "Dev" Sj\u00f6str\u00f6m'

TEXT = f"Patient {NAME} has MRN {MRN}, see `{MRN}`"
RESTORED = f"Patient {SURFACE} has MRN 8675309, see `8675309`"
ARGUMENTS = json.dumps({"mrn": BARE, "note": f"about {NAME}", "id": MRN})
RESTORED_ARGUMENTS = {"mrn": 8675309, "note": f"about {SURFACE}", "id": "8675309"}


def call(name, arguments):
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}


def pieces(text, cuts):
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


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
