from __future__ import annotations

import dataclasses

import pytest

from gateway.domain import Content, Kind, Style, Trait, UnknownReason
from gateway.policy.rules import Policy, Rule, Then, To, When, merge, unite

SSN = frozenset({Kind.SSN})
BASE = Rule("a", "because", When(kinds=SSN), Then(deny=True))
MEDIA = {UnknownReason.IMAGE, UnknownReason.AUDIO, UnknownReason.FILE}


def test_the_hash_is_the_same_in_any_order_and_wherever_rules_are_written():
    other = dataclasses.replace(BASE, id="b", file="x.yaml", line=7)
    assert Policy((BASE, other)).hash == Policy((dataclasses.replace(other, line=9), BASE)).hash


@pytest.mark.parametrize(
    "changed",
    [
        dataclasses.replace(BASE, id="b"),
        dataclasses.replace(BASE, why="for another reason"),
        dataclasses.replace(BASE, then=Then(require=frozenset({Trait.BAA}))),
        dataclasses.replace(BASE, then=Then(redact={Kind.SSN: Style.TOKEN})),
        dataclasses.replace(BASE, then=Then(redact={Kind.SSN: Style.REMOVE})),
        dataclasses.replace(BASE, then=Then(detectors=1)),
        dataclasses.replace(BASE, then=Then(detectors=2)),
        dataclasses.replace(BASE, when=When()),
        dataclasses.replace(BASE, when=When(kinds=SSN, unknowns=frozenset({UnknownReason.IMAGE}))),
        dataclasses.replace(BASE, when=When(kinds=SSN, content=frozenset({Content.TEXT}))),
        dataclasses.replace(BASE, when=When(kinds=SSN, agents=frozenset({"x"}))),
        dataclasses.replace(BASE, when=When(kinds=SSN, routes=frozenset({"x"}))),
        dataclasses.replace(BASE, when=When(kinds=SSN, callers=frozenset({"x"}))),
        dataclasses.replace(BASE, when=When(kinds=SSN, to=To(having=frozenset({Trait.BAA})))),
        dataclasses.replace(BASE, when=When(kinds=SSN, to=To(lacking=frozenset({Trait.BAA})))),
        dataclasses.replace(BASE, when=When(kinds=SSN, to=To(providers=frozenset({"x"})))),
        dataclasses.replace(BASE, when=When(kinds=SSN, to=To(targets=frozenset({"x"})))),
    ],
)
def test_the_hash_tells_every_change_of_a_rule(changed):
    assert Policy((changed,)).hash != Policy((BASE,)).hash


def test_merging_is_union():
    other = dataclasses.replace(BASE, id="b")
    assert merge([Policy((other,)), Policy(), Policy((BASE,))]) == Policy((BASE, other))
    assert merge([]).rules == ()


@pytest.mark.parametrize(
    ("styles", "united"),
    [
        ([], None),
        ([Style.TOKEN, Style.REMOVE], Style.REMOVE),
        ([Style.REMOVE, Style.GENERALISE], Style.REMOVE),
        ([Style.GENERALISE, Style.TOKEN], Style.GENERALISE),
    ],
)
def test_the_stricter_style_wins(styles, united):
    assert unite({Kind.DATE: style} for style in styles).get(Kind.DATE) is united


@pytest.mark.parametrize(
    ("when", "left_out"),
    [
        (When(), set()),
        (When(content=frozenset({Content.TEXT})), MEDIA),
        (When(content=frozenset({Content.IMAGE})), MEDIA - {UnknownReason.IMAGE}),
        (When(content=frozenset({Content.TOKEN_IDS})), MEDIA),
    ],
)
def test_content_leaves_out_other_media_and_never_text(when, left_out):
    assert when.counted == set(UnknownReason) - left_out


@pytest.mark.parametrize(
    ("when", "spoken"),
    [
        (When(), set(Content)),
        (When(kinds=SSN), set(Content)),
        (When(content=frozenset({Content.TEXT})), {Content.TEXT, Content.TOKEN_IDS}),
        (When(content=frozenset({Content.IMAGE})), {Content.IMAGE}),
        (When(unknowns=frozenset({UnknownReason.IMAGE})), {Content.IMAGE}),
        (When(unknowns=frozenset({UnknownReason.LANGUAGE})), set()),
        (When(unknowns=frozenset({UnknownReason.IMAGE}), content=frozenset({Content.TEXT})), set()),
        (When(kinds=SSN, unknowns=frozenset({UnknownReason.FILE})), {Content.FILE}),
    ],
)
def test_a_rule_speaks_of_what_its_conditions_leave_open(when, spoken):
    assert when.spoken == spoken
