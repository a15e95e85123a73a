from __future__ import annotations

import pytest

from gateway.domain import Kind, Passage
from gateway.phi.find.crowds import many, of_many
from gateway.phi.find.engine import load_engine
from gateway.phi.find.hit import Evidence, Hit

ENGINE = load_engine()

MANY = [
    "Participants: 1,204 adults discharged Oct 2015 to Apr 2018 in Ohio.",
    "All patients admitted between 1 July 2019 and 30 June 2021 (n=18,442).",
    "Ward 7 had 31 falls after the new socks started on 3 April; paper for 18 July.",
    "There were 412 births in March 2021 at Bergen.",
    "312 patients were enrolled between 4 May 2020 and 3 June 2021 at Bergen; the last patient was followed until March 2022.",
    "Data of 214 patients, admitted 1 March 2019 to 30 June 2021, were read.",
    "There were 14 infections, one case per 1,000 days; the first half of all patients came before July 2021.",
]
OF_ONE = [
    "Of 412 patients seen, this patient was admitted on 3 March 2021.",
    "The ward has 28 patients; she was discharged on 3 March 2021.",
    "All patients were seen. Mr Brandvold was admitted on 3 March 2021.",
    "Beside 20 women, the 41-year-old was seen on 3 March 2021.",
    "Our 31 residents are well except one: admitted on 5 May 2021 from Odda, fell twice since.",
    "Of 23 falls one ended in a fracture: the woman from Odda fell, seen on 12 October 2021.",
    "There were 14 infections. Patient zero: admitted 2021-10-02, died 2021-10-11.",
    "45 births this month; one stillbirth, seen on 17 November 2021, to a mother from Odda.",
    "Audit of 214 patients. The only death was of one admitted on 14 March 2021.",
    "Of 1,204 adults participant 0417 withdrew, last seen on 13 July 2021.",
    "NICU has 22 infants. Twin B was born on 11/19/2021.",
    "14 patients seen. 03/04/1952 F: new AF, seen 3 March 2021.",
    "20 appointments today. The 10:15 slot was seen on 3 March 2021.",
    "All 40 residents tested negative apart from Flat 6, admitted to hospital on 8 March 2021.",
    "28 patients on the ward, side room: admitted 21/11/26 from Odda.",
    "90 women took part. One of them was seen on 3 June 2021 in Odda.",
    "Admitted 3 March 2021, discharged 9 March 2021 on antibiotics.",
]


@pytest.mark.parametrize("text", MANY)
def test_days_and_towns_of_many_do_not_count(text):
    assert many(text)
    (detection,) = ENGINE.detect([Passage(text)])
    assert detection.findings
    assert not any(found.counts for found in detection.findings)


@pytest.mark.parametrize("text", OF_ONE)
def test_one_person_in_the_text_makes_them_count(text):
    assert not many(text)
    (detection,) = ENGINE.detect([Passage(text)])
    assert any(found.counts and found.kind is Kind.DATE for found in detection.findings)


def test_a_birth_date_or_a_field_stays_somebodys_among_many():
    text = "All patients are below. DOB 03/04/1961; seen 05/06/2021."
    at, seen = text.index("03/04"), text.index("05/06")
    born = Hit(Kind.DATE, at, at + 10, 0.9, Evidence.CUE, True)
    field = Hit(Kind.DATE, seen, seen + 10, 0.9, Evidence.FIELD, True)
    day = field._replace(evidence=Evidence.CUE)
    assert of_many([born, field], text) == [born, field]
    assert of_many([day], text) == [day], "a birth date is of one person"
    text = text.replace("DOB 03/04/1961;", "None was left out of all")
    day = day._replace(start=text.index("05/06"), end=text.index("05/06") + 10)
    assert of_many([day], text) == [day._replace(evidence=Evidence.SHAPE, patient=False)]


def test_a_name_among_many_makes_all_count():
    (detection,) = ENGINE.detect(
        [Passage("1,204 adults were discharged in October 2015, Ottilie Brandvold among them.")]
    )
    assert {found.kind for found in detection.findings if found.counts} >= {Kind.NAME, Kind.DATE}
