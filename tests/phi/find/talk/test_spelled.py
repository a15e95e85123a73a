from __future__ import annotations

import pytest

from gateway.phi.find.talk.aloud import words
from gateway.phi.find.talk.spelled import behind, mails, spellings


@pytest.mark.parametrize(
    ("text", "letters", "said"),
    [
        ("that's S-M-Y-T-H-E", "S-M-Y-T-H-E", "smythe"),
        ("m for mother double o r e", "m for mother double o r e", "moore"),
        ("sierra mike india tango hotel", "sierra mike india tango hotel", "smith"),
        ("U, R, I, B, E. Uribe", "U, R, I, B, E", "uribe"),
        ("Norris. N. O for orange. R. R. I. S", "N. O for orange. R. R. I. S", "norris"),
    ],
)
def test_a_name_is_read_letter_by_letter(text, letters, said):
    (one,) = spellings(words(text), text)
    assert (text[one.start : one.end], one.said, one.certain) == (letters, said, True)


@pytest.mark.parametrize("text", ["the E C G", "h b a one c", "A, B, C, D, E", "a.c. t.d.s. m. dict."])
def test_abbreviations_and_lists_are_no_names(text):
    assert [one for one in spellings(words(text), text) if one.certain] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("e n d o endo", "endo"),
        ("M A C A N I O M A I R E. Mac an Iomaire.", "Mac an Iomaire"),
        ("E N D O. Thanks.", None),
        ("E N D O", None),
    ],
)
def test_the_name_behind_its_letters_is_found(text, name):
    (one,) = spellings(words(text), text)
    span = behind(words(text), one)
    assert (text[slice(*span)] if span else None) == name


@pytest.mark.parametrize(
    "text",
    [
        "Sure. «georgia dot ó craobháin at icloud dot com».",
        "it's «j underscore reyes nineteen at example dot co dot uk» yes",
        "my email is «m j double o three at n h s dot net»",
        "e-mail is «pat dash oneil at gmail dot com»",
    ],
)
def test_an_address_is_found_as_it_is_said(text):
    plain, mail = text.replace("«", "").replace("»", ""), text[text.index("«") + 1 : text.index("»")]
    assert [plain[one.start : one.end] for one in mails(words(plain))] == [mail]


@pytest.mark.parametrize(
    "text", ["the pain is at the back", "arrive at home", "at gmail dot com", "use your `@example.org` address"]
)
def test_a_place_is_no_address(text):
    assert list(mails(words(text))) == []
