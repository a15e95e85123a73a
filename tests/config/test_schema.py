from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import BaseModel

from gateway.config import schema
from gateway.config.schema import ConfigFile, PricingSection, RoutingSection, Section, ServerSection
from gateway.document import DocumentInvalid, read, validate


def test_every_section_is_strict_frozen_and_refuses_unknown_keys() -> None:
    sections = [
        kind
        for kind in vars(schema).values()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in (BaseModel, Section)
    ]
    assert len(sections) >= 18
    for section in sections:
        config = section.model_config
        assert (config.get("strict"), config.get("frozen"), config.get("extra")) == (True, True, "forbid"), section


@pytest.mark.parametrize(
    ("text", "port", "behind"),
    [
        ("port: 9000\nbehind_tls_proxy: true\n", 9000, True),
        ("port: '9000'\nbehind_tls_proxy: 'true'\n", 9000, True),
        ("port: 0\nbehind_tls_proxy: 'false'\n", 0, False),
    ],
)
def test_numbers_and_booleans_may_come_as_text_of_the_environment(text: str, port: int, behind: bool) -> None:
    server = validate(ServerSection, read(text, file="c.yaml"))
    assert (server.port, server.behind_tls_proxy) == (port, behind)


@pytest.mark.parametrize("text", ["port: true", "port: 1.5", "port: ''", "port: -1", "behind_tls_proxy: 1", "host: 5"])
def test_nothing_else_passes_for_a_number_a_boolean_or_text(text: str) -> None:
    with pytest.raises(DocumentInvalid):
        validate(ServerSection, read(text, file="c.yaml"))


@pytest.mark.parametrize(
    ("text", "first_token_ms"), [("", None), ("first_token_ms: ''", None), ("first_token_ms: 5", 5)]
)
def test_an_empty_threshold_is_none(text: str, first_token_ms: int | None) -> None:
    assert validate(RoutingSection, read(text, file="c.yaml")).first_token_ms == first_token_ms


def test_money_is_exact() -> None:
    section = validate(PricingSection, read("tariff_usd_per_kwh: 0.1\n", file="c.yaml"))
    assert section.tariff_usd_per_kwh == Decimal("0.1")


@pytest.mark.parametrize("value", ["true", "-0.1", "much", "[1]"])
def test_what_is_no_sum_of_money_is_refused(value: str) -> None:
    with pytest.raises(DocumentInvalid):
        validate(PricingSection, read(f"tariff_usd_per_kwh: {value}\n", file="c.yaml"))


def test_an_alias_is_a_route_or_a_section() -> None:
    text = "version: 1\naliases:\n  a: r\n  b: {route: r, prefer: agent}\n"
    aliases = validate(ConfigFile, read(text, file="c.yaml")).aliases
    assert [(alias.route, alias.prefer) for alias in aliases.values()] == [("r", None), ("r", "agent")]


def test_an_unknown_key_of_an_alias_is_told_the_nearest() -> None:
    with pytest.raises(DocumentInvalid) as caught:
        validate(ConfigFile, read("version: 1\naliases: {x: {rout: r}}\n", file="c.yaml"))
    assert "Did you mean `route`?" in [problem.remedy for problem in caught.value.problems]


def test_an_unknown_key_deep_inside_is_told_the_nearest() -> None:
    text = "version: 1\nlisteners:\n  - {port: 1, tls: {crt: x, key: y}}\n"
    with pytest.raises(DocumentInvalid) as caught:
        validate(ConfigFile, read(text, file="c.yaml"))
    assert [(p.line, p.remedy) for p in caught.value.problems if "crt" in p.message] == [(3, "Did you mean `cert`?")]
