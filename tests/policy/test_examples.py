from __future__ import annotations

import pytest

from gateway.domain import Content, Kind, Trait, UnknownReason
from gateway.policy.examples import Example, complaint, destination, request
from gateway.policy.parse import parse

POLICY = parse(
    """
version: 1
rules:
  - id: away
    why: w
    when: {phi: [ssn], content: text, to: {without: [on_prem]}}
    then: {require: [baa], redact: [ssn, date]}
  - id: two
    why: w
    when: {to: {provider: [careful]}}
    then: {detectors: 2}
""",
    file="p",
)
NOTHING = frozenset()


def asked(*kinds, unknowns=(), content=(), **more):
    return request(
        frozenset(kinds),
        unknowns=frozenset(unknowns),
        content=frozenset(content),
        agents=NOTHING,
        route="",
        caller="",
        **more,
    )


def to(*traits, provider=""):
    return destination(frozenset(traits), provider=provider, target="")


@pytest.mark.parametrize(
    ("facts", "target", "sent", "redacted", "said"),
    [
        (asked(), to(), True, (), ""),
        (asked(Kind.SSN), to(), False, (), ""),
        (asked(Kind.SSN), to(Trait.BAA), True, (Kind.SSN, Kind.DATE), ""),
        (asked(Kind.SSN), to(Trait.ON_PREM), True, (), ""),
        (asked(Kind.SSN), to(), True, (), "is sent, but rule `away` refuses it (trait_missing)"),
        (asked(), to(provider="careful"), True, (), "is sent, but rule `two` refuses it (unconfirmed)"),
        (asked(detectors=2), to(provider="careful"), True, (), ""),
        (asked(content=[Content.IMAGE]), to(), True, (), "is sent, but no rule covers `image` for such a destination"),
        (asked(), to(), False, (), "not sent, but it is, as no rule applies"),
        (asked(Kind.SSN), to(Trait.BAA), False, (), "not sent, but it is, by `away`"),
        (asked(Kind.SSN), to(Trait.BAA), True, (Kind.SSN,), "the policy also takes out `date` (by `away`)"),
        (
            asked(Kind.SSN),
            to(Trait.BAA),
            True,
            (Kind.SSN, Kind.DATE, Kind.AGE),
            "the policy does not take out `age` (by `away`)",
        ),
        (
            asked(Kind.SSN),
            to(Trait.BAA),
            True,
            (Kind.AGE,),
            "does not take out `age` and also takes out `date`, `ssn` (by `away`)",
        ),
    ],
)
def test_an_example_holds_or_says_what_happens_instead(facts, target, sent, redacted, said):
    complained = complaint(Example(facts, target, sent=sent, redacted=frozenset(redacted)), POLICY)
    assert said in complained
    assert bool(said) == bool(complained)


def test_a_medium_is_unknown_and_an_unknown_medium_is_carried():
    from_content, from_unknown = asked(content=[Content.IMAGE]), asked(unknowns=[UnknownReason.IMAGE])
    assert from_content == from_unknown
    assert from_content.content == {Content.TEXT, Content.IMAGE}
