from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.public import public


def hit(text, value, kind=Kind.NAME, evidence=Evidence.CONTEXT):
    start = text.index(value)
    return Hit(kind, start, start + len(value), 0.9, evidence)


OPEN = [
    ("In 1847 Semmelweis was assistant to Johann Klein in Vienna; in May 1848 he left.", "Johann Klein"),
    ("René Laennec (1781-1826) was born in Quimper. In 1816 he rolled a paper.", "René Laennec"),
    (
        "On 30 October 1920 he took it to Macleod. In January 1922 Best injected it; in August 1922 it spread.",
        "Macleod",
    ),
    ("Minutes.\nPresent: Helen Ashworth (chair), Tunde Bakare (staff side), Dr Amit Raval.", "Amit Raval"),
    ("Item 9 closed. Apologies: Stuart McCall.", "Stuart McCall"),
    ("**Margarethe Lindholm, Chief Medical Officer.** She trained in Bergen.", "Margarethe Lindholm"),
    ("By: Elias Ferreira, CEO. Dated in spring.", "Elias Ferreira"),
    ("With me is Professor Kwabena Asante, who is a novelist.", "Kwabena Asante"),
    ("asked by Sir Desmond Crake in the House", "Desmond Crake"),
    ('The poem "Night" is written by Althea Greenidge and was set to music.', "Althea Greenidge"),
    ("Hakaru Hashimoto published once in German.", "Hakaru Hashimoto"),
    ("a team led by geneticist Aino Rautiainen at Tampere", "Aino Rautiainen"),
    ("a team led by geneticist Aino Rautiainen at Tampere", "Rautiainen"),
    ("The pool was opened by Mayor Beatrix Holloway.", "Beatrix Holloway"),
    ("Professor Anthea Prowse told the BBC that leeches are cheap.", "Professor Anthea Prowse"),
    ("Open daily. Curator: Philippa Dorne.", "Philippa Dorne"),
    ("Present: Cllr Stannard. The board reported 3,400 extra appointments.", "Stannard"),
]


@pytest.mark.parametrize(("text", "name"), OPEN)
def test_who_is_named_in_public_text_does_not_count(text, name):
    assert public([hit(text, name)], text) == [True]


CARED = [
    ("Spoke with the actor Rupert Wren, the knee is worse.", "Rupert Wren"),
    ("Prof. Anthea Prowse is back; the swab was clean.", "Prof. Anthea Prowse"),
    ("Helen Ashworth came back, refill due.", "Helen Ashworth"),
    ("Present: the patient Helen Ashworth and two nurses.", "Helen Ashworth"),
    ("Present: Helen Ashworth, her mother, the social worker.", "Helen Ashworth"),
    ("Helen Ashworth, CEO of a bakery, presents with chest pain.", "Helen Ashworth"),
    ("Present: Dr Lowe. Helen Ashworth: new liver lesion.", "Helen Ashworth"),
    ("seen at 1847, Helen Ashworth settled by 1900, dose of 1500 mg", "Helen Ashworth"),
    ("Helen Ashworth lives in a house built in 1871.", "Helen Ashworth"),
    ("In 1847 and in 1848 they wrote; our patient Helen Ashworth reads it.", "Helen Ashworth"),
    ("Helen Ashworth was born in 1920, Tom in 1921, Ann in 1922.", "Helen Ashworth"),
]


@pytest.mark.parametrize(("text", "name"), CARED)
def test_a_person_in_care_is_never_public(text, name):
    assert public([hit(text, name)], text) == [False]


def test_a_number_of_theirs_takes_it_back():
    text = "In 1847 Johann Klein, in May 1848 Karl; MRN 8675309"
    hits = [hit(text, "Johann Klein"), hit(text, "8675309", Kind.MRN, Evidence.CUE)]
    assert public(hits, text) == [False, False]


def test_an_extension_beside_an_office_is_no_number_of_theirs():
    text = "Open daily. Librarian: Ottoline Reyes (ext 2210)."
    assert public([hit(text, "Ottoline Reyes"), hit(text, "2210", Kind.PHONE, Evidence.CUE)], text)[0]
    text = "Open daily. Librarian: Ottoline Reyes (020 7946 0018)."
    assert not public([hit(text, "Ottoline Reyes"), hit(text, "020 7946 0018", Kind.PHONE, Evidence.CUE)], text)[0]


def test_only_a_name_is_public_but_in_history():
    text = "Present: Helen Ashworth (chair), Derby"
    assert public([hit(text, "Helen Ashworth"), hit(text, "Derby", Kind.PLACE)], text) == [True, False]
    text = "In 1847 he came to Vienna, in May 1848 he left it; 912-04-1234"
    assert public([hit(text, "Vienna", Kind.PLACE), hit(text, "912-04-1234", Kind.OTHER_ID)], text) == [False, False]
    text = "In 1847 Klein came to Vienna, in May 1848 he left it."
    hits = [hit(text, "Klein"), hit(text, "Vienna", Kind.PLACE), hit(text, "May 1848", Kind.DATE)]
    assert public(hits, text) == [True, True, True]


def test_who_is_public_once_is_so_again_but_not_beside_care():
    text = "Present: Helen Ashworth (chair), Tom Hill.\nNow Ms Ashworth asked for figures, and Rosa too." + " x" * 100
    later = text.index("Ashworth asked")
    again = Hit(Kind.NAME, later, later + 8, 0.7, Evidence.CONTEXT)
    assert public([hit(text, "Helen Ashworth"), again, hit(text, "Rosa")], text) == [True, True, False]
    care = text + " The patient is Ashworth."
    last = care.rindex("Ashworth")
    assert (
        public([hit(care, "Helen Ashworth"), Hit(Kind.NAME, last, last + 8, 0.7, Evidence.CONTEXT)], care)[1] is False
    )


def test_what_a_field_says_is_never_public():
    text = "In 1847 Johann Klein, in May 1848 Karl"
    assert public([hit(text, "Johann Klein", evidence=Evidence.FIELD)], text) == [False]


@pytest.mark.parametrize("piece", ["In 1847 ", "Present: ", "A, Chief ", "by ", "(1781-1826) ", "Sir "])
def test_time_grows_with_the_text(piece):
    text = piece * 4_000
    hits = [Hit(Kind.NAME, at, at + 2, 0.9, Evidence.CONTEXT) for at in range(0, len(text), 400)]
    assert len(public(hits, text)) == len(hits)


_LINE = "Kaito Shirakawa, Beatriz Monteverde, Ulf-Peter Janssen"


@pytest.mark.parametrize(
    ("text", "one"),
    [
        (f"Preprint v2, posted 3 Feb 2024\n{_LINE}\nDept. Biomedical Informatics, Ridgeway\nRecall was 98.9%.", True),
        (f"{_LINE}\nDepartment of Surgery, discharged today", False),
        (f"Preprint v2\n{_LINE} were seen\nDepartment of Surgery", False),
        ("Preprint v2\nKaito Shirakawa, Beatriz Monteverde\nDepartment of Surgery", False),
    ],
)
def test_a_line_of_authors_stands_over_where_they_work(text, one):
    assert public([hit(text, "Beatriz Monteverde")], text) == [one]


def test_a_number_of_somebody_takes_a_line_of_authors_back():
    text = f"Preprint v2, MRN 4471180\n{_LINE}\nDept. of Informatics"
    known = [hit(text, "Kaito Shirakawa"), hit(text, "4471180", Kind.MRN, Evidence.CUE)]
    assert public(known, text) == [False, False]


def test_days_of_history_need_no_name():
    text = "She (12 May 1820 - 13 August 1910) led. In 1860 she laid the foundation of nursing."
    assert public([hit(text, "12 May 1820", Kind.DATE, Evidence.SHAPE)], text) == [True]


@pytest.mark.parametrize(
    ("text", "is_public"),
    [
        ("Author: Hannah Brandt\n\nI have had metastatic breast cancer since 2024.", False),
        ("The essay was written by Hannah Brandt, who lives with HIV since 2011.", False),
        ("The essay was written by Hannah Brandt, my own chemotherapy began in May.", False),
        ("Author: Hannah Brandt\n\nI have written on breast cancer, and have studied diabetes.", True),
        ("The essay was written by Hannah Brandt, who lives with friends in Bergen.", True),
    ],
)
def test_an_author_who_tells_an_illness_of_their_own_is_not_public(text, is_public):
    at = text.index("Hannah Brandt")
    assert public([Hit(Kind.NAME, at, at + 13, 0.9)], text) == [is_public]
