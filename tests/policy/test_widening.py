"""What one policy lets out that another did not: every opening is found, and each that is told really is one."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain import BaaTerm, Capability, Content, Facts, Kind, Style, Target, Trait, UnknownReason
from gateway.policy.decide import decide
from gateway.policy.rules import MEDIUM_OF, Policy, To, merge, of_text
from gateway.policy.widening import Place, cause, matters, opens, places_of, sentence, widenings
from tests.kit.policies import (
    ALL,
    BAA,
    CLOUD,
    EXPIRES,
    HOME,
    OPEN,
    PHI_NEEDS_BAA,
    POLICIES,
    SSN,
    TODAY,
    ZDR,
    requests,
    rule,
    rules,
)

PLACES = tuple(Place(one, one, named=True) for one in ALL)
EVERY = frozenset(Kind)


@st.composite
def real(draw):
    """Requests as a scan states them: a medium is unknown, and the other way round."""
    facts = draw(requests())
    media = {reason for reason, medium in MEDIUM_OF.items() if medium in facts.content}
    content = {MEDIUM_OF[reason] for reason in facts.unknowns | media if reason in MEDIUM_OF} | {Content.TEXT}
    reported = draw(st.frozensets(st.sampled_from([Kind.SSN, Kind.NAME, Kind.DATE])))
    return dataclasses.replace(facts, unknowns=facts.unknowns | media, content=frozenset(content), reported=reported)


ANY = st.one_of(POLICIES, OPEN)
FEW = settings(max_examples=25, deadline=None)
"""Each of them decides hundreds of requests."""


@FEW
@given(ANY, ANY, st.lists(real(), min_size=1, max_size=3))
def test_whatever_opens_for_some_request_is_found(old, new, asked):
    for facts in asked:
        found = widenings(old, new, PLACES, days=[TODAY], covers=[EVERY, facts.covered])
        opened = [place for place in PLACES if opens(facts, place, old, new, day=TODAY)]
        assert {place.after.name for place in opened} <= {one.target.name for one in found}


LATER = EXPIRES + timedelta(days=1)
PLAIN = dataclasses.replace(BAA, provider=dataclasses.replace(BAA.provider, baa=None))
UNSEEN = dataclasses.replace(
    BAA, provider=dataclasses.replace(BAA.provider, baa=BaaTerm("contract 7", EXPIRES, frozenset({Capability.VISION})))
)
MOVED = (
    *PLACES,
    Place(UNSEEN, BAA, named=True),
    Place(PLAIN, BAA, named=True),
    Place(BAA, dataclasses.replace(PLAIN, name="plain"), named=True),
)


@FEW
@given(ANY, ANY, st.lists(real(), min_size=1, max_size=3))
def test_an_opening_is_told_for_each_day_on_which_it_is_another(old, new, asked):
    days = [TODAY, LATER]
    for facts in asked:
        found = widenings(old, new, MOVED, days=days, covers=[EVERY, facts.covered])
        for place in MOVED:
            for day in days:
                if opens(facts, place, old, new, day=day):
                    there = [one for one in found if one.target.name == place.after.name]
                    traits = place.after.provider.traits_on(day)
                    assert traits in [one.target.provider.traits_on(one.day) for one in there]


@FEW
@given(ANY, ANY)
def test_every_counterexample_is_one(old, new):
    for places in (PLACES, places_of(old, new)[:4]):
        for one in widenings(old, new, places, days=[TODAY]):
            before = decide(one.facts, [one.target], old, today=TODAY)
            (egress,) = decide(one.facts, [one.target], new, today=TODAY).egresses
            if one.left_in:
                (was,) = before.egresses
                assert all(was.redact.get(kind) != egress.redact.get(kind) for kind in one.left_in)
                assert one.left_in <= one.facts.kinds | one.facts.reported
            else:
                assert before.refusals == (one.refused,)


@FEW
@given(OPEN, rules())
def test_a_rule_more_opens_nothing_where_all_is_covered(policy, added):
    assert widenings(policy, merge([policy, Policy((added,))]), PLACES, days=[TODAY]) == ()


@FEW
@given(ANY)
def test_the_same_opens_nothing(policy):
    assert widenings(policy, of_text(policy.text), places_of(policy, policy), days=[TODAY]) == ()
    assert of_text(policy.text) == policy


@settings(max_examples=5, deadline=None)
@given(ANY, ANY, st.lists(real(), min_size=1, max_size=20))
def test_without_places_every_place_is_tried(old, new, asked):
    found = widenings(old, new, places_of(old, new), days=[TODAY])
    for facts in asked:
        if facts.covered == EVERY and any(opens(facts, place, old, new, day=TODAY) for place in PLACES):
            assert found


def test_a_text_that_is_no_policy_is_said():
    for text in ("", "{}", "[1]", '[{"id": "a"}]'):
        with pytest.raises(ValueError, match=r"canonical|Expecting"):
            of_text(text) if text != "{}" else of_text("7")


def shown(old, new, places=PLACES, days=(TODAY,)):
    made = widenings(Policy(tuple(old)), Policy(tuple(new)), places, days=days)
    return [
        (one.target.name, cause(one), sorted(one.facts.kinds | one.facts.reported | one.facts.unknowns)) for one in made
    ]


def test_the_smallest_request_is_shown():
    two = rule("two", kinds=[Kind.SSN], agents=["qc"], deny=True)
    assert shown([PHI_NEEDS_BAA, two], [PHI_NEEDS_BAA]) == [
        ("baa", "rule two", ["ssn"]),
        ("zdr", "rule two", ["ssn"]),
    ]
    (baa, _) = widenings(Policy((PHI_NEEDS_BAA, two)), Policy((PHI_NEEDS_BAA,)), PLACES, days=[TODAY])
    assert baa.facts == Facts("", "", agents=frozenset({"qc"}), kinds=frozenset({Kind.SSN}))


def test_what_is_taken_out_less_is_an_opening():
    strict = rule("r", kinds=[Kind.SSN], redact={Kind.SSN: Style.REMOVE, Kind.DATE: Style.GENERALISE})
    lax = rule("r", kinds=[Kind.SSN], redact={Kind.SSN: Style.TOKEN})
    opened = {name: what for name, what, _ in shown([strict], [lax])}
    assert set(opened) == {"cloud", "baa", "zdr"}
    assert ("cloud", "less is taken out: ssn", ["ssn"]) in shown([strict], [lax])
    assert ("cloud", "less is taken out: date, ssn", ["date", "ssn"]) in shown([strict], [lax])


def test_the_first_rule_about_a_destination_opens_it():
    assert shown([], [PHI_NEEDS_BAA])[0] == ("cloud", "no rule covered text", [])
    images = rule("i", unknowns=[UnknownReason.IMAGE], require=[Trait.BAA])
    text = rule("t", kinds=[Kind.SSN], content=[Content.TEXT], require=[Trait.BAA])
    assert ("baa", "no rule covered image", ["image"]) in shown([text], [text, images])


def test_an_agreement_a_new_target_and_a_target_that_moved_open():
    plain = dataclasses.replace(BAA, provider=dataclasses.replace(BAA.provider, baa=None))
    longer = dataclasses.replace(BAA, provider=dataclasses.replace(BAA.provider, baa=BaaTerm("x", date(2099, 1, 1))))
    rules_ = [PHI_NEEDS_BAA]
    assert shown(rules_, rules_, [Place(plain, BAA)]) == [("baa", "rule phi", ["name"])]
    assert shown(rules_, rules_, [Place(BAA, longer)]) == []
    later = [TODAY, EXPIRES + timedelta(days=1)]
    assert shown(rules_, rules_, [Place(BAA, longer)], later) == [("baa", "rule phi", ["name"])]
    assert shown(rules_, rules_, [Place(None, CLOUD)]) == [("cloud", "there was no such target", [])]
    assert shown(rules_, rules_, [Place(None, HOME)]) == []
    assert shown([], [], [Place(None, CLOUD)]) == []


def test_what_an_agreement_excluded_and_now_does_not_is_an_opening():
    images = [PHI_NEEDS_BAA, rule("i", unknowns=[UnknownReason.IMAGE], require=[Trait.BAA])]
    assert shown(images, images, [Place(UNSEEN, BAA)]) == [("baa", "the agreement excluded image", ["image"])]
    assert shown(images, images, [Place(BAA, UNSEEN)]) == []
    (closed,) = widenings(Policy(tuple(images)), Policy(tuple(images)), [Place(UNSEEN, BAA)], days=[TODAY])
    assert sentence(closed, closed=True).endswith("no longer goes there (the agreement excludes image).")


def test_what_outlives_the_agreement_is_an_opening_of_its_own():
    text = rule("t", kinds=[Kind.SSN], content=[Content.TEXT], require=[Trait.BAA])
    off_premises = To(lacking=frozenset({Trait.ON_PREM}))

    def told(*require):
        images = rule("i", unknowns=[UnknownReason.IMAGE], to=off_premises, require=require)
        made = widenings(Policy((text,)), Policy((text, images)), [Place(ZDR, ZDR, named=True)], days=[TODAY, LATER])
        return [sentence(one, today=TODAY) for one in made]

    what = "a request with image that could not be checked goes there now; before, no rule covered image."
    held = f"zdr (provider zdr-provider, baa, zero_retention): {what}"
    ended = (
        f"zdr (provider zdr-provider, zero_retention) from {LATER} on, without a BAA, as the present one has ended: "
    )
    assert told(Trait.BAA) == [held]
    assert told(Trait.BAA, Trait.ZERO_RETENTION) == [held]
    assert sorted(told(Trait.ZERO_RETENTION)) == sorted([held, ended + what])


def test_a_request_of_any_size_is_told_by_its_smallest():
    opened = opens(
        SSN, PLACES[1], Policy((PHI_NEEDS_BAA,)), Policy((rule("x", kinds=[Kind.DATE], deny=True),)), day=TODAY
    )
    assert opened is not None
    assert cause(opened) == "rule phi"
    assert isinstance(opened.target, Target)


@FEW
@given(ANY)
def test_whether_a_rule_matters_is_what_leaving_it_out_would_show(policy):
    """The short way, over what the rule is about, says what the whole comparison says."""
    places = places_of(policy, policy)
    for one in policy.rules:
        rest = Policy(tuple(other for other in policy.rules if other is not one))
        both = ((policy, rest), (rest, policy))
        shown_ = any(widenings(old, new, places, days=[TODAY]) for old, new in both)
        assert matters(one, policy, places, day=TODAY) is shown_
