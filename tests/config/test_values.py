"""What a field of the configuration may be: numbers also as text of the environment, names and hashes of their form."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from gateway.config import values


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (values.Name, ["a", "mac-studio.1", "0_"], ["", "-a", "a b", "a" * 65]),
        (values.Sha256, ["0aF9" * 16], ["0aF9" * 15, "g" * 64]),
        (values.HeaderName, ["x-clinic-task"], ["authorization", "content-type", "x task", ""]),
        (values.Port, [0, 8080, "8080"], [-1, 65536, "http", True, 1.5]),
        (values.Watts, [0, 45.5, "45"], [-1, float("nan"), "much"]),
        (values.Share, [0, 1, "0.5"], [1.1, -0.1]),
        (values.Dollars, [0, 0.1, "2.5"], [-1, True, "much"]),
    ],
)
def test_a_value_has_its_form(kind, good, bad):
    adapter = TypeAdapter(kind, config={"strict": True})
    for value in good:
        adapter.validate_python(value)
    for value in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(value)


def test_a_header_is_written_small():
    assert TypeAdapter(values.HeaderName).validate_python("X-Task") == "x-task"
