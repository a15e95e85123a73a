import pytest

from gateway.wire.system import system_text


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        ({}, ""),
        ({"messages": [{"role": "user", "content": "not this"}]}, ""),
        ({"messages": [{"role": "system", "content": "a"}, {"role": "developer", "content": "b"}]}, "a\nb"),
        ({"messages": [{"role": "system", "content": [{"type": "text", "text": "part"}]}]}, "part"),
        ({"system": "anthropic", "messages": []}, "anthropic"),
        ({"system": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]}, "one\ntwo"),
        (
            {"instructions": "a", "input": [{"role": "developer", "content": [{"text": "b"}]}, {"type": "reasoning"}]},
            "a\nb",
        ),
        ({"instructions": "a", "input": "not this"}, "a"),
        ({"system": 7, "messages": [None, {"role": "system", "content": None}]}, ""),
    ],
)
def test_the_system_prompt_is_found_wherever_its_dialect_keeps_it(tree, text):
    assert system_text(tree) == text
