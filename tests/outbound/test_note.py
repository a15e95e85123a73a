from __future__ import annotations

import json

import pytest

from gateway.domain import Adapter, Dialect, Kind, Operation, ProviderKind, Style
from gateway.outbound.note import TOKEN_NOTE, with_token_note
from gateway.wire.anthropic import messages
from gateway.wire.ollama import chat as ollama_chat
from gateway.wire.openai import chat, completions

from .conftest import target_of

NOTED = target_of(token_note=True)
ASKED = {"messages": [{"role": "user", "content": "MRN 8675309"}]}
USER = {"role": "user", "content": "hi"}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([USER], [{"role": "system", "content": TOKEN_NOTE}, USER]),
        ([{"role": "system", "content": "Be brief."}, USER], [{"role": "system", "content": f"Be brief.\n\n{TOKEN_NOTE}"}, USER]),
        ([{"role": "system", "content": ""}, USER], [{"role": "system", "content": TOKEN_NOTE}, USER]),
        ([{"role": "developer", "content": "Be brief."}], [{"role": "developer", "content": f"Be brief.\n\n{TOKEN_NOTE}"}]),
        (
            [{"role": "system", "content": [{"type": "text", "text": "Be brief."}]}, USER],
            [{"role": "system", "content": [{"type": "text", "text": "Be brief."}, {"type": "text", "text": TOKEN_NOTE}]}, USER],
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("endpoint", [chat.ENDPOINT, ollama_chat.ENDPOINT])
def test_the_note_ends_the_first_system_message_or_becomes_it(messages, expected, endpoint):
    body = {"messages": messages, "model": "m"}
    before = json.dumps(body)
    assert with_token_note(body, endpoint) == {"messages": expected, "model": "m"}
    assert json.dumps(body) == before


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, TOKEN_NOTE),
        ({"system": "Be brief."}, f"Be brief.\n\n{TOKEN_NOTE}"),
        (
            {"system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]},
            [
                {"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": TOKEN_NOTE},
            ],
        ),
    ],
)
def test_to_claude_the_note_is_the_end_of_its_system_prompt(given, expected):
    body = {"messages": [USER], **given}
    assert with_token_note(body, messages.ENDPOINT) == {"messages": [USER], "system": expected}


def test_a_target_that_wants_it_is_told_when_a_token_left(send):
    assert TOKEN_NOTE in send(ASKED, target=NOTED).outbound.content.decode()


@pytest.mark.parametrize(
    ("dialect", "kind", "adapter", "place"),
    [
        (Dialect.ANTHROPIC, ProviderKind.ANTHROPIC, Adapter.LITELLM, "system"),
        (Dialect.OPENAI, ProviderKind.OLLAMA, Adapter.OLLAMA, "messages"),
        (Dialect.ANTHROPIC, ProviderKind.OPENAI, Adapter.DIRECT, "messages"),
    ],
)
def test_it_is_said_in_the_dialect_of_the_target(send, dialect, kind, adapter, place):
    made = send({**ASKED, "max_tokens": 9}, dialect, target=target_of(kind, adapter, token_note=True)).outbound
    said = made.tree[place] if place == "system" else made.tree["messages"][0]["content"]
    assert said == TOKEN_NOTE


def test_nobody_is_told_who_did_not_ask_or_was_sent_no_token(send):
    clean = {"messages": [{"role": "user", "content": "A cough."}]}
    removed = dict.fromkeys(Kind, Style.REMOVE)
    for made in (send(ASKED), send(clean, target=NOTED), send(ASKED, target=NOTED, redact=removed)):
        assert TOKEN_NOTE not in made.outbound.content.decode()


def test_embeddings_are_of_the_callers_text_alone(send):
    made = send({"input": "MRN 8675309"}, operation=Operation.EMBEDDINGS, target=NOTED).outbound
    assert made.tree["input"].startswith("MRN [MRN_")
    assert set(made.tree) == {"input", "model", "encoding_format"}


def test_a_text_that_goes_on_is_told_nothing():
    body = {"prompt": "[MRN_abcde23456] was"}
    assert with_token_note(body, completions.ENDPOINT) is body


def test_the_note_is_never_scanned_and_never_breaks_the_second_look(send, detector):
    seen = []

    def look(passages):
        seen.extend(passage.text for passage in passages)
        return detector.detect(passages)

    send(ASKED, target=NOTED, look=look)
    assert seen
    assert not any(TOKEN_NOTE in text for text in seen)


def test_the_note_holds_no_value_and_is_the_same_for_everyone(send):
    def told(text):
        [system, _] = send({"messages": [{"role": "user", "content": text}]}, target=NOTED).outbound.tree["messages"]
        return system

    assert told("MRN 8675309") == told("Anna Muster, MRN 8675309")
