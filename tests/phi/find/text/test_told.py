from __future__ import annotations

from gateway.phi.find.text.told import Told, once


def test_what_is_made_of_a_told_text_is_made_once_and_of_another_each_time():
    made = []

    def words(text: str, least: int) -> list[str]:
        made.append(least)
        return [word for word in text.split() if len(word) >= least]

    told = Told("seen on the ward")
    assert once(words, told, 3) is once(words, told, 3)
    assert once(words, told, 4) == ["seen", "ward"]
    assert once(words, "seen on the ward", 3) == once(words, "seen on the ward", 3) == ["seen", "the", "ward"]
    assert made == [3, 4, 3, 3]


def test_a_told_text_is_a_text():
    told = Told("Sjögren, 62\n")
    assert told == "Sjögren, 62\n"
    assert type(told[:7]) is str
    assert not once(str.isascii, told)
