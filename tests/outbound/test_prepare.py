from __future__ import annotations

import json
import re

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain import Adapter, Detection, Dialect, Finding, Kind, Operation, ProviderKind, Style, UnknownReason
from gateway.errors import InvalidRequest
from gateway.outbound.prepare import MAX_LOOKS, Outbound, RedactionIncomplete, Refused, endpoint_of, prepare
from gateway.phi.read.scan import gather, walk
from gateway.phi.replace.pseudonym import conversation_key
from gateway.phi.replace.reply import ReplyRestorer
from gateway.wire.operations import endpoint_for

from .conftest import KEY, TODAY, Detector, call_of, egress_of, target_of

LM_STUDIO = target_of(ProviderKind.LM_STUDIO, on_prem=True)
ASKED = {"messages": [{"role": "user", "content": "Anna Muster, MRN 8675309, seen 2026-03-04"}]}


def text_of(prepared) -> str:
    return prepared.outbound.tree["messages"][-1]["content"]


def test_what_is_sent_is_the_tree_in_the_words_of_its_target(send):
    outbound = send(ASKED).outbound
    assert outbound.content == orjson.dumps(outbound.tree)
    assert outbound.request_id == "req_1"
    assert outbound.spoken is outbound.endpoint.spoken


def test_nothing_of_a_text_is_in_how_a_value_prints(send):
    prepared = send({"messages": [{"role": "user", "content": "Anna Muster says qwertz"}]})
    token, said = text_of(prepared).split(" says ")
    for word in ("Anna", said, token.strip("[]")):
        assert word not in repr(prepared)


def test_the_model_is_the_targets_and_streams_report_usage(send):
    streamed = send({**ASKED, "model": "x", "stream_options": {"include_usage": False}}, stream=True).outbound
    assert streamed.tree["model"] == "target-model"
    assert streamed.tree["stream_options"] == {"include_usage": True}
    assert streamed.tree["stream"] is streamed.stream is True
    whole = send({**ASKED, "stream_options": {"include_usage": True}}).outbound.tree
    assert whole["stream"] is False
    assert "stream_options" not in whole


def test_nobody_else_makes_an_outbound(send):
    made = send(ASKED).outbound
    with pytest.raises(TypeError):
        Outbound(
            target=made.target, endpoint=made.endpoint, tree={}, content=b"",
            request_id="", policy_hash="", stream=False, seal=object(),
        )  # fmt: skip


def test_findings_of_another_payload_are_refused(detector):
    leaves = walk(call_of({"messages": []}))
    findings = gather(leaves, detector.detect(leaves.passages), detector.covers)
    with pytest.raises(ValueError, match="another payload"):
        prepare(call_of(ASKED), egress_of(target_of()), findings=findings, key=KEY, look=detector.detect, today=TODAY)


def test_each_egress_redacts_from_the_original_by_its_own_terms(send):
    numbers = send(ASKED, redact={Kind.MRN: Style.TOKEN})
    names = send(ASKED, redact={Kind.NAME: Style.REMOVE, Kind.DATE: Style.GENERALISE})
    assert text_of(numbers).startswith("Anna Muster, MRN [MRN_")
    assert text_of(names) == "[NAME], MRN 8675309, seen 2026"
    assert (numbers.redacted, names.redacted) == ({Kind.MRN}, {Kind.NAME, Kind.DATE})
    assert (len(numbers.pseudonyms), len(names.pseudonyms)) == (1, 0)


def test_with_nothing_to_take_out_nobody_looks_again(send, detector):
    prepared = send(ASKED, redact={})
    assert text_of(prepared) == ASKED["messages"][0]["content"]
    assert prepared.redacted == frozenset()
    assert detector.looks == 1


def test_what_the_second_look_finds_is_taken_out_everywhere(send, detector):
    def look(passages):
        return [
            Detection(tuple(Finding(Kind.PLACE, *found.span()) for found in re.finditer(r"\bUlm\b", p.text)))
            for p in passages
        ]

    payload = {
        "messages": [{"role": "user", "content": "Ulm"}, {"role": "user", "content": "Anna Muster of Ulm, Ulmer"}]
    }
    prepared = send(payload, look=look)
    assert b"Ulm," not in prepared.outbound.content
    assert text_of(prepared).endswith(", Ulmer")
    assert Kind.PLACE in prepared.redacted


@pytest.mark.parametrize(
    "look",
    [
        lambda passages: [
            Detection((Finding(Kind.MRN, p.text.index("en "), p.text.index("en ") + 2),)) for p in passages
        ],
        lambda passages: [],
        lambda passages: [Detection((), frozenset({UnknownReason.SCAN_FAILED})) for _ in passages],
    ],
    ids=["still found", "no answer", "failed"],
)
def test_what_the_second_look_still_finds_stops_the_egress(send, look):
    with pytest.raises(RedactionIncomplete) as refused:
        send(ASKED, look=look)
    assert refused.value.reason is Refused.INCOMPLETE
    assert "8675309" not in str(refused.value)


def test_a_body_is_redacted_again_for_what_each_look_found_and_at_last_refused(send):
    looks = []

    def look(passages):
        looks.append(passages)
        return [Detection((Finding(Kind.MRN, *re.search("ee", p.text).span()),)) for p in passages]

    with pytest.raises(RedactionIncomplete):
        send(ASKED, look=look)
    assert len(looks) == MAX_LOOKS


@pytest.mark.parametrize(
    ("style", "payload", "changes", "noted"),
    [
        (Style.TOKEN, ASKED, {}, True),
        (Style.REMOVE, ASKED, {}, False),
        (Style.TOKEN, {"input": "8675309"}, {"operation": Operation.EMBEDDINGS}, False),
    ],
    ids=["tokens in a chat", "nothing to restore", "a vector is no answer"],
)
def test_a_model_is_told_about_tokens_where_it_may_repeat_them(send, style, payload, changes, noted):
    told, plain = (
        send(payload, target=target_of(token_note=note), redact={Kind.MRN: style}, **changes) for note in (True, False)
    )
    assert (told.outbound.tree != plain.outbound.tree) is noted
    assert text_of(send(ASKED, target=target_of(), redact={})) == ASKED["messages"][0]["content"]


def test_a_token_is_no_finding_of_the_second_look(send, detector):
    def look(passages):
        return [
            Detection((Finding(Kind.NAME, 0, len(p.text)),)) if p.text.startswith("[NAME_") else Detection()
            for p in passages
        ]

    assert send({"messages": [{"role": "user", "content": "Anna Muster"}]}, look=look).redacted == {Kind.NAME}


@pytest.mark.parametrize(
    ("kind", "adapter", "caller", "dialect"),
    [
        (ProviderKind.ANTHROPIC, Adapter.DIRECT, Dialect.ANTHROPIC, Dialect.ANTHROPIC),
        (ProviderKind.ANTHROPIC, Adapter.LITELLM, Dialect.ANTHROPIC, Dialect.ANTHROPIC),
        (ProviderKind.ANTHROPIC, Adapter.LITELLM, Dialect.OPENAI, Dialect.OPENAI),
        (ProviderKind.OLLAMA, Adapter.OLLAMA, Dialect.OPENAI, Dialect.OLLAMA),
        (ProviderKind.OLLAMA, Adapter.DIRECT, Dialect.OPENAI, Dialect.OPENAI),
        (ProviderKind.OLLAMA, Adapter.DIRECT, Dialect.OLLAMA, Dialect.OLLAMA),
        (ProviderKind.LM_STUDIO, Adapter.DIRECT, Dialect.OLLAMA, Dialect.OPENAI),
        (ProviderKind.LM_STUDIO, Adapter.DIRECT, Dialect.ANTHROPIC, Dialect.OPENAI),
    ],
)
def test_a_target_is_spoken_to_in_its_dialect(kind, adapter, caller, dialect):
    asked = endpoint_for(caller, Operation.CHAT, {})
    assert endpoint_of(target_of(kind, adapter), asked, {}).dialect is dialect


@pytest.mark.parametrize(
    ("kind", "caller", "adapter"),
    [
        (ProviderKind.ANTHROPIC, Dialect.ANTHROPIC, Adapter.DIRECT),
        (ProviderKind.ANTHROPIC, Dialect.OPENAI, Adapter.LITELLM),
        (ProviderKind.OPENAI, Dialect.OPENAI, Adapter.DIRECT),
    ],
)
def test_claude_is_reached_directly_in_its_own_dialect_only(send, kind, caller, adapter):
    payload = {"max_tokens": 9, **ASKED}
    assert send(payload, caller, target=target_of(kind)).outbound.adapter is adapter


def test_a_callers_dialect_is_translated_after_redaction(send):
    payload = {
        "model": "m",
        "max_tokens": 9,
        "system": "for Anna Muster",
        "messages": [{"role": "user", "content": "8675309"}],
    }
    tree = send(payload, Dialect.ANTHROPIC, target=target_of()).outbound.tree
    assert [message["role"] for message in tree["messages"]] == ["system", "user"]
    assert "[NAME_" in json.dumps(tree["messages"][0])


@pytest.mark.parametrize("text", ["\ud800", {"a": "\udfff"}])
def test_broken_text_is_the_callers_error(send, text):
    with pytest.raises(InvalidRequest):
        send({"messages": [{"role": "user", "content": text}]})


def test_embeddings_are_asked_for_as_floats(send):
    tree = send({"input": "8675309", "encoding_format": "base64"}, operation=Operation.EMBEDDINGS).outbound.tree
    assert tree["encoding_format"] == "float"
    assert tree["input"].startswith("[MRN_")
    assert "stream" not in tree


SURFACES = ["Anna Muster", "8675309", "2026-03-04"]
WORDS = st.sampled_from(
    [*SURFACES, "[", "]", "\\", '"', "`", "_", " ", "\n", "Müller ", "x", "😀", "NAME_", "'s ", "{", "}"]
)
TEXTS = st.lists(WORDS, max_size=8).map("".join)
ARGUMENTS = st.dictionaries(
    TEXTS, st.one_of(TEXTS, st.sampled_from([8675309, 1.5, True, None]), st.lists(TEXTS, max_size=2)), max_size=3
)


def echo(tree, *, cut: int) -> list[dict]:
    """A provider that answers with what it was asked, in pieces of `cut` characters."""
    message = tree["messages"][-1]
    [call] = message["tool_calls"]
    events = [
        {"choices": [{"index": 0, "delta": {"content": message["content"][i : i + cut]}}]}
        for i in range(0, len(message["content"]), cut)
    ]
    arguments = call["function"]["arguments"]
    for i in range(0, len(arguments), cut):
        delta = {"tool_calls": [{"index": 0, "function": {"arguments": arguments[i : i + cut]}}]}
        events.append({"choices": [{"index": 0, "delta": delta}]})
    return [*events, {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}]


@settings(max_examples=300, deadline=None)
@given(TEXTS, ARGUMENTS, st.integers(1, 9))
def test_what_an_echo_sends_back_is_what_the_caller_sent(text, arguments, cut):
    raw = orjson.dumps(arguments).decode()
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": raw}}
    payload = {"messages": [{"role": "assistant", "content": text, "tool_calls": [call]}]}
    detector = Detector()
    asked = call_of(payload)
    leaves = walk(asked)
    findings = gather(leaves, detector.detect(leaves.passages), detector.covers)
    prepared = prepare(asked, egress_of(target_of()), findings=findings, key=KEY, look=detector.detect, today=TODAY)
    assert not [surface for surface in SURFACES if surface.encode() in prepared.outbound.content]
    restorer = ReplyRestorer(Dialect.OPENAI, prepared.pseudonyms)
    content, said = "", ""
    for event in [
        out for piece in echo(prepared.outbound.tree, cut=cut) for out in restorer.event(piece)
    ] + restorer.end():
        for choice in event["choices"]:
            content += choice["delta"].get("content") or ""
            said += "".join(call["function"].get("arguments") or "" for call in choice["delta"].get("tool_calls") or [])
    assert content == text
    assert orjson.loads(said) == arguments


def test_another_conversation_restores_nothing(detector):
    prepared = {}
    for caller, conversation in (("soma", "a"), ("soma", "b"), ("other", "a")):
        call = call_of(ASKED)
        leaves = walk(call)
        findings = gather(leaves, detector.detect(leaves.passages), detector.covers)
        key = conversation_key(b"s" * 32, caller, conversation)
        prepared[caller, conversation] = prepare(
            call, egress_of(target_of()), findings=findings, key=key, look=detector.detect, today=TODAY
        )
    names = [{name for name, _ in made.pseudonyms.items()} for made in prepared.values()]
    assert not names[0] & names[1]
    assert not names[0] & names[2]
    said = text_of(prepared["soma", "a"])
    restorer = ReplyRestorer(Dialect.OPENAI, prepared["soma", "b"].pseudonyms)
    tree = {"choices": [{"index": 0, "message": {"content": said}}]}
    assert restorer.reply(tree)["choices"][0]["message"]["content"] == said


def test_towards_claude_known_betas_pass_and_unsigned_thinking_stays(send):
    thought = {"type": "thinking", "thinking": "Hm.", "signature": ""}
    said = {"role": "assistant", "content": [thought, {"type": "text", "text": "Yes."}]}
    asked = {
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "Hi"}, said, {"role": "assistant", "content": [thought]}],
    }
    claude = target_of(ProviderKind.ANTHROPIC)
    betas = ("interleaved-thinking-2025-05-14", "mcp-client-2025-04-04")
    prepared = send(asked, Dialect.ANTHROPIC, target=claude, betas=betas, version="2026-10-21")
    assert prepared.outbound.betas == ("interleaved-thinking-2025-05-14",)
    assert prepared.outbound.version == "2026-10-21"
    assert "anthropic-beta" in prepared.not_carried
    assert "anthropic-version" not in prepared.not_carried
    assert prepared.outbound.tree["messages"][1:] == [
        {"role": "assistant", "content": [{"type": "text", "text": "Yes."}]}
    ]


@pytest.mark.parametrize("version", ["2023-01-01", "1961-03-14", "2031-01-01"])
def test_a_version_of_the_api_that_is_not_read_here_is_named_and_never_sent(send, version):
    asked = {"max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    prepared = send(asked, Dialect.ANTHROPIC, target=target_of(ProviderKind.ANTHROPIC), version=version)
    assert prepared.outbound.version == ""
    assert "anthropic-version" in prepared.not_carried


def test_a_version_of_the_api_is_nothing_to_a_server_of_another_dialect(send):
    asked = {"max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    prepared = send(asked, Dialect.ANTHROPIC, target=target_of(), version="2026-10-21")
    assert prepared.outbound.version == ""
    assert "anthropic-version" not in prepared.not_carried


def test_a_limit_in_a_schema_stays_a_limit_when_a_token_makes_the_number_stand_out_in_a_sentence(send):
    """The second look took `600000` in a tool's text for an id; the same number is the schema's `maximum`."""
    seen = []

    def look(passages):
        seen.append(passages)
        return [
            Detection(
                tuple(Finding(Kind.OTHER_ID, *found.span()) for found in re.finditer("(?<=up to )600000", p.text))
            )
            for p in passages
        ]

    limits = {"type": "object", "properties": {"timeout": {"type": "number", "maximum": 600000}}}
    tool = {"name": "bash", "description": "Runs a command for up to 600000.", "parameters": limits}
    prepared = send({**ASKED, "tools": [{"type": "function", "function": tool}]}, look=look)
    sent = prepared.outbound.tree["tools"][0]["function"]
    assert sent["parameters"] == limits
    assert "600000" not in sent["description"]
    assert len(seen) == 2
