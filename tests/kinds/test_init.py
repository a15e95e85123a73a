from __future__ import annotations

from gateway.domain import Adapter, ProviderKind
from gateway.kinds import OVERFLOW, PROFILES, profile
from gateway.wire.operations import ENDPOINTS


def test_every_kind_has_a_profile_of_its_own():
    assert set(PROFILES) == set(ProviderKind)
    assert [profile(kind).kind for kind in ProviderKind] == list(ProviderKind)


def test_no_two_kinds_are_called_the_same():
    synonyms = [synonym for known in PROFILES.values() for synonym in known.synonyms]
    assert synonyms
    assert len(synonyms) == len(set(synonyms))
    assert [word for word in synonyms if not (word.isalnum() and word.islower())] == []


def test_only_a_kind_that_speaks_openais_or_claudes_dialect_is_sent_to_directly():
    direct = [known for known in PROFILES.values() if Adapter.DIRECT in known.ways]
    assert direct
    assert [known.kind for known in direct if not (known.speaks_openai or known.speaks_anthropic)] == []


def test_only_what_runs_outside_and_has_no_public_address_must_be_given_one():
    assert [
        known.kind for known in PROFILES.values() if known.needs_url and (known.public_url or known.in_process)
    ] == []
    assert [known.kind for known in PROFILES.values() if known.local and not known.needs_url] == []


def test_a_setting_that_is_required_is_one_that_is_known():
    demanding = [known for known in PROFILES.values() if known.required]
    assert demanding
    assert [k.kind for k in demanding if not {*k.required, *k.required_without_key} <= k.params.keys()] == []


def test_the_signs_of_an_overflow_are_compared_in_lower_case():
    assert b"prompt is too long" in OVERFLOW
    assert {sign for sign in OVERFLOW if sign != sign.lower()} == set()


def test_what_a_kind_answers_besides_is_a_row_that_not_everybody_has():
    besides = {row.name for row in ENDPOINTS if row.spoken is not None and not row.spoken.everywhere}
    assert besides
    assert set[str]().union(*(known.also for known in PROFILES.values())) == besides


def test_who_answers_at_a_port_is_known_by_one_kind_that_says_nothing_and_others_that_do():
    ports = {port for known in PROFILES.values() for port in known.ports}
    assert ports
    for port in ports:
        silent = [known.kind for known in PROFILES.values() if port in known.ports and not known.owner]
        assert len(silent) <= 1, port
    owners = [known.owner for known in PROFILES.values() if known.owner]
    assert len(owners) == len(set(owners))
