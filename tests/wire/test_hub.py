import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UpstreamFailed
from gateway.wire import hub


@pytest.mark.parametrize("text", [None, "", "  "])
def test_no_argument_text_is_an_empty_object(text):
    assert hub.arguments(text) == {}


@pytest.mark.parametrize("text", ["[1]", '{"a":', "1", "nonsense"])
def test_arguments_that_spell_no_object_are_a_failure_unless_the_model_was_cut_off(text):
    with pytest.raises(UpstreamFailed):
        hub.arguments(text)
    assert hub.arguments(text, truncated=True) == {}


@given(st.dictionaries(st.text(), st.text() | st.integers(-(2**53), 2**53) | st.booleans()))
def test_arguments_survive_being_spelled(value):
    assert hub.arguments(hub.dumps(value)) == value


def test_only_base64_data_urls_are_taken_apart():
    assert hub.split_data_url(hub.data_url("image/png", "AAAA")) == ("image/png", "AAAA")
    for url in ("https://example.org/a.png", "data:text/plain,hello", "data:image/png;base64"):
        assert hub.split_data_url(url) is None


@pytest.mark.parametrize("reply", [{}, {"choices": []}, {"choices": [{}]}, {"choices": "x"}])
def test_a_reply_without_a_message_is_a_failure(reply):
    with pytest.raises(UpstreamFailed):
        hub.first_choice(reply)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (None, ""),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, {"type": "x"}, "c"], "ab"),
        (5, ""),
        ({}, ""),
    ],
)
def test_text_is_read_in_every_form_that_servers_send(value, text):
    assert hub.words(value) == text


def test_calls_are_read_in_every_form_that_servers_send():
    found = [
        {"id": "a", "index": 3, "function": {"name": "f", "arguments": {"x": 1}}},
        {"function": {"name": "g", "arguments": '{"y"'}},
        {"id": 5, "function": None},
        "no call",
    ]
    assert hub.calls({"tool_calls": found}) == [
        hub.Called(3, "a", "f", '{"x":1}'),
        hub.Called(1, "", "g", '{"y"'),
        hub.Called(2, "", "", ""),
    ]
    assert hub.calls({}) == hub.calls({"tool_calls": None}) == []
