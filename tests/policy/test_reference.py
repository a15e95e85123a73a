from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.policy.parse import parse
from gateway.policy.reference import table

README = (Path(__file__).parents[2] / "policies" / "README.md").read_text("utf-8")
BEGIN, END = (f"<!-- written from the schema: {edge} -->" for edge in ("begin", "end"))


def test_the_page_says_what_the_schema_says():
    written = README.split(BEGIN)[1].split(END)[0]
    assert written.strip() == table(), "paste the output of gateway.policy.reference.table() between the two marks"


def test_every_field_has_a_meaning():
    for line in table().splitlines():
        assert all(cell.strip() for cell in line.strip("|").split("|")) or not line.startswith("|"), line


@pytest.mark.parametrize(
    "example", [text for text in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if "rules:" in text]
)
def test_every_example_on_the_page_loads_and_keeps_its_own_examples(example):
    assert "examples:" in example
    assert parse(example, file="README.md").rules
