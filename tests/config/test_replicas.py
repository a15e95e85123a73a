"""What replicas share stands on the premises, or the configuration is refused."""

from __future__ import annotations

import pytest

from gateway.config import parse
from gateway.document import DocumentInvalid

LISTED = "server: {on_prem_networks: [10.0.0.0/8]}\n"


def settings(text, environ=None):
    return parse(f"version: 1\n{text}", file="c.yaml", environ=environ or {})


def test_nothing_is_shared_unless_somebody_says_where():
    assert settings("").shared_redis == ""


@pytest.mark.parametrize(
    ("before", "url"),
    [
        ("", "redis://127.0.0.1:6379/0"),
        ("", "rediss://localhost"),
        (LISTED, "redis://:secret@10.1.2.3:6379/1"),
        (LISTED, "redis://redis.clinic.svc:6379"),
    ],
)
def test_a_redis_on_the_premises(before, url):
    assert settings(f"{before}shared: {{redis: '{url}'}}").shared_redis == url


def test_a_database_on_the_premises_and_one_that_takes_over_from_it():
    url = "postgresql://gateway@10.1.2.3:5432,10.1.2.4:5432/gateway?sslmode=verify-full"
    assert settings(f"{LISTED}ledger: {{url: '{url}'}}").ledger_url == url


def test_its_password_comes_from_the_environment_and_is_shown_to_nobody():
    made = settings("shared: {redis: 'redis://:${PASSWORD}@127.0.0.1:6379/0'}", {"PASSWORD": "s3cret"})
    assert ":s3cret@" in made.shared_redis
    assert "s3cret" not in repr(made)


@pytest.mark.parametrize(
    ("before", "url", "says"),
    [
        ("", "redis://cache.example:6379", "stays on the premises"),
        (LISTED, "redis://8.8.8.8:6379", "stays on the premises"),
        ("", "http://127.0.0.1:6379", "not an address"),
        ("", "redis:///0", "not an address"),
        ("", "redis://127.0.0.1:99999", "not an address"),
        ("", "redis://[::1", "not an address"),
        ("", "redis://127.0.0.1?host=cache.example", "not an address"),
    ],
)
def test_any_other_is_refused_with_what_to_do(before, url, says):
    with pytest.raises(DocumentInvalid) as caught:
        settings(f"{before}shared: {{redis: '{url}'}}")
    (problem,) = caught.value.problems
    assert says in problem.message
    assert problem.remedy
    assert problem.line == 2 + bool(before)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://gateway@127.0.0.1,db.example/x", "stays on the premises"),
        ("postgresql://gateway@127.0.0.1/x?hostaddr=8.8.8.8", "not an address"),
        ("postgresql:///x", "not an address"),
        ("mysql://127.0.0.1/x", "not an address"),
    ],
)
def test_no_other_database_is_named_in_any_way(url, says):
    with pytest.raises(DocumentInvalid, match=says):
        settings(f"ledger: {{url: '{url}'}}")
