import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidRequest
from gateway.wire.anthropic.messages import ENDPOINT as MESSAGES
from gateway.wire.anthropic.turns import Turns

PNG = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
URL = "data:image/png;base64,iVBORw0KGgo="
PDF = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}


def turns(*messages, **fields):
    return Turns({"messages": list(messages)} | fields)


def user(*blocks):
    return {"role": "user", "content": list(blocks)}


def text(words):
    return {"type": "text", "text": words}


PARTS = {
    "one text is a string": ([text("a")], "a"),
    "texts stay apart": ([text("a"), text("b")], [text("a"), text("b")]),
    "image before text": (
        [{"type": "image", "source": PNG}, text("what is this?")],
        [{"type": "image_url", "image_url": {"url": URL}}, text("what is this?")],
    ),
    "image by address": (
        [{"type": "image", "source": {"type": "url", "url": "https://example.org/x.png"}}],
        [{"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}],
    ),
    "text document": (
        [{"type": "document", "title": "T", "context": "C", "source": {"type": "text", "data": "D"}}],
        "T\nC\nD",
    ),
    "document of a string": ([{"type": "document", "source": {"type": "content", "content": "D"}}], "D"),
    "document of blocks": (
        [
            {
                "type": "document",
                "title": "T",
                "source": {"type": "content", "content": [text("D"), {"type": "image", "source": PNG}]},
            }
        ],
        [text("T"), text("D"), {"type": "image_url", "image_url": {"url": URL}}],
    ),
    "pdf": (
        [{"type": "document", "title": "T", "source": PDF}],
        [
            text("T"),
            {
                "type": "file",
                "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,JVBERi0="},
            },
        ],
    ),
    "search result": (
        [{"type": "search_result", "title": "T", "source": "S", "content": [text("a"), text("b")]}],
        "T\nS\na\nb",
    ),
}


@pytest.mark.parametrize(("blocks", "content"), PARTS.values(), ids=PARTS.keys())
def test_user_blocks_become_parts(blocks, content):
    assert turns(user(*blocks)).messages == [{"role": "user", "content": content}]


def test_strings_stay_strings():
    made = turns({"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, system="s")
    assert made.messages == [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
    ]
    assert made.lost == set()


def test_system_blocks_are_one_text_and_a_system_turn_stays_where_it_is():
    made = turns(
        {"role": "user", "content": "u"}, {"role": "system", "content": [text("c")]}, system=[text("a"), text("b")]
    )
    assert [(message["role"], message["content"]) for message in made.messages] == [
        ("system", "a\n\nb"),
        ("user", "u"),
        ("system", "c"),
    ]


def test_an_assistant_turn_keeps_text_thinking_and_calls():
    made = turns(
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
                {"type": "redacted_thinking", "data": "x"},
                text("a"),
                text("b"),
                {"type": "tool_use", "id": "t1", "name": "f", "input": {"x": "é"}},
            ],
        }
    )
    assert made.messages == [
        {
            "role": "assistant",
            "content": "ab",
            "reasoning_content": "hm",
            "tool_calls": [{"id": "t1", "type": "function", "function": {"name": "f", "arguments": '{"x":"é"}'}}],
        }
    ]
    assert made.lost == {"thinking.signature", "redacted_thinking"}


def test_an_assistant_turn_of_text_blocks_is_one_text():
    assert turns({"role": "assistant", "content": [text("a"), text("b")]}).messages == [
        {"role": "assistant", "content": "ab"}
    ]


def test_an_assistant_turn_of_calls_alone_has_no_content():
    made = turns({"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "f", "input": {}}]})
    assert made.messages[0]["content"] is None


def test_tool_results_come_first_and_their_images_follow_as_a_user_message():
    made = turns(
        user(
            {"type": "tool_result", "tool_use_id": "t1", "content": [text("a"), {"type": "image", "source": PNG}]},
            {"type": "tool_result", "tool_use_id": "t2", "content": "b", "is_error": True},
            {"type": "tool_result", "tool_use_id": "t3"},
            text("now what?"),
        )
    )
    assert made.messages == [
        {"role": "tool", "tool_call_id": "t1", "content": "a"},
        {"role": "tool", "tool_call_id": "t2", "content": "Error: b"},
        {"role": "tool", "tool_call_id": "t3", "content": ""},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": URL}}, text("now what?")]},
    ]


def test_results_alone_make_no_empty_user_message():
    assert [message["role"] for message in turns(user({"type": "tool_result", "tool_use_id": "t"})).messages] == [
        "tool"
    ]


def test_citations_asked_for_are_reported():
    assert turns(user({"type": "text", "text": "a", "citations": [{}]})).lost == {"citations"}


@pytest.mark.parametrize(
    ("role", "block", "param"),
    [
        ("user", {"type": "image", "source": {"type": "file", "file_id": "f"}}, "messages.0.content.0.source"),
        ("user", {"type": "document", "source": {"type": "url", "url": "u"}}, "messages.0.content.0.source"),
        ("user", {"type": "container_upload", "file_id": "f"}, "messages.0.content.0"),
        ("assistant", {"type": "server_tool_use", "id": "a", "name": "b", "input": {}}, "messages.0.content.0"),
        (
            "user",
            {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "tool_reference", "tool_name": "n"}]},
            "messages.0.content.0.content.0",
        ),
    ],
)
def test_blocks_that_only_claude_understands_are_refused_by_place(role, block, param):
    with pytest.raises(InvalidRequest) as raised:
        turns({"role": role, "content": [block]})
    assert raised.value.param == param


WORDS = st.text(min_size=1, max_size=20)
RESULT = st.builds(
    lambda words: {"type": "tool_result", "tool_use_id": "t1", "content": words}, WORDS | st.lists(WORDS.map(text))
)
BLOCK = WORDS.map(text) | st.builds(
    lambda title, data: {
        "type": "document",
        "title": title,
        "source": {"type": "text", "media_type": "text/plain", "data": data},
    },
    WORDS,
    WORDS,
)


@given(WORDS, WORDS, st.lists(BLOCK, max_size=4), RESULT, st.dictionaries(WORDS, WORDS, max_size=3))
def test_no_word_of_the_caller_is_dropped(system, said, blocks, result, arguments):
    tree = {
        "max_tokens": 1,
        "system": system,
        "messages": [
            {"role": "user", "content": "go"},
            {
                "role": "assistant",
                "content": [text(said), {"type": "tool_use", "id": "t1", "name": "f", "input": arguments}],
            },
            {"role": "user", "content": [result, *blocks]},
        ],
    }
    MESSAGES.validate(tree)
    messages = Turns(tree).messages
    spelled = json.dumps([message.get("content") for message in messages], ensure_ascii=False)
    for words in (system, said, *(leaf(block) for block in blocks), *leaves(result)):
        assert json.dumps(words, ensure_ascii=False)[1:-1] in spelled
    assert json.loads(messages[2]["tool_calls"][0]["function"]["arguments"]) == arguments


def leaf(block):
    return block["text"] if block["type"] == "text" else block["source"]["data"]


def leaves(result):
    content = result["content"]
    return [content] if isinstance(content, str) else [block["text"] for block in content]
