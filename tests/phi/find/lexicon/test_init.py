import pytest

from gateway.phi.find import lexicon


@pytest.mark.parametrize(
    ("word", "mark"),
    [
        ("jennifer", "G"),
        ("smith", "F"),
        ("boston", "P"),
        ("headache", lexicon.ORDINARY),
        ("metformin", lexicon.DRUG),
        ("parkinson", lexicon.EPONYM),
        ("nejm", lexicon.BODY),
        ("gcs", lexicon.TERM),
        ("ohio", lexicon.REGION),
    ],
)
def test_a_word_carries_the_marks_of_the_lists_it_is_in(word, mark):
    assert lexicon.marked(word, mark)


def test_a_word_carries_no_other_mark():
    assert not lexicon.marked("parkinson", lexicon.ORDINARY)
    assert "zhaouköl" not in lexicon.words()


def test_the_shipped_lists_are_read_once():
    assert lexicon.words() is lexicon.words()


def test_what_a_word_is_can_be_asked():
    assert lexicon.is_ordinary("headache")
    assert not lexicon.is_ordinary("metformin")
    assert lexicon.marks("jennifer") & lexicon.PEOPLE
    assert lexicon.marks("boston") & lexicon.NAMES
    assert lexicon.marks("ohio") & lexicon.ELSE
    assert lexicon.marks("zhaouköl") == frozenset()


def test_a_figure_of_history_is_known_by_the_full_name_only():
    assert lexicon.is_figure("florence nightingale")
    assert not lexicon.is_figure("nightingale")
    assert not lexicon.is_figure("florence garcia")
