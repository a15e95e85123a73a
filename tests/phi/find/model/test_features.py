from importlib import resources
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.find import lexicon
from gateway.phi.find.model.attributes import attributes
from gateway.phi.find.model.features import Describer, tokens

KNOWN = attributes(resources.files("gateway.phi.find.model").joinpath("tagger.crfsuite").read_bytes())


def cut(text):
    return tokens(text).words


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
    found = tokens("a\nb c\n\n\nd")
    assert (found.words, found.breaks) == (["a", "b", "c", "d"], {1: 1, 3: 2})


@given(st.text(max_size=200))
def test_tokens_stand_where_they_say(text):
    found = tokens(text)
    spans = [(start, found.end(at)) for at, start in enumerate(found.starts)]
    assert [text[start:end] for start, end in spans] == found.words
    assert all(before <= start for (_, before), (start, _) in pairwise(spans))
    assert not "".join(text[end:start] for (_, end), (start, _) in pairwise([(0, 0), *spans, (len(text), 0)])).strip()


@given(st.text(max_size=80))
def test_every_token_is_described(text):
    found = tokens(text)
    rows = Describer(lexicon.words()).features(found)
    assert len(rows) == len(found.words)
    assert all(isinstance(feature, bytes) for row in rows for feature in row)


@given(st.text(max_size=80))
def test_only_what_a_model_does_not_know_is_left_out(text):
    everything = Describer(lexicon.words()).features(tokens(text))
    fewer = Describer(lexicon.words(), known=KNOWN).features(tokens(text))
    assert [[one for one in row if one in KNOWN] for row in fewer] == [
        [one for one in row if one in KNOWN] for row in everything
    ]


def test_two_names_are_described_alike():
    describer = Describer(lexicon.words())
    one, other = (describer.features(tokens(f"seen by {name} today")) for name in ("Jennifer", "Michelle"))
    assert one == other


def test_names_and_unknown_words_are_not_remembered():
    describer = Describer(lexicon.words())
    describer.features(tokens("Jennifer Zhaouköl, MRN 8675309, SJH-4711, has a headache"))
    kept = repr([vars(describer)[name] for name in ("_ordinary", "_classed", "_numbers")]).casefold()
    assert "headache" in kept
    assert not any(secret in kept for secret in ("jennifer", "zha", "8675309", "-4711"))


def test_odd_spellings_and_signs_do_not_fill_the_memory():
    describer = Describer(lexicon.words())
    describer.features(tokens("headache ☃ ☂ ★ hEadache heAdache headAche HEADACHE Headache"))
    assert set(vars(describer)["_ordinary"]) == {"headache", "HEADACHE", "Headache"}
