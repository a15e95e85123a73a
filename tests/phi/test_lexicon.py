import pytest

from gateway.phi import lexicon


@pytest.mark.parametrize(
    ("word", "mark"),
    [
        ("jennifer", "G"),
        ("smith", "F"),
        ("boston", "P"),
        ("headache", "w"),
        ("metformin", "D"),
        ("parkinson", "E"),
        ("nejm", "O"),
        ("gcs", "A"),
    ],
)
def test_words_carry_their_marks(word, mark):
    assert lexicon.marked(word, mark)


def test_an_invented_word_is_in_no_list():
    assert "zhaouköl" not in lexicon.words()
