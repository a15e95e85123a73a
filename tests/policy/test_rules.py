from __future__ import annotations

import dataclasses
import json

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
        ([Style.TOKEN, Style.GENERALISE], Style.GENERALISE),
        ([Style.GENERALISE, Style.REMOVE], Style.REMOVE),
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


def test_what_is_not_said_is_no_condition_and_no_effect():
    assert dataclasses.astuple(To()) == (frozenset(),) * 4
    then = Then()
    assert (then.require, dict(then.redact), then.detectors, then.deny) == (frozenset(), {}, 0, False)
    when = When()
    assert (when.kinds, when.unknowns, when.content, when.agents, when.routes, when.callers) == (frozenset(),) * 6
    assert (when.to, when.every_finding) == (To(), False)
    rule = Rule("a", "because", when, then)
    assert (rule.file, rule.line) == ("", 0)
    assert Policy().rules == ()


def test_where_a_rule_is_written_is_no_difference_and_all_else_is():
    assert dataclasses.replace(BASE, file="x.yaml", line=7) == BASE
    assert dataclasses.replace(BASE, why="for another reason") != BASE


@pytest.mark.parametrize(
    ("made", "derived"),
    [(BASE.when, {"counted", "spoken"}), (Policy((BASE,)), {"text", "hash", "kinds"})],
    ids=["When", "Policy"],
)
def test_what_is_derived_is_neither_given_nor_compared(made, derived):
    fields = {field.name: field for field in dataclasses.fields(made)}
    assert {name for name, field in fields.items() if not field.init} == derived
    assert {name for name, field in fields.items() if not field.compare} == derived


def test_only_what_tells_something_is_printed():
    assert "counted" not in repr(BASE.when)
    assert "spoken" not in repr(BASE.when)
    shown = repr(Policy((BASE,)))
    assert Policy((BASE,)).hash in shown
    assert "text=" not in shown
    assert "kinds=frozenset({<Kind.SSN: 'ssn'>}), unknowns" in shown  # those of the rule
    assert shown.count("kinds=") == 1


def test_the_canonical_text_is_compact_and_sorted_json():
    text = Policy((BASE,)).text
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    assert list(json.loads(text)[0]) == sorted(json.loads(text)[0])


def test_of_two_equally_strict_styles_the_first_stays_as_it_is():
    class Worn(str):
        """A style that equals another and is not the same object."""

        __slots__ = ()

    first, second = Worn(Style.REMOVE), Worn(Style.REMOVE)
    assert unite([{Kind.SSN: first}, {Kind.SSN: second}])[Kind.SSN] is first
