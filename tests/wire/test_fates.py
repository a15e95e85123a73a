from __future__ import annotations

import pytest

from gateway.domain import Carrier
from gateway.wire.fates import LOCAL, OTHERS, Row, fates, page
from gateway.wire.fields import Fate, Field, Object, Text
from gateway.wire.operations import ENDPOINTS
from tests.kit.source import ROOT


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda row: f"{row.dialect}.{row.name}")
def test_no_field_of_any_operation_is_without_a_fate(endpoint):
    rows = fates(endpoint)
    assert rows
    assert [row.path for row in rows if row.fate is None] == []
    assert {row.path.split(".")[0].split("[")[0].split(",")[0] for row in rows} >= set(endpoint.fields.names())


@pytest.mark.parametrize(
    ("name", "path", "fate", "note"),
    [
        ("openai.chat", "messages[].content", Fate.SCANNED, ""),
        ("openai.chat", "messages[].tool_call_id", Fate.SCANNED, ""),
        ("openai.chat", "model", Fate.REPLACED, ""),
        ("openai.chat", "seed", Fate.REPLACED, ""),
        ("openai.chat", "temperature", Fate.REPLACED, ""),
        ("openai.chat", "user", Fate.REPLACED, ""),
        ("openai.chat", OTHERS, Fate.SCANNED, LOCAL),
        ("openai.chat", "logit_bias.(key)", Fate.KEPT, ""),
        ("anthropic.messages", "messages[].content[].signature", Fate.KEPT, ""),
    ],
)
def test_some_that_everybody_asks_about(name, path, fate, note):
    [endpoint] = [row for row in ENDPOINTS if f"{row.dialect}.{row.name}" == name]
    assert Row(path, fate, note) in fates(endpoint)


def test_a_field_without_a_fate_would_be_counted():
    class Forgotten(Field):
        pass

    class Endpoint:
        fields = Object({"a": Text(Carrier.MESSAGE), "b": Forgotten()})
        dialect = ENDPOINTS[0].dialect
        name = "odd"
        paths = ("/odd",)

    made = page([Endpoint()])
    assert "3 fields, 1 without a fate." in made
    assert "| `b` | NONE |  |" in made


def test_the_page_says_what_the_tables_say():
    """After a change: `gateway schema fates > gateway/FIELDS.md`."""
    assert (ROOT / "gateway" / "FIELDS.md").read_text(encoding="utf-8") == page(ENDPOINTS)
