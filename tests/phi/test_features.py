from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.phi import lexicon
from gateway.phi.features import Describer, tokens


def cut(text):
    return [token.text for token in tokens(text)]


def test_dates_and_numbers_are_one_token():
    assert cut("on 04/21/2023 (MRN: SJH-123456), 65-year-old") == [
        "on",
        "04/21/2023",
        "(",
        "MRN",
        ":",
        "SJH-123456",
        ")",
        ",",
        "65-year-old",
    ]


def test_joined_words_are_cut_and_possessives_stand_alone():
    assert cut("Cedars-Sinai and/or O'Brien's") == ["Cedars", "-", "Sinai", "and", "/", "or", "O'Brien", "'s"]


def test_a_token_knows_the_line_breaks_before_it():
    assert [(token.text, token.broken) for token in tokens("a\nb\n\n\nc")] == [("a", 0), ("b", 1), ("c", 2)]


@given(st.text(max_size=200))
def test_tokens_stand_where_they_say(text):
    found = tokens(text)
    assert all(text[token.start : token.end] == token.text for token in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


@given(st.text(max_size=80))
def test_every_token_is_described(text):
    found = tokens(text)
    rows = Describer(lexicon.words()).features(found)
    assert len(rows) == len(found)
    assert all(isinstance(feature, bytes) for row in rows for feature in row)


def test_two_names_are_described_alike():
    describer = Describer(lexicon.words())
    one, other = (describer.features(tokens(f"seen by {name} today")) for name in ("Jennifer", "Michelle"))
    assert one == other


def test_names_and_unknown_words_are_not_remembered():
    describer = Describer(lexicon.words())
    describer.features(tokens("Jennifer Zhaouköl, MRN 8675309, has a headache"))
    kept = repr(vars(describer)["_ordinary"]) + repr(vars(describer)["_sketched"])
    assert "headache" in kept
    assert not any(secret in kept.casefold() for secret in ("jennifer", "zhaouköl", "8675309"))
