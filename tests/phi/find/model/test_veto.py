import pytest

from gateway.domain import Finding, Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.model import veto


def spared(text, value, kind=Kind.NAME):
    start = text.index(value)
    return bool(veto.spared([Finding(kind, start, start + len(value))], text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("known Parkinson's disease", "Parkinson"),
        ("a Foley catheter was placed", "Foley"),
        ("positive Murphy sign", "Murphy"),
        ("Graves' disease since 2019", "Graves"),
        ("a ruptured Baker cyst", "Baker"),
        ("takes Metformin daily", "Metformin"),
        ("as shown by Marik et al. in 2017", "Marik"),
        ("according to Marik and colleagues (2017)", "Marik"),
        ("Zhang Y, Kim H, Patel R. Sepsis bundles. Lancet 2019; 398: 112", "Zhang Y, Kim H, Patel R"),
        ("the Robert Wood Johnson Foundation", "Robert Wood Johnson"),
        ("Every Thursday at noon", "Every Thursday"),
        ("as in Lindgren 2008, which is old", "Lindgren"),
        ("as in Lindgren and Osei 2007", "Lindgren"),
        ("the Hosmer-Lemeshow p was .2", "Hosmer-Lemeshow"),
        ("could it be Stevens-Johnson?", "Stevens-Johnson"),
        ("Don't mention it", "Don't"),
        ("she is Rh negative", "Rh"),
        ("Caused by: java.lang.Error", "java.lang.Error"),
        ("let frob: Frob<T> = Frob::new();", "Frob"),
        ("set TZ=America/New_York", "America"),
        ("colonies of S. rosetta grow", "S. rosetta"),
        ("Cape Verde, 6514", "Cape Verde"),
        ("June rota: who covers", "June rota"),
        ("pollen around Michaelmas", "Michaelmas"),
        ("fire drill plan for Harvey ward", "Harvey"),
        ("audit of Garrett Anderson wing", "Garrett Anderson wing"),
    ],
)
def test_what_only_looks_like_a_person_is_taken_back(text, value):
    assert not spared(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Dr. Parkinson saw her", "Parkinson"),
        ("Mr. Foley has a catheter", "Foley"),
        ("patient Murphy was signed out", "Murphy"),
        ("John Baker has a cyst", "John Baker"),
        ("Georgia called about her scan", "Georgia"),
        ("her brother Graves agrees", "Graves"),
        ("note to Smith-Jones: call back", "Smith-Jones"),
        ('patient = "Amara Lindgren";', "Amara Lindgren"),
        ("Lindgren 1956-03-02", "Lindgren"),
        ("Anna Lindgren 1956 with AF", "Anna Lindgren"),
        ("INSERT INTO pts VALUES ('Zubarik', 4);", "Zubarik"),
        ("patient Yi asks", "Yi"),
        ("seen by Yi", "Yi"),
    ],
)
def test_a_person_stays_a_person(text, value):
    assert spared(text, value)


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("rates in Ohio and Kentucky", "Ohio and Kentucky", Kind.PLACE),
        ("more frequent than in Spain", "Spain", Kind.NAME),
        ("seen at a community clinic", "a community clinic", Kind.FACILITY),
        ("Mon clinic, Tue OR", "Mon clinic", Kind.FACILITY),
        ("policy 14.3.2 says", "14.3.2", Kind.OTHER_ID),
        ("Catalog no. 11875-093", "11875-093", Kind.OTHER_ID),
        ("pattern ^[0-9]{6}$", "^[0-9]{6}$", Kind.OTHER_ID),
        ("E11.22 with N18.30", "E11.22", Kind.OTHER_ID),
        ("listens on 10.1.2.3:8443 now", "10.1.2.3:8443", Kind.OTHER_ID),
        ("http://fhir.internal:8088/v2", "8088/v2", Kind.OTHER_ID),
        ("SNOMED CT codes: asthma (195967001)", "195967001", Kind.OTHER_ID),
        ("request 018f3d4e-77aa-7c10-9b1e-3f0c2a8b6d21", "018f3d4e-77aa-7c10-9b1e-3f0c2a8b6d21", Kind.OTHER_ID),
        ("the step before Winkler", "Winkler", Kind.DATE),
        ("see Lindgren 2006", "Lindgren 2006", Kind.DATE),
        ("reagent lot 67348201 drifts", "67348201", Kind.OTHER_ID),
        ("cart checked, lock no. 0022168", "0022168", Kind.OTHER_ID),
        ('"product_ndc": ["31969-472"], "route"', "31969-472", Kind.OTHER_ID),
        ("WHERE itemid IN (22840, 22076)", "22840", Kind.OTHER_ID),
        ("pipelines runs show --id 20871", "20871", Kind.OTHER_ID),
        ("SNF days/1000 1,410", "days/1000", Kind.OTHER_ID),
        ("pain now: 0 1 2 3 4 5 6 7 8 9 10", "0 1 2 3 4 5 6 7 8 9 10", Kind.OTHER_ID),
    ],
)
def test_no_place_and_no_number_of_anybody(text, value, kind):
    assert not spared(text, value, kind)


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("admitted to General Hospital", "General Hospital", Kind.FACILITY),
        ("lives in Boston", "Boston", Kind.PLACE),
        ("chart AB-12345", "AB-12345", Kind.OTHER_ID),
        ("on 3/4/2024", "3/4/2024", Kind.DATE),
    ],
)
def test_places_houses_numbers_and_dates_stay(text, value, kind):
    assert spared(text, value, kind)


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("her number is 8443217", "8443217", Kind.OTHER_ID),
        ("auth ref 774-A-90021", "774-A-90021", Kind.OTHER_ID),
        ("page 44180 for her", "44180", Kind.OTHER_ID),
        ("her portal code KX4-9245", "KX4-9245", Kind.OTHER_ID),
        ("patient 018f3d4e-77aa-7c10-9b1e-3f0c2a8b6d21", "018f3d4e-77aa-7c10-9b1e-3f0c2a8b6d21", Kind.OTHER_ID),
        ("CPT codes for pt 8443217", "8443217", Kind.OTHER_ID),
        ("coding query, account 8443217", "8443217", Kind.OTHER_ID),
        ("back on 12 March", "12 March", Kind.DATE),
        ("since the 9th", "the 9th", Kind.DATE),
    ],
)
def test_a_number_and_a_day_of_somebody_stay(text, value, kind):
    assert spared(text, value, kind)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.DATE, "MoCA 24/30", "24/30"), (Kind.DATE, "CXR in 6/52", "6/52"), (Kind.DATE, "pain L foot 2/10", "2/10"), (Kind.OTHER_ID, "MRN 1 CSN: 2", "CSN"), (Kind.OTHER_ID, "patch KB5031356", "KB5031356"),
        (Kind.OTHER_ID, "blame 15:40:57 +0100 13)     let two", "+0100 13)     let"), (Kind.OTHER_ID, "hygiene 94 95 93 96 95 58", "94 95 93 96 95 58"), (Kind.OTHER_ID, "x = f(12); y", "12); y"),
        (Kind.PHONE, "RXBIN 020107", "020107"), (Kind.OTHER_ID, "Poison Control 1-800-222-1222", "1-800-222-1222"), (Kind.NAME, "510(k) K203225", "k"), (Kind.NAME, "nurse Pilar", "nurse"), (Kind.NAME, "[00:09] PATIENT", "["),
    ],
)  # fmt: skip
def test_what_a_model_takes_for_a_value_and_is_none_is_taken_back(kind, text, value):
    start = text.index(value)
    assert veto.empty(Hit(kind, start, start + len(value), 0.9, Evidence.CONTEXT), text)


@pytest.mark.parametrize(
    ("text", "word", "scale"),
    [
        ("Barthel 45 to 70 in rehab", "Barthel", True),
        ("Child Pugh B8, apixaban?", "Pugh", True),
        ("Waterlow of 18 today", "Waterlow", True),
        ("Pugh 81 years, fell", "Pugh", False),
        ("Barthel 3/7 post op", "Barthel", False),
        ("Ashworth 45 to 70", "Ashworth", False),
    ],
)
def test_a_scale_and_what_it_gave_is_nobody(text, word, scale):
    assert veto.medical(word.casefold(), text, text.index(word) + len(word)) is scale


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [(Kind.DATE, "seen 3/14", "3/14"), (Kind.OTHER_ID, "licence 0220-WZZ", "WZZ"), (Kind.NAME, "nurse Pilar", "Pilar")],
)
def test_a_value_that_only_its_context_tells_stays(kind, text, value):
    start = text.index(value)
    assert not veto.empty(Hit(kind, start, start + len(value), 0.9, Evidence.CONTEXT), text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("moved Maria ward 3", "Maria"),
        ("June Carter called", "June Carter"),
        ("S. Rosetta was seen", "S. Rosetta"),
        ("April is stable", "April"),
    ],
)
def test_who_only_looks_like_a_ward_or_a_month_stays(text, value):
    assert spared(text, value)
