import pytest

from gateway.phi import lexicon
from gateway.phi.lexicon import EPONYM, ORDINARY, marked


@pytest.mark.parametrize(
    ("word", "mark", "is_so"),
    [("parkinson", EPONYM, True), ("patient", ORDINARY, True), ("parkinson", ORDINARY, False), ("zzzz", EPONYM, False)],
)
def test_a_word_carries_the_marks_of_the_lists_it_is_in(word, mark, is_so):
    assert marked(word, mark) is is_so


def test_the_shipped_lists_are_read_once():
    assert lexicon.words() is lexicon.words()
