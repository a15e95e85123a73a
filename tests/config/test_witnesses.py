"""Who is told what the record comes to: nobody elsewhere by default, and one address that is one."""

from __future__ import annotations

import pytest

from gateway.config import parse
from gateway.config.settings import Witness
from gateway.document import DocumentInvalid


def witness(ledger):
    return parse(f"version: 1\nledger: {ledger}\n", file="c.yaml", environ={}).witness


def test_nobody_elsewhere_is_told_by_default():
    assert parse("version: 1\n", file="c.yaml", environ={}).witness == Witness("")


def test_an_authority_has_one_address_and_is_asked_once_an_hour():
    made = witness("{timestamp: 'https://tsa.example/tsr?a=1'}")
    assert (made.timestamp, made.timestamp_s) == ("https://tsa.example/tsr?a=1", 3600)
    assert witness("{timestamp: 'http://10.0.0.7:318', timestamp_s: 60}").timestamp_s == 60


@pytest.mark.parametrize(
    "url",
    [
        "tsa.example",
        "ftp://tsa.example/",
        "https://",
        "https://user:secret@tsa.example/",
        "https://tsa.example/#part",
        "https://tsa.example/a b",
        "https://tsa.example:99999/",
        "https://tsa.example/é",
    ],
)
def test_what_is_no_such_address_is_a_problem_that_is_named(url):
    with pytest.raises(DocumentInvalid) as caught:
        witness(f"{{timestamp: '{url}'}}")
    [problem] = caught.value.problems
    assert "no" in str(problem) or "not" in str(problem)
    assert "time stamping authority" in str(problem)
    assert "secret" not in str(problem)
