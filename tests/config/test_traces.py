"""Traces go to a collector on the premises, or the configuration is refused."""

from __future__ import annotations

import pytest

from gateway.config import parse
from gateway.config.settings import Traces
from gateway.document import DocumentInvalid

LISTED = "server: {on_prem_networks: [10.0.0.0/8]}\n"


def settings(text):
    return parse(f"version: 1\n{text}", file="c.yaml", environ={})


@pytest.mark.parametrize("text", ["", "traces: {}", "traces: {share: 0.5}"])
def test_nothing_is_traced_unless_somebody_says_where_to(text):
    assert settings(text).traces is None


@pytest.mark.parametrize(
    ("before", "url"),
    [
        ("", "http://127.0.0.1:4318"),
        ("", "http://localhost:4318"),
        ("", "http://[::1]:4318/otlp"),
        (LISTED, "https://10.1.2.3:4318"),
        (LISTED, "http://collector.clinic.example:4318"),  # judged at each connection
    ],
)
def test_a_collector_on_the_premises(before, url):
    assert settings(f"{before}traces: {{otlp: '{url}', share: 0.25}}").traces == Traces(url, share=0.25)


@pytest.mark.parametrize(
    ("before", "url", "says"),
    [
        ("", "https://api.tracing.example", "Traces stay on the premises"),
        ("", "http://10.1.2.3:4318", "Traces stay on the premises"),
        (LISTED, "https://8.8.8.8:4318", "Traces stay on the premises"),
        ("", "127.0.0.1:4318", "not an address"),
        ("", "http://user:key@127.0.0.1:4318", "not an address"),
        ("", "http://127.0.0.1:4318/?key=1", "not an address"),
    ],
)
def test_any_other_is_refused_with_what_to_do(before, url, says):
    with pytest.raises(DocumentInvalid) as caught:
        settings(f"{before}traces: {{otlp: '{url}'}}")
    (problem,) = caught.value.problems
    assert says in problem.message
    assert problem.remedy
    assert problem.line == 2 + bool(before)


@pytest.mark.parametrize("share", ["2", "-1", "yes"])
def test_a_share_is_of_one(share):
    with pytest.raises(DocumentInvalid):
        settings(f"traces: {{otlp: 'http://127.0.0.1:4318', share: {share}}}")
