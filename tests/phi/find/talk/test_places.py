from __future__ import annotations

import pytest

from gateway.phi.find.talk.aloud import words
from gateway.phi.find.talk.places import addresses, postcodes, zipped


def marked(text):
    return text.replace("«", "").replace("»", ""), text[text.index("«") + 1 : text.index("»")]


@pytest.mark.parametrize(
    "text",
    [
        "it's «KT four two QZ»",
        "«S W one A one double A» please",
        "«mr thirteen two f l»",
        "«kilo tango four two quebec zulu»",
        "«K for kilo T for tango four, er, two Q Z»",
        "«M five V two T six»",
        "«s7 1el»",
        "now «gb thirteen two a p» and",
    ],
)
def test_a_post_code_is_found_as_it_is_said(text):
    plain, code = marked(text)
    assert [(plain[one.start : one.end], one.certain) for one in postcodes(words(plain))] == [(code, True)]


@pytest.mark.parametrize(
    "text",
    [
        "take 2 mg in 5 ml",
        "on day two am i ok",
        "vitamin b 12 5 mg it",
        "SP - 23\nEP - 27\nER - TY",
        "i one two three a b",
        "a b",
    ],
)
def test_doses_and_tags_are_no_post_codes(text):
    assert list(postcodes(words(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "«number fifty one, quarry drive»?",
        "we moved, it's «fifty four quarry drive» now",
        "«flat fourteen, 20 Orchard Way»",
        "«unit b, twelve the High Street»",
        "«forty two Acacia Avenue», Leeds",
        "«flat three windsor house»",
        "«one oh four saltmarsh court»",
        "«one hundred and six elm grove mews»",
        "«22b baker street»",
    ],
)
def test_a_house_and_its_street_are_found(text):
    plain, address = marked(text)
    assert [(plain[one.start : one.end], one.certain) for one in addresses(words(plain), plain)] == [(address, True)]


@pytest.mark.parametrize(
    "text",
    [
        "one tablet each way",
        "two weeks down the road",
        "it took three people to park",
        "four steps to the court",
        "CHA2DS2-VASc 4",
        "[2019] EWHC 1121 the court held",
    ],
)
def test_what_is_counted_is_no_address(text):
    assert [one for one in addresses(words(text), text) if one.way] == []


def test_a_house_without_a_street_needs_a_cue():
    (one,) = addresses(words("eighty six, the paddocks"), "eighty six, the paddocks")
    assert (one.certain, one.way) == (False, False)


@pytest.mark.parametrize(
    ("text", "found"),
    [("nine one five seven nine", 1), ("nine one five seven", 0), ("nine one five seven nine two", 0)],
)
def test_five_digits_may_be_a_zip_code(text, found):
    assert len(list(zipped(words(text)))) == found
