from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.records import tables


def found(text: str) -> set[tuple[Kind, str]]:
    return {(hit.kind, text[hit.start : hit.end]) for hit in tables.read(text).hits}


NAME, MRN = (Kind.NAME, "Gxabhashe Nhlanhla"), (Kind.MRN, "8675309")


@pytest.mark.parametrize(
    "text",
    [
        "mrn,patient\n8675309,Gxabhashe Nhlanhla", "mrn\tpatient\r\n8675309\tGxabhashe Nhlanhla\r\n", "mrn;patient\n8675309;Gxabhashe Nhlanhla", "mrn|patient\n8675309|Gxabhashe Nhlanhla",
        "| MRN | Patient |\n|---|:--|\n| 8675309 | Gxabhashe Nhlanhla |", " mrn     | patient \n---------+---------\n 8675309 | Gxabhashe Nhlanhla\n(1 row)",
        "+---------+--------------------+\n| mrn     | patient            |\n+---------+--------------------+\n| 8675309 | Gxabhashe Nhlanhla |\n+---------+--------------------+",
        "       mrn             patient\n0  8675309  Gxabhashe Nhlanhla", "mrn        patient\n8675309    Gxabhashe Nhlanhla", "MRN\t8675309\nPatient\tGxabhashe Nhlanhla\nSex\tF",
        "Here you are:\n\nmrn,patient\n8675309,Gxabhashe Nhlanhla\n\nWhat now?", '"mrn","patient"\n"8675309","Gxabhashe Nhlanhla"',
    ],
)  # fmt: skip
def test_a_table_is_read_in_every_shape(text):
    assert {NAME, MRN} <= found(text)


@pytest.mark.parametrize(
    "text",
    [
        "field,value\nname,x\nmrn,8675309\npatient,Gxabhashe Nhlanhla", "| Field | Value |\n|---|---|\n| MRN | 8675309 |\n| Patient | Gxabhashe Nhlanhla |",
        "   mrn             patient\n0  8675309  Gxabhashe Nhlanhla", "       mrn            patient first_name\n0  8675309 Gxabhashe Nhlanhla     Zedder",
        "Bed  Name                  MRN\n1    Gxabhashe Nhlanhla    8675309\n",
    ],
)  # fmt: skip
def test_names_beside_values_and_what_pandas_prints_are_tables(text):
    assert {NAME, MRN} <= found(text)


def test_a_cell_in_quotes_may_hold_separators_and_lines():
    assert (Kind.NAME, "Tuttle, Margot") in found(
        'ward,patient,note\n3W,"Tuttle, Margot","first\nsecond, third"\n4B,"Roe, R",x'
    )
    assert (Kind.NAME, "Roe, R") in found(
        'ward,patient,note\n3W,"Tuttle, Margot","first\nsecond, third"\n4B,"Roe, R",x'
    )


def test_parts_of_a_name_have_columns_of_their_own():
    assert {(Kind.NAME, "Q"), (Kind.NAME, "Jr")} <= found("last_name,first_name,mi,suffix\nTuttle,Otto,Q,Jr\n")


def test_a_table_without_a_header_is_told_by_its_cells():
    assert (Kind.NAME, "Margot Tuttle") in found(
        "1,Margot Tuttle,1944-09-05\n2,Jane Okafor,1950-01-02\n3,Anna Weber,1961-04-03"
    )


def test_a_column_that_may_be_names_must_hold_some():
    assert (Kind.NAME, "nhlanhla gxabhashe") in found(
        "name,rating\nella rutten,3\nnhlanhla gxabhashe,4\ngeoffrey mutegi,5"
    )
    assert found("name,type\npatient_name,text\nzip3,char") == set()


def test_houses_under_a_header_of_people_are_houses_and_types_of_columns_are_no_values():
    rows = "RX1,St Brannock's Hospitals,14\nRZ9,Ada Okafor,11"
    assert found(f"provider_code,provider_name,waiting\n{rows}") == {
        (Kind.FACILITY, "St Brannock's Hospitals"),
        (Kind.NAME, "Ada Okafor"),
    }
    lettered = "Col A: Pt | Col B: Room | Col C: Fall risk\nMahoney P | 212-1 | High\nSithole N | 212-2 | Low"
    assert found(lettered) == {(Kind.NAME, "Mahoney P"), (Kind.NAME, "Sithole N")}
    ddl = "  nhs_number   CHAR(10) UNIQUE,\n  family_name  VARCHAR(80) NOT NULL,\n  postcode     VARCHAR(8),\n"
    assert found(f"CREATE TABLE patient (\n{ddl});") == set()


@pytest.mark.parametrize(
    "text",
    [
        "age_band,sex,n,median\n0-9,F,767,7.5\n10-19,F,627,7.3", "code,display,unit\n718-7,Hemoglobin,g/dL\n2951-2,Sodium,mmol/L", "column,type,description\nmrn,char(8),medical record number\ndob,date,date of birth",
        "name,version,license\nreact,18.2.0,MIT", "Name,Type,Default\nport,int,8080\nhost,string,localhost", "variable,label,values\nsex,Sex,M/F\nmrn,Record number,text",
        "ward;beds;occupied\nDay Surgery;12;26\nAMU;11;19", "a | b | c\n1 | 2 | 3", "drug,dose,route\nmetformin,500 mg,oral", "First, we go.\nThen, we stop.",
    ],
)  # fmt: skip
def test_a_table_of_things_names_nobody(text):
    assert found(text) == set()


def test_numbers_and_names_of_things_are_quiet_and_comments_are_not():
    text = "code,display,comment\n718-7,Hemoglobin,Gxabhashe called Jane"
    quiet = tables.read(text).quiet
    assert any(start <= text.index("Hemoglobin") < end for start, end in quiet)
    assert not any(start <= text.index("Jane") < end for start, end in quiet)
