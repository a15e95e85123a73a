from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain import Kind
from gateway.phi.find.model import tagger as tagger_module
from gateway.phi.find.model.features import tokens
from gateway.phi.find.model.tagger import Tagger, runs, sequences


@pytest.fixture(scope="module")
def tagger():
    return Tagger.shipped()


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("My patient Oluwaseun Okonkwo was seen yesterday.", Kind.NAME, "Oluwaseun Okonkwo"),
        ("Guidelines for COPD in a 60-year-old male, Xiomara Q., please?", Kind.NAME, "Xiomara Q"),
        ("pt seen by dr. lindqvist on friday for cough", Kind.NAME, "lindqvist"),
        ("Her daughter, Thandeka, is at bedside.", Kind.NAME, "Thandeka"),
        ("Patient: Espinoza-Ferré, Luz  DOB 3/4/1961", Kind.NAME, "Espinoza-Ferré, Luz"),
        ("He was admitted to St. Brannoc's Hospital on April 3.", Kind.FACILITY, "St. Brannoc's Hospital"),
        ("She has lived in Wapakoneta since 1990 with her son.", Kind.PLACE, "Wapakoneta"),
        ("Seen at Mercy Clinic on 17-Feb-2023 for asthma.", Kind.DATE, "17-Feb-2023"),
        ("The patient's chart is ZQ-448812 at our clinic.", Kind.OTHER_ID, "ZQ-448812"),
    ],
)
def test_identifiers_are_found_by_their_context(tagger, text, kind, value):
    found = [(one.kind, text[one.start : one.end]) for one in tagger.find(text)]
    assert any(one is kind and value in surface for one, surface in found), found


@pytest.mark.parametrize(
    "text",
    [
        "What is the first-line treatment of Parkinson's disease in a 70-year-old man on Lisinopril?",
        "Does a Foley catheter need daily review? The Apgar score was 8 at one minute.",
        "def mean(values):\n    return sum(values) / len(values)",
        "birthdate",
        "How common is sickle cell disease in Brazil, Ghana and Jamaica?",
        "",
    ],
)
def test_medicine_code_and_epidemiology_hold_no_identifier(tagger, text):
    assert tagger.find(text) == []


def test_a_title_belongs_to_the_name(tagger):
    text = "Referred by Dr. Lindqvist for review of her scan."
    assert "Dr. Lindqvist" in [text[one.start : one.end] for one in tagger.find(text)]


@settings(max_examples=60)
@given(st.text(max_size=300))
def test_findings_are_in_order_and_inside_the_text(text):
    found = Tagger.shipped().find(text) if not text else _SHIPPED.find(text)
    assert all(0 <= one.start < one.end <= len(text) and 0 <= one.confidence <= 1 for one in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


_SHIPPED = Tagger.shipped()


def test_sequences_lose_no_token():
    cut = tokens("word. " * 500)
    assert [at for start, end in sequences(cut) for at in range(start, end)] == list(range(len(cut.words)))
    assert max(end - start for start, end in sequences(cut)) <= 300


def test_runs_part_where_another_begins():
    assert list(runs(["O", "B-N", "I-N", "B-N", "B-L", "O"])) == [("N", 1, 2), ("N", 3, 3), ("L", 4, 4)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Signed out to Girard-Bah at seven; her nurse is Ana.", "Girard-Bah"),
        ("My patient My-Linh Tran was seen.", "My-Linh Tran"),
        ("I spoke with Isabelle Zhaouköl today about her labs.", "Isabelle Zhaouköl"),
    ],
)
def test_a_name_is_found_with_what_belongs_to_it(text, name):
    found = [text[one.start : one.end] for one in _SHIPPED.find(text) if one.kind is Kind.NAME]
    assert all(name in one for one in found if set(one.split()) & set(name.split()))


def test_findings_do_not_overlap_where_a_title_follows_a_given_name():
    found = _SHIPPED.find("Called Maria Dr Weber Rev Okafor Dr. Maria-Weber Dr Ana about the results.")
    assert all(before.end <= after.start for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("Xiomara", True),
        ("medėja", True),
        ("O'Hara-Lind", True),
        ("Grace", True),
        ("grace", False),
        ("daily", False),
        ("metoprolol", False),
        ("00:01:55.000", False),
        ("─", False),
        ("org/10.7554/eLife", False),
        ("g", False),
    ],
)
def test_only_a_word_that_may_be_a_name_is_doubted(tagger, monkeypatch, text, may):
    monkeypatch.setattr(tagger_module, "_SURE", 1.1)  # every word that is not found is doubted then
    line = f"use {text} of it"
    found = tagger.find(line)
    told = [line[start:end] for start, end in [*tagger.doubts(), *((one.start, one.end) for one in found)]]
    assert any(text in one for one in told) is may
