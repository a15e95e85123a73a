from __future__ import annotations

import pytest

from gateway.domain import Finding, Kind
from gateway.phi.find.model import numbered, veto


def spared(text, value, kind):
    start = text.index(value)
    return bool(veto.spared([Finding(kind, start, start + len(value))], text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"product_ndc": ["31969-472"]', "31969-472"),
        ('"effective_time": "20240802"', "20240802"),
        ("Leaflet no. 7771", "7771"),
        ("pipelines runs show --id 20871", "20871"),
        ("gh run view --run-id=208712", "208712"),
        ("COUNTIF(itemid IN (22840, 22076", "22840"),
        ("rate it: 0 1 2 3 4 5 6 7 8", "0 1 2 3 4 5 6 7 8"),
        ("@@ -38,7 +37,9 @@ def f", "-38,7 +37,9"),
        ("x = 120394", "120394"),
        ("total += 531042", "531042"),
    ],
)
def test_what_numbers_things_is_nobodys(text, value):
    assert not spared(text, value, Kind.OTHER_ID)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("p.chart_no = 120394", "120394"),
        ("mrn=120394", "120394"),
        ("heartbeat lost serial=HV20448113", "HV20448113"),
        ("failed for rx=RX5510239", "RX5510239"),
        ("her number is 120394", "120394"),
        ("show --patient-id 20871", "20871"),
        ("chart 31969-472", "31969-472"),
        ("reach her at 2 4 8 1 9", "2 4 8 1 9"),
    ],
)
def test_what_may_number_a_person_stays(text, value):
    assert spared(text, value, Kind.OTHER_ID)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Algoriphagus chordae sp. nov., isolated", "nov."),
        ("on the 54th floor", "54th"),
        ("doxy 100 od 5/7. Safety netted", "5/7"),
        ("44yo man, 7/7 hx of cough", "7/7"),
        ("pain 6/52", "6/52"),
    ],
)
def test_what_is_no_day_is_taken_back(text, value):
    assert not spared(text, value, Kind.DATE)


@pytest.mark.parametrize(
    ("text", "value"),
    [("seen on 5/7 with pain", "5/7"), ("on the 4th he fell", "4th"), ("since 12 nov. she coughs", "12 nov.")],
)
def test_a_day_stays(text, value):
    assert spared(text, value, Kind.DATE)


def test_what_is_counted_from_nothing_to_ten_is_a_scale():
    assert numbered.of_things("0 1 2 3", "0 1 2 3", 0)
    assert not numbered.of_things("0 1 2", "0 1 2", 0)
