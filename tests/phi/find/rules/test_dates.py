from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.rules import ages, dates, days
from gateway.phi.find.rules.rule import RuleSet
from gateway.phi.find.text.normalise import normalise

SET = RuleSet((*dates.RULES, *days.RULES, *ages.RULES))


def found(text: str) -> set[tuple[Kind, str]]:
    return {(hit.kind, text[hit.start : hit.end]) for hit in SET.find(normalise(text).shape)}


@pytest.mark.parametrize(
    "date",
    [
        "2021-03-04", "2021/03/04", "2021.03.04", "03/04/2021", "3/4/21", "3-4-2021", "04.03.2021", "March 4, 2021", "March 4th 2021", "Mar. 4, '21", "4 March 2021",
        "4th of March 2021", "04MAR2021", "4-Mar-21", "March 2021", "March 4", "4th March", "2021-03-04T10:22:00Z", "2021 Mar 04", "Thursday, March 4, 2021", "4. marz 2021",
        "4 mai 2021", "4 enero 2021", "March fourth, 2021", "fourth of March", "03/2021", "20210304102200", "Sept 5, 1944", "31 dec 2021",
    ],
)  # fmt: skip
def test_a_date_more_exact_than_a_year_is_found(date):
    assert any(kind is Kind.DATE and date in value for kind, value in found(f"on {date}, then"))


@pytest.mark.parametrize(
    "text",
    [
        "in 2021", "the 1990s", "13/45/2021", "99/99/9999", "version 3.11.7", "1.2.3.4", "BP 120/80", "3/4 strength", "pain 7/10", "you may 2 times", "march 5 km",
        "may 10 mg", "OCT 4 mm", "ratio 1/2", "5/12 of patients", "doses 4 and 6 mg", "2 or 3 may help", "build 04.12.24",  "12345678", "99991399",
    ],
)  # fmt: skip
def test_what_is_no_date_is_left_alone(text):
    assert not [value for kind, value in found(text) if kind is Kind.DATE]


@pytest.mark.parametrize(
    "text", ["DOB 19440905", "dob: 090544", "born 5.9.44", "date of death: 5 Sept", "LMP 4/5/2023"]
)
def test_a_cue_reads_a_date_that_a_shape_would_not(text):
    assert any(kind is Kind.DATE for kind, _ in found(text))


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("92-year-old", "92"),
        ("aged 93", "93"),
        ("a 94M with", "94"),
        ("age: 101", "101"),
        ("is 97 years old", "97"),
        ("she's 93.", "93"),
    ],
)
def test_an_age_over_89_is_found(text, age):
    assert any(
        kind is Kind.AGE and age in value
        for kind, value in found(f"the patient {text} now" if text[0] != "s" else text)
    )


@pytest.mark.parametrize(
    "text", ["89-year-old", "aged 45", "SpO2 92%", "the patient is 91% saturated", "92 kg", "HR 94", "over 95 percent"]
)
def test_a_younger_age_or_a_measure_is_not(text):
    assert not [value for kind, value in found(text) if kind is Kind.AGE]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("stopped apixaban 8/3 for the scope", "8/3"), ("last filled 27/2.", "27/2"), ("no showed again 4/9", "4/9"), ("Holter 2/4 normal, seen 9/2, 9/5", "9/5"), ("4/21 7:05 PM nurse line", "4/21"),
        ("on 3/10 she fell", "3/10"), ("swelling since removal 5-18.", "5-18"), ('"refill_due": "03-28"', "03-28"), ("visit_date=11-04;", "11-04"), ("note dated 16.1. instead", "16.1."),
        ("Adm: 13.2. ward 4", "13.2."), ("letter sent 18.05).", "18.05"), ("first fit 2018-10, none since", "2018-10"), ("Night of 10/28-10/29/2023", "10/28-10/29/2023"),
        ("cert 10/20/23-12/18/23", "10/20/23-12/18/23"), ("since the sixteenth, fever", "the sixteenth"), ("not well since the 14th.", "the 14th"), ("means to leave the 18th.", "the 18th"), ("calls on 4 and 7 March were", "4 and 7 March"), ("June 3, 5 and 9, 2023", "June 3, 5 and 9, 2023"), ("heart clinic 04.12.24, well", "04.12.24"), ("Rhogam 1/3. Tdap", "1/3"), ("blessed and anointed 8/9; calm", "8/9"), ("began it in July (rash)", "July"), ("back home by mid October.", "October"),
        ("eight eleven seventy-nine", "eight eleven seventy-nine"), ("three four nineteen fifty two", "three four nineteen fifty two"), ("Febuary 21", "Febuary 21"), ("Septmber 3, 2020", "Septmber 3, 2020"),
        ("opgenomen 4 mrt", "4 mrt"), ("entlassen 5. dez 2021", "5. dez 2021"), ("vue le 6 fevrier", "6 fevrier"), ("visto 7 ago. 12 junho 2020", "12 junho 2020"), ("rash after 2/2.", "2/2"),
        ("Admitted 2/28-3/4.", "2/28-3/4"), ("DOS 04-11", "04-11"), ("since early March she", "March"), ("mid-June surgery", "June"), ("the 14th of last month", "the 14th of last month"), ("on Tuesday the 9th.", "the 9th"),
        ("may fourth nineteen forty", "may fourth nineteen forty"), ("3 de marzo de 2020", "3 de marzo"), ("TTE 2/5 normal", "2/5"), ("med card, renewal 8/31?", "8/31"), ("Foley out 6/7, voids", "6/7"), ("vom 3.4. bis 17.4.", "17.4."),
    ],
)  # fmt: skip
def test_a_day_without_a_year_is_found_where_something_happened(text, date):
    assert (Kind.DATE, date) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "pain 2/10 today", "VA R 6/12 L 6/9", "review 3/52", "CXR in 6/52", "back strength 4/5", "Norco 5/325", "MoCA 24/30", "3/17 nodes", "1/2 tab", "ages 5-17.", "grade 3-4", "symptoms 3-14 days", "pH 7.2. Then",
        "K was 4.1.", "L4-5", "fall 2/2 syncope", "winter 2010-11", "model 2024-05", "on the seventeenth day", "at the fifth rib", "May I ask", "march on", "in Mayfield", "one two three", "x 5-7 d", "Section 4.2. applies",
        "9 9 9", "since the first visit", "doses 3-12.", "R 6/6", "unaided 6/9", "hip flexors 4/5 and 5/5", "led by May", "BiPAP 12/5 or", "found 3/17 lymph nodes", "taper 1/2-3/4 tab",
    ],
)  # fmt: skip
def test_a_ratio_a_range_or_a_word_is_no_day(text):
    assert not [value for kind, value in found(text) if kind is Kind.DATE]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("Keisha Moore, 92, hip", "92"), ("mother Beatrice Holt, 93.", "93"), ("frail, 94 y, alone", "94 y"), ("Age: 96 Y 4 M", "96 Y 4 M"), ("she is ninety six and well", "ninety six"), ("my dad just turned 91.", "91"),
        ('{"ageInYears": 93}', "93"), ("age_yrs=94;", "94"), ("rm 12. 99. thick nails", "99"), ("seen, 91F, MRSA", "91F"), ("I am 90, diabetic", "90"), ("Mrs. Ada Strand (98), dx CHF", "98"),
    ],
)  # fmt: skip
def test_an_age_over_89_is_found_however_it_is_told(text, age):
    assert (Kind.AGE, age) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Keisha Moore, 72, hip", "sats on RA, 94, stable", "Room Air, 95, comfortable", "HR 88, Heart Rate, 92,", "Hepatitis B, 91, done", "eighty six and well", '{"ageInYears": 53}', "page 91, line 3", "Smith et al (98) described", "92 kg",
    ],
)  # fmt: skip
def test_a_list_of_numbers_is_no_age(text):
    assert not [value for kind, value in found(text) if kind is Kind.AGE]
