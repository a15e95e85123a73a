from __future__ import annotations

import pytest

from gateway.domain import Adapter, Capability, Content, Operation, Provider, ProviderKind, Target
from gateway.routing.needs import lacking, needs, wants_schema

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


@pytest.mark.parametrize(
    ("tree", "wanted"),
    [
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}}}, True),
        ({"text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA}}}, True),
        ({"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}, True),
        ({"output_format": {"type": "json_schema", "schema": SCHEMA}}, True),
        ({"format": SCHEMA}, True),
        ({"format": "json"}, False),
        ({"response_format": {"type": "json_object"}}, False),
        ({"text": {"format": {"type": "text"}}}, False),
        ({"text": "json_schema"}, False),
        ({}, False),
    ],
)
def test_a_schema_is_known_in_every_dialect(tree, wanted):
    assert wants_schema(tree) is wanted


@pytest.mark.parametrize(
    ("tree", "content", "needed"),
    [
        ({}, {Content.TEXT}, set()),
        ({}, {Content.IMAGE}, {Capability.VISION}),
        ({"tools": [{}]}, {Content.TEXT}, {Capability.TOOLS}),
        ({"tools": []}, {Content.TEXT}, set()),
        ({"functions": [{}]}, {Content.IMAGE}, {Capability.TOOLS, Capability.VISION}),
        ({"format": SCHEMA}, {Content.TEXT}, {Capability.JSON_SCHEMA}),
    ],
)
def test_needs_are_read_off_the_request(tree, content, needed):
    assert needs(tree, content, Operation.CHAT) == needed
    assert needs(tree, content, Operation.EMBEDDINGS) == frozenset()


def target(name: str, *listed: Capability) -> Target:
    return Target(name, Provider("p", ProviderKind.OLLAMA, Adapter.DIRECT), "m", capabilities=frozenset(listed))


def test_what_nobody_lists_is_lacking_of_nobody():
    sees, plain = target("sees", Capability.VISION), target("plain")
    both = frozenset({Capability.VISION, Capability.TOOLS})
    assert lacking(both, [plain, sees]) == {"plain": {Capability.VISION}, "sees": set()}
    assert lacking(both, [plain]) == {}
