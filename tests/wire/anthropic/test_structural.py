import pytest

from gateway.wire.anthropic.structural import REQUEST
from gateway.wire.structural import place

FITS = [
    (("messages", 0, "role"), "assistant"),
    (("messages", 0, "content", 1, "type"), "tool_result"),
    (("messages", 0, "content", 1, "content", 0, "type"), "image"),
    (("messages", 0, "content", 1, "source", "media_type"), "image/png"),
    (("messages", 0, "content", 1, "signature"), "EqQBCgIYAhIM+/="),
    (("system", 0, "cache_control", "type"), "ephemeral"),
    (("tools", 0, "type"), "web_search_20250305"),
    (("thinking", "type"), "enabled"),
]


@pytest.mark.parametrize(("path", "value"), FITS)
def test_structure_says_only_what_the_dialect_knows(path, value):
    pattern = REQUEST[place(path)]
    assert pattern.fullmatch(value)
    assert not pattern.fullmatch("Jane Doe, MRN 8675309")


@pytest.mark.parametrize(
    "path",
    [
        ("messages", 0, "content"),
        ("system",),
        ("tools", 0, "name"),
        ("tools", 0, "input_schema", "type"),
        ("stop_sequences", 0),
    ],
)
def test_text_of_the_caller_is_not_structure(path):
    assert place(path) not in REQUEST
