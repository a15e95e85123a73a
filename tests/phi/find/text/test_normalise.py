from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.find.text.normalise import normalise

ANY = st.text(alphabet=st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ("SSN 123\u201145\u20116789", "SSN 123-45-6789"),
        ("1\u200b2\u200d3\u00ad4", "1234"),
        ("ＭＲＮ\u30008675309", "MRN 8675309"),
        ("٤٢ १२", "42 12"),
        ("mrn \U000e0031\U000e0032", "mrn 12"),
        ("ЅЅN 1", "SSN 1"),
        ("раtient", "patient"),
        ("Müller", "Müller"),
        ("Mu\u0308ller", "Müller"),
        ("№ 5", "No 5"),
        ("1\x002\x7f3", "123"),
        ("a\ud800b", "a\ufffdb"),
        ("Пациент пришёл", "Пациент пришёл"),
        ("O’Brien", "O'Brien"),
    ],
)
def test_odd_characters_become_plain_ones(odd, plain):
    assert normalise(odd).text == plain


def test_plain_text_is_not_even_copied():
    text = "MRN: 8675309\n"
    assert normalise(text).text is text
    assert normalise(text).starts is None


@given(ANY)
def test_the_shape_has_one_ascii_byte_for_every_character(text):
    folded = normalise(text)
    assert len(folded.shape) == len(folded.text)
    assert folded.shape.isascii()


@given(ANY, st.data())
def test_a_span_cut_from_the_original_is_what_was_found(text, data):
    folded = normalise(text)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    low, high = folded.origin(start, end)
    assert 0 <= low < high <= len(text)
    cut = normalise(text[low:high]).shape
    assert folded.shape[start:end] in cut or any(0x370 <= ord(c) <= 0x52F for c in text)
