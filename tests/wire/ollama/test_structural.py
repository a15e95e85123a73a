import pytest

from gateway.wire.ollama.structural import REQUEST
from gateway.wire.structural import place

FITS = [
    (("messages", 0, "role"), "User"),
    (("messages", 0, "tool_calls", 0, "id"), "call_1"),
    (("think",), "high"),
    (("format",), "json"),
    (("format",), ""),
    (("keep_alive",), "1h30m"),
    (("keep_alive",), "-1"),
    (("keep_alive",), "-1m"),
]


@pytest.mark.parametrize(("path", "value"), FITS)
def test_structure_says_only_what_the_dialect_knows(path, value):
    pattern = REQUEST[place(path)]
    assert pattern.fullmatch(value)
    assert not pattern.fullmatch("Jane Doe, MRN 8675309")


@pytest.mark.parametrize(
    "path", [("prompt",), ("messages", 0, "content"), ("messages", 0, "tool_name"), ("options", "stop", 0)]
)
def test_text_of_the_caller_is_not_structure(path):
    assert place(path) not in REQUEST
