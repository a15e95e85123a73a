import pytest

from gateway.errors import InvalidRequest
from gateway.wire.responses.items import Turns

PNG = "data:image/png;base64,iVBORw0KGgo="
PDF = "data:application/pdf;base64,JVBERi0="


def turns(given, **more):
    return Turns({"input": given, **more})


def user(content):
    return {"role": "user", "content": content}


def said(*parts):
    return {"type": "message", "role": "assistant", "content": list(parts)}


def text(words):
    return {"type": "output_text", "text": words, "annotations": []}


def function_call(name, arguments="{}", call_id="c1", **more):
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments, **more}


def output(value, call_id="c1", kind="function_call_output"):
    return {"type": kind, "call_id": call_id, "output": value}


def hub_call(name, arguments="{}", call_id="c1"):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_a_text_is_what_the_user_says():
    assert turns("Hello.").messages == [user("Hello.")]


def test_instructions_and_prompts_at_the_beginning_are_one():
    first = {"role": "developer", "content": [{"type": "input_text", "text": "b"}, {"type": "input_text", "text": "c"}]}
    later = {"role": "system", "content": "d"}
    made = turns([first, user("Hello."), later], instructions="a").messages
    assert made == [{"role": "system", "content": "a\n\nb\n\nc"}, user("Hello."), {"role": "system", "content": "d"}]
    assert turns([first, user("Hello.")]).messages[0] == {"role": "system", "content": "b\n\nc"}


def test_a_prompt_holds_text_only():
    picture = {"role": "system", "content": [{"type": "input_image", "image_url": PNG}]}
    with pytest.raises(InvalidRequest):
        turns([picture])


def test_what_the_assistant_did_is_one_message():
    made = turns(
        [
            user("Fix it."),
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Look first."}]},
            said(text("Let me "), text("look.")),
            function_call("read", '{"a":1}'),
            {"type": "custom_tool_call", "call_id": "c2", "name": "patch", "input": "*** Begin"},
            output("found"),
            output("done", "c2", "custom_tool_call_output"),
            said(text("Fixed.")),
        ]
    )
    assert made.messages == [
        user("Fix it."),
        {
            "role": "assistant",
            "content": "Let me look.",
            "reasoning_content": "Look first.",
            "tool_calls": [hub_call("read", '{"a":1}'), hub_call("patch", '{"input":"*** Begin"}', "c2")],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "found"},
        {"role": "tool", "tool_call_id": "c2", "content": "done"},
        {"role": "assistant", "content": "Fixed."},
    ]
    assert made.lost == set()


def test_no_word_of_a_turn_is_lost_when_it_comes_in_several_items():
    made = turns(
        [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "short"}],
             "content": [{"type": "reasoning_text", "text": "long"}]},
            said(text("one")),
            function_call("f"),
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "more"}]},
            said({"type": "refusal", "refusal": "No."}),
            {"role": "assistant", "content": "two", "phase": "commentary"},
        ]
    )  # fmt: skip
    assert made.messages == [
        {
            "role": "assistant",
            "content": "one\n\ntwo",
            "reasoning_content": "long\n\nmore",
            "refusal": "No.",
            "tool_calls": [hub_call("f")],
        }
    ]
    assert made.lost == {"input.phase"}


def test_a_call_of_a_namespace_has_one_name():
    [message] = turns([function_call("wait", namespace="agents")]).messages
    assert message["tool_calls"] == [hub_call("agents__wait")]


def test_encrypted_reasoning_stays_with_whoever_made_it_and_that_is_told():
    made = turns([{"type": "reasoning", "summary": [], "encrypted_content": "abc="}, user("On.")])
    assert made.messages == [user("On.")]
    assert made.lost == {"reasoning.encrypted_content"}


def test_reasoning_by_its_id_is_left_out_and_that_is_told():
    made = turns([user("Go."), {"type": "item_reference", "id": "rs_1"}, function_call("f"), output("ok")])
    assert [message["role"] for message in made.messages] == ["user", "assistant", "tool"]
    assert made.lost == {"input.item_reference"}


def test_pictures_and_files_are_parts():
    parts = [
        {"type": "input_text", "text": "See."},
        {"type": "input_image", "image_url": PNG, "detail": "low"},
        {"type": "input_image", "image_url": PNG},
        {"type": "input_file", "file_data": PDF, "filename": "a.pdf", "detail": "high"},
        {"type": "input_file", "file_data": PDF},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
        {"type": "refusal", "refusal": "No."},
    ]
    made = turns([user(parts)])
    assert made.messages[0]["content"] == [
        {"type": "text", "text": "See."},
        {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}},
        {"type": "image_url", "image_url": {"url": PNG}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": PDF}},
        {"type": "file", "file": {"filename": "document.pdf", "file_data": PDF}},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
        {"type": "text", "text": "No."},
    ]
    assert made.lost == {"input_file.detail"}
    assert turns([user([{"type": "input_text", "text": "alone"}])]).messages == [user("alone")]


def test_what_tools_showed_follows_all_of_their_answers():
    shown = [{"type": "input_text", "text": "a picture"}, {"type": "input_image", "image_url": PNG}]
    made = turns([function_call("a"), function_call("b", call_id="c2"), output(shown), output("b", "c2"), user("So?")])
    assert made.messages[1:] == [
        {"role": "tool", "tool_call_id": "c1", "content": "a picture"},
        {"role": "tool", "tool_call_id": "c2", "content": "b"},
        user([{"type": "image_url", "image_url": {"url": PNG}}]),
        user("So?"),
    ]
    assert turns([function_call("a"), output(shown)]).messages[-1]["role"] == "user"
    assert turns([function_call("a"), output([{"type": "input_text", "text": "x"}])]).messages[-1]["content"] == "x"


@pytest.mark.parametrize(
    ("item", "at"),
    [
        (user([{"type": "input_image", "file_id": "file_1"}]), "input[0].content[0]"),
        (user([{"type": "input_file", "file_id": "file_1"}]), "input[0].content[0]"),
        (user([{"type": "input_file", "file_url": "https://a.example/b"}]), "input[0].content[0]"),
        (said({"type": "input_image", "image_url": PNG}), "input[0].content[0]"),
        (output([{"type": "input_file", "file_id": "f"}]), "input[0].output[0]"),
        ({"type": "file_search_call", "id": "fs_1"}, "input[0]"),
    ],
)
def test_what_only_openai_understands_is_refused_by_its_place(item, at):
    with pytest.raises(InvalidRequest) as caught:
        turns([item])
    assert caught.value.param == at


def test_tools_that_an_item_brings_are_no_message():
    added = {"type": "additional_tools", "role": "developer", "tools": []}
    assert turns([added, {"role": "user", "content": "hi"}]).messages == [{"role": "user", "content": "hi"}]
