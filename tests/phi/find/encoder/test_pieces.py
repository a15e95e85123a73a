from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gateway.phi.find.encoder.pieces import LONGEST, SHAPES, WordPiece

CUTTER = WordPiece(
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghij.,", *(f"##{char}" for char in "abcdefghij"), "abc", "##def"]
)
UNKNOWN = 1


def ids(text: str) -> list[int]:
    return [piece for segment in CUTTER.segments(text) for piece in segment.ids[1:-1]]


@given(st.text(alphabet="abcXÉ1 .,\n-_\u0915\u0947\u094d\u0301", max_size=400))
def test_every_word_is_in_one_segment_and_no_segment_is_longer_than_allowed(text):
    segments = list(CUTTER.segments(text))
    spans = [span for one in segments for span in zip(one.starts, one.ends, strict=True)]
    assert spans == [found.span() for found in re.finditer(r"[^\W_]+|[^\w\s]|_", text)]
    for one in segments:
        assert len(one.ids) <= LONGEST + 2
        assert len(one.ids) == len(one.shapes)
        assert max(one.shapes) < SHAPES
        assert len(one.heads) == len(one.starts)


def test_the_longest_piece_wins_and_what_is_in_no_list_is_unknown():
    assert ids("abcdef") == [*ids("abc")[:1], CUTTER._ids["##def"]]
    assert ids("xyz") == [UNKNOWN]
    assert ids("a" * 61) == [UNKNOWN]


def test_accents_and_capitals_are_folded_and_capitals_are_kept_as_shapes():
    (plain,), (written,) = CUTTER.segments("abc"), CUTTER.segments("Àbc")
    assert plain.ids == written.ids
    assert plain.shapes != written.shapes


def test_a_segment_ends_with_a_line_or_a_sentence_where_it_can():
    first, second = CUTTER.segments("a b c. " * 10 + "\n" + "d e f " * 8)
    assert second.starts[0] == 71
    assert first.ends[-1] == 69
