"""Labels of the configuration: a closed set, with the terms that give them."""

from __future__ import annotations

import pytest

from gateway.config.load import parse
from gateway.document import DocumentInvalid

BASE = "version: 1\n"
AGENT = "agents: {psych: {route: general, label: psychotherapy}}\n"
ROUTE = """providers: {local: {kind: scripted}}
targets: {one: {provider: local, model: m}}
routes: {general: {targets: [one]}}
"""


def settings(text):
    return parse(BASE + text, file="config.yaml", environ={})


def test_private_is_always_there():
    assert settings("").table.labels == {"private"}
    assert settings("labels: {part2: 42 CFR Part 2}\n").table.labels == {"private", "part2"}


def test_a_label_may_say_which_terms_give_it():
    made = settings("labels: {part2: {means: 42 CFR Part 2, terms: [methadone, substance use]}, hiv: HIV}\n")
    assert made.label_terms.terms == (("part2", "methadone"), ("part2", "substance use"))


def test_agents_and_callers_have_labels():
    made = settings(
        "labels: {psychotherapy: Notes, hiv: HIV}\n"
        + ROUTE
        + AGENT
        + "callers: {soma: {key_sha256: '"
        + "a" * 64
        + "', label: [private, hiv]}}\n"
    )
    assert made.table.agents["psych"].labels == ("psychotherapy",)
    assert made.callers[0].labels == ("private", "hiv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ROUTE + AGENT, "There is no label `psychotherapy`."),
        ("labels: {hiv: {means: HIV, terms: [x]}}\n", "A term of one letter"),
        ("labels: {hiv: {terms: [hiv]}}\n", "means"),
        ("labels: {'two words': x}\n", "letters, digits"),
        ("labels: {hiv: {means: HIV, term: [hiv]}}\n", "term"),
        ("headers: {label: x-gateway-agent}\n", "Two meanings share one header."),
    ],
)
def test_what_is_wrong_with_a_label_is_said(text, said):
    with pytest.raises(DocumentInvalid) as caught:
        settings(text)
    assert said in str(caught.value)
