"""The shipped pack keeps what its first lines say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gateway.domain import DIRECT, INDIRECT, Content, Facts, Kind, Trait, UnknownReason
from gateway.phi.find.engine import load_engine
from gateway.policy.decide import decide
from gateway.policy.examples import destination
from gateway.policy.parse import load

FOLDER = Path(__file__).parents[2] / "policies"
PACK = (FOLDER / "hipaa.yaml").read_text("utf-8")
TESTS = {path.name: path.read_text("utf-8") for path in (FOLDER / "tests").glob("*.yaml")}
TODAY = date(2026, 11, 21)


def sent(facts, text, *traits):
    target = destination(frozenset(traits), provider="p", target="t")
    return bool(decide(facts, [target], load({"hipaa.yaml": text}), today=TODAY).egresses)


def test_the_pack_loads_and_keeps_all_tests_beside_it():
    assert TESTS
    assert load({"hipaa.yaml": PACK}, tests=TESTS).rules


def test_it_names_every_kind():
    assert load({"hipaa.yaml": PACK}).kinds == DIRECT | INDIRECT


def test_a_rule_on_direct_keeps_everything_at_home_while_nothing_finds_names():
    blind = Facts("soma", "chat", covered=frozenset(Kind) - {Kind.NAME})
    assert not sent(blind, PACK)
    assert not sent(blind, PACK, Trait.BAA, Trait.ZERO_RETENTION)
    assert sent(blind, PACK, Trait.ON_PREM)
    assert sent(Facts("soma", "chat"), PACK)


def test_the_engine_finds_every_kind_so_the_pack_lets_clean_text_out():
    facts = Facts("soma", "chat", covered=load_engine().covers)
    assert sent(facts, PACK)


@pytest.mark.parametrize("kind", sorted(Kind))
def test_each_kind_needs_a_baa_and_is_taken_out(kind):
    facts = Facts("soma", "chat", kinds=frozenset({kind}))
    assert not sent(facts, PACK, Trait.ZERO_RETENTION)
    assert sent(facts, PACK, Trait.BAA)


@pytest.mark.parametrize("reason", sorted(UnknownReason))
def test_nothing_unchecked_leaves_whatever_the_provider_has_signed(reason):
    facts = Facts("soma", "chat", unknowns=frozenset({reason}))
    assert not sent(facts, PACK, Trait.BAA, Trait.ZERO_RETENTION)
    assert sent(facts, PACK, Trait.ON_PREM)


def test_the_commented_rule_accepts_images_of_one_route_under_a_baa():
    lines = [line.removeprefix("#") if line.startswith("#  ") else line for line in PACK.splitlines()]
    text = "\n".join(lines).replace("unknown: [image, audio, file]", "unknown: [audio, file]")
    images = frozenset({Content.TEXT, Content.IMAGE}), frozenset({UnknownReason.IMAGE})
    radiology, other = (Facts("soma", route, content=images[0], unknowns=images[1]) for route in ("radiology", "chat"))
    assert sent(radiology, text, Trait.BAA)
    assert not sent(radiology, text)
    assert not sent(other, text, Trait.BAA)
    assert not sent(radiology, PACK, Trait.BAA)
