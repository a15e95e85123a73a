"""Requests that are over are counted the same, whether their series were looked up before or not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Outcome, Quality, Usage
from gateway.observability.families import Families
from gateway.observability.settled import MAX_SORTS, SettledCounts
from gateway.observability.vocabulary import Vocabulary
from tests.kit import rows

KNOWN = Vocabulary(
    callers=frozenset({"clinic", "anonymous"}), agents=frozenset({"radiologist"}), routes=frozenset({"triage"})
)
FATES = st.fixed_dictionaries(
    {
        "caller": st.sampled_from(["clinic", "anonymous", "somebody", ""]),
        "agent": st.sampled_from(["radiologist", ""]),
        "agents": st.sampled_from([(), ("radiologist", "pathologist")]),
        "outcome": st.sampled_from([Outcome.OK, Outcome.DEADLINE]),
        "status": st.sampled_from([200, 504, 418]),
        "error_code": st.sampled_from(["", "upstream_timeout", "made up"]),
        "stream": st.booleans(),
        "first_token_us": st.sampled_from([None, 400_000]),
        "usage": st.sampled_from([Usage(), Usage(5, 7, reported=True), Usage(5, 0, 2, 0, reported=True, audio_ms=9)]),
        "cost_nano_usd": st.sampled_from([None, 0, 17]),
        "cost_quality": st.sampled_from([None, Quality.REPORTED, Quality.ESTIMATED]),
        "energy_nwh": st.sampled_from([None, 3]),
        "energy_quality": st.sampled_from([None, Quality.MEASURED, Quality.MODELLED, Quality.UNKNOWN]),
    }
)


def samples(families):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families.registry.collect()
        if not family.name.startswith("process_")
        for sample in family.samples
    }


@given(st.lists(FATES, max_size=12))
def test_what_is_remembered_changes_nothing(fates):
    remembered, looked_up = Families(), Families()
    counts = SettledCounts(remembered, KNOWN)
    for fate in fates:
        counts.count(rows.settled(**fate))
        SettledCounts(looked_up, KNOWN).count(rows.settled(**fate))
    assert samples(remembered) == samples(looked_up)


def test_names_of_a_reload_are_counted_by_their_own():
    families = Families()
    counts = SettledCounts(families, KNOWN)
    for known in (KNOWN, Vocabulary(routes=frozenset({"triage"}))):
        counts.learn(known)
        counts.count(rows.settled(caller="clinic"))
    named = {dict(key[1:])["caller"] for key in samples(families) if key[0] == "gateway_requests_total"}
    assert named == {"clinic", "other"}


@pytest.mark.parametrize("made_up", ["caller", "route", "target", "model"])
def test_what_a_caller_made_up_is_not_remembered(made_up):
    counts = SettledCounts(Families(), KNOWN)
    for number in range(50):
        counts.count(rows.settled(**{made_up: f"made up {number}"}))
    assert len(counts._sorts) == 0
    assert MAX_SORTS < 10_000
