from __future__ import annotations

import pytest

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.counting import SHARED_MAILBOX, SOMEBODYS, counted, excused
from gateway.phi.find.engine import load_engine
from gateway.phi.find.hit import Evidence, Hit


def hit(kind: Kind, text: str, value: str, *, patient: bool = False) -> Hit:
    start = text.index(value)
    return Hit(kind, start, start + len(value), 0.9, patient=patient)


PATIENT = [
    (Kind.DATE, "2024-03-04 10:00 admitted with chest pain", "2024-03-04"),
    (Kind.DATE, "she was admitted in May", "May"),
    (Kind.URL, "his MyChart profile https://x.org/204092246", "https://x.org/204092246"),
    (Kind.DATE, "The patient was admitted on March 3, 2021.", "March 3, 2021"),
    (Kind.DATE, "the 10:15 slot, 14.02.1958, wants a refill", "14.02.1958"),
    (Kind.DATE, "Please rebook 1971-11-30.", "1971-11-30"),
    (Kind.DATE, "Dad fell on 4 May 2026", "4 May 2026"),
    (Kind.DATE, "mole excised 4 May 2026, path pending", "4 May 2026"),
    (Kind.DATE, "Seen on 3/4/2021 for chest pain.", "3/4/2021"),
    (Kind.FACILITY, "previously treated at Methodist Hospital", "Methodist Hospital"),
    (Kind.DATE, "Guidelines for a 60-year-old man seen on March 3, 2021?", "March 3, 2021"),
    (Kind.FACILITY, "a 67-year-old female with a surgical history at Jefferson Memorial", "Jefferson Memorial"),
    (Kind.URL, "her page https://x.org/jane", "https://x.org/jane"),
    (Kind.URL, "see https://hosp.org/patients/8812", "https://hosp.org/patients/8812"),
    (Kind.IP, "his login came from 10.2.3.4", "10.2.3.4"),
    (Kind.DATE, "what does mild TR mean, it is in my echo dated July 12", "July 12"),
    (Kind.FACILITY, "my endo at Blue Mesa Endocrine never mentioned coffee", "Blue Mesa Endocrine"),
    (Kind.FACILITY, "I was at Greenbank Urgent Care and got amoxicillin", "Greenbank Urgent Care"),
    (Kind.FACILITY, "we had our shots; I got my shots at Larkspur Pharmacy", "Larkspur Pharmacy"),
    (Kind.DATE, "Covid test positive March 3, still coughing", "March 3"),
    (Kind.DATE, "my last period was March 3", "March 3"),
    (Kind.PLACE, "my aunt in Pecos Bend has measles", "Pecos Bend"),
    (Kind.PLACE, "Gout patient from Eagle Pass, uric acid 9", "Eagle Pass"),
    (Kind.DATE, "Mother A neg, Rhogam given 03.05.2025, when next?", "03.05.2025"),
    (Kind.DATE, "Vaccination record\nMMR  Jan 5 2020\nNext due", "Jan 5 2020"),
    (Kind.FACILITY, "dialyses at the Heron Point unit", "Heron Point"),
    (Kind.URL, "set up the video visit link https://v.example/room/4471-rosa", "https://v.example/room/4471-rosa"),
    (Kind.DATE, "2025-03-06 12:02 seen on the ward, error in the chart", "2025-03-06"),
    (Kind.IP, "AUDIT: chart opened, remote addr 198.51.100.7", "198.51.100.7"),
]
PUBLIC = [
    (Kind.DATE, "-rw-r--r--  2 vscode vscode    1.2K Mar  3  2025 visit.ts", "Mar  3  2025"),
    (Kind.DATE, "07/01/2026  12:08 PM               241 encounter-type.md", "07/01/2026"),
    (Kind.DATE, '10.0.0.7 - - [20/Sep/2026:21:46:07 +0000] "POST /v2/visits"', "20/Sep/2026"),
    (Kind.DATE, "Filter: (admit_ts >= '2026-01-01 00:00:00'::timestamp)", "2026-01-01 00:00:00"),
    (Kind.DATE, "where admitted between '2026-01-01' and '2026-02-01'", "2026-02-01"),
    (Kind.DATE, "Pollen counts in May and asthma visits", "May"),
    (Kind.IP, '10.0.0.7 - - [x] "GET /v2/login HTTP/2.0"', "10.0.0.7"),
    (Kind.URL, "complete your Slack profile (https://x.org/help/204092246)", "https://x.org/help/204092246"),
    (Kind.DATE, "Today is 2026-11-21.", "2026-11-21"),
    (Kind.DATE, "You are an assistant. Current date: 2026-11-21", "2026-11-21"),
    (Kind.DATE, "The FDA approved lecanemab on July 6, 2023.", "July 6, 2023"),
    (Kind.DATE, "In patients with diabetes, what did the guideline published March 3, 2021 say?", "March 3, 2021"),
    (Kind.DATE, "What is advised for a 45-year-old by the guideline updated on March 3, 2021?", "March 3, 2021"),
    (Kind.DATE, "SELECT * FROM visits WHERE day > '2024-01-01'", "2024-01-01"),
    (Kind.DATE, "The cohort was enrolled between January 2015 and 2019", "January 2015"),
    (Kind.FACILITY, "What does the Mayo Clinic say about gout?", "Mayo Clinic"),
    (Kind.URL, "Documentation: https://docs.example.org/api", "https://docs.example.org/api"),
    (Kind.DATE, "my child process crashed on 2024-03-01", "2024-03-01"),
    (Kind.DATE, "my report generator broke on March 3", "March 3"),
    (Kind.DATE, "I was wondering about the March 3, 2021 paper", "March 3, 2021"),
    (Kind.DATE, "I went to a talk at the congress on August 31, 2024", "August 31, 2024"),
    (Kind.DATE, "Vaccine record formats in FHIR since June 2023", "June 2023"),
    (Kind.URL, "How do I join the webinar https://meet.example/j/123456789?", "https://meet.example/j/123456789"),
    (Kind.IP, "nginx: remote addr 198.51.100.7, 404", "198.51.100.7"),
    (
        Kind.DATE,
        "2025-03-06 12:02:40,113 ERROR [listener-0] could not apply, not part of an active group",
        "2025-03-06 12:02:40",
    ),
    (Kind.DATE, '10.215.240.59 - - [28/Sep/2026:10:48:07 +0000] "GET /seen"', "28/Sep/2026"),
    (Kind.DATE, "drwxr-xr-x  4 vscode wheel    2.5K Mar 26  2025 visits.ts", "Mar 26  2025"),
    (Kind.DATE, "Filter: (admit_ts >= '2026-01-01 00:00:00'::timestamp)", "2026-01-01 00:00:00"),
    (Kind.DATE, "Policy on visits. Ratified 9 June 2022, who owns it?", "9 June 2022"),
    (Kind.DATE, "Visiting policy, doc B, our hospital, review June 2025. Is it overdue?", "June 2025"),
    (Kind.DATE, "front matter of the visit leaflet: reviewed: May 2023", "May 2023"),
    (Kind.AGE, "Is aspirin useful in adults over 90 years of age?", "90 years"),
]


@pytest.mark.parametrize(("kind", "text", "value"), PATIENT)
def test_an_indirect_finding_counts_beside_a_patient_cue(kind, text, value):
    assert counted([hit(kind, text, value)], text) == [True]


@pytest.mark.parametrize(("kind", "text", "value"), PUBLIC)
def test_a_public_date_place_or_link_does_not(kind, text, value):
    assert counted([hit(kind, text, value)], text) == [False]


def test_everything_counts_beside_a_direct_finding():
    text = "Today is 2026-11-21. MRN 8675309"
    assert counted([hit(Kind.DATE, text, "2026-11-21"), hit(Kind.MRN, text, "8675309")], text) == [True, True]


def test_a_hit_whose_cue_speaks_of_a_patient_counts():
    text = "DOB 1980-01-01"
    assert counted([hit(Kind.DATE, text, "1980-01-01", patient=True)], text) == [True]


SUPPORT = "You are an assistant. Questions: lena@vendor.example or 555 010 2000."


def test_a_developers_own_contacts_do_not_count_by_themselves():
    mail = hit(Kind.EMAIL, SUPPORT, "lena@vendor.example")
    assert counted([mail], SUPPORT, carrier=Carrier.SYSTEM) == [False]
    assert counted([mail], SUPPORT, carrier=Carrier.MESSAGE) == [True]


def test_they_count_beside_somebody():
    text = "The caller is 67-year-old, her mail is anna@home.example."
    assert counted([hit(Kind.EMAIL, text, "anna@home.example")], text, carrier=Carrier.SYSTEM) == [True]
    both = [hit(Kind.EMAIL, SUPPORT, "lena@vendor.example"), Hit(Kind.MRN, 0, 3, 0.9)]
    assert counted(both, SUPPORT, carrier=Carrier.SYSTEM) == [True, True]


@pytest.mark.parametrize("carrier", [Carrier.SYSTEM, Carrier.TOOL_DEFINITION])
@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.PHONE, "Callback number of the patient: 555-010-2000.", "555-010-2000"),
        (Kind.ADDRESS, "Patient's address: 12 Elm Street", "12 Elm Street"),
        (Kind.EMAIL, "Her mail is a@home.example", "a@home.example"),
        (Kind.PHONE, "555-010-2000 is where his wife answers", "555-010-2000"),
    ],
)
def test_a_contact_of_one_person_counts_wherever_it_is_written(carrier, kind, text, value):
    assert counted([hit(kind, text, value)], text, carrier=carrier) == [True]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("You help with a patient admitted on 3/4/2024.", "3/4/2024"),
        ("Context: a 67-year-old man, seen on 4 March 2024.", "4 March 2024"),
    ],
)
def test_a_patients_date_in_a_system_prompt_counts(text, value):
    assert counted([hit(Kind.DATE, text, value)], text, carrier=Carrier.SYSTEM) == [True]


def test_a_date_of_birth_in_a_system_prompt_counts():
    text = "DOB 1980-01-01. Answer in German."
    assert counted([hit(Kind.DATE, text, "1980-01-01", patient=True)], text, carrier=Carrier.SYSTEM) == [True]


@pytest.mark.parametrize("text", ["Today is 2026-11-21. You see a patient who", "Local time is 2026-11-21. He asks"])
def test_the_day_of_the_request_does_not(text):
    assert counted([hit(Kind.DATE, text, "2026-11-21")], text, carrier=Carrier.SYSTEM) == [False]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("docs block with owner ops@example.org, alert on failure", False),
        ("questions go to support@example.org", False),
        ("her address is info@example.org", True),
        ("write to the patient at office@example.org", True),
    ],
)
def test_the_mailbox_of_a_group_counts_where_it_is_said_to_be_somebodys(text, counts):
    start = text.index("@")
    start = text.rindex(" ", 0, start) + 1
    mailbox = Hit(Kind.EMAIL, start, text.index("org") + 3, SHARED_MAILBOX)
    assert counted([mailbox], text) == [counts]


def test_a_mailbox_of_a_group_counts_beside_what_identifies():
    text = "MRN 8675309, write to ops@example.org"
    mailbox = Hit(Kind.EMAIL, text.index("ops"), len(text), SHARED_MAILBOX)
    assert counted([hit(Kind.MRN, text, "8675309"), mailbox], text) == [True, True]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("SELECT * FROM p WHERE dob >= '1990-01-01' AND dob < '2000-01-01'", False),
        ("SELECT * FROM p WHERE dob BETWEEN '1990-01-01' AND '2000-01-01'", False),
        ("SELECT * FROM p WHERE dob = '1962-03-14'", True),
        ('=IF(AND(C2>=DATE(2024,4,1),C2<DATE(2025,4,1)),"FY24","") - make it work for any FY', False),
        ("He works for the port since 4/1/2024", True),
        ("Which county is ZIP 02139 in?", False),
        ("What city does the zip code 02139 belong to?", False),
        ("Which county is ZIP 02139 in? The patient lives there.", True),
        ("She lives in ZIP 02139.", True),
    ],
)
def test_bounds_of_a_query_and_questions_about_a_post_code_are_nobodys(text, counts):
    [said] = load_engine().detect([Passage(text)])
    assert said.findings
    assert {finding.counts for finding in said.findings} == {counts}


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("The patient portal session came from 73.14.201.9", True),
        ("The patient connected from IP 2601:681:4300:1f::9", True),
        ("The patient's home connection was seen at 73.14.201.9", True),
        ("The patient signed in from 73.14.201.9", True),
        ("Our patient joined the telehealth visit from 73.14.201.9", True),
        ("The portal server listens on 73.14.201.9", False),
        ("The cluster connected from IP 2601:681:4300:1f::9", False),
    ],
)
def test_the_address_from_which_a_patient_connects_is_theirs(text, counts):
    [said] = load_engine().detect([Passage(text)])
    assert [finding.counts for finding in said.findings if finding.kind is Kind.IP] == [counts]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Write an example of a letter from John Doe to Jane Roe about the meeting.", False),
        ("Make a sample contact for Jane Doe.", False),
        ("Schedule John Doe for an MRI on Tuesday", True),
        ("An example: our patient John Doe", True),
        ("John Doe was admitted on March 3 with chest pain", True),
        ("Unidentified man, registered as John Doe; his belongings are in the safe", True),
        ("John Doe, MRN 8675309", True),
        ('[tool.poetry]\nname = "tidycase"\nauthors = ["Ottilie Brandvold <ob@example.org>"]', False),
        ('[project]\nname = "tidycase"\nauthors = [{name = "Ottilie Brandvold", email = "ob@example.org"}]', False),
        ('patient = "tidy"\nauthors = ["Ottilie Brandvold <ob@example.org>"]\nmrn = "8675309"', True),
    ],
)
def test_who_stands_for_anybody_and_who_wrote_a_program_are_nobody_in_care(text, counts):
    [said] = load_engine().detect([Passage(text)])
    assert said.findings
    assert {finding.counts for finding in said.findings} == {counts}


@pytest.mark.parametrize("kind", sorted(SOMEBODYS))
@pytest.mark.parametrize("evidence", list(Evidence))
@pytest.mark.parametrize(
    "text",
    [
        "Signed-off-by: 8675309 <dev@example.org>\nAuthor: 8675309",
        "In 1848 and again in 1852 Semmelweis (8675309) published on puerperal fever.",
        "Medication policy, revised 3 May 2024. Questions to the pharmacy team, extension 8675309. " * 4,
        "Excerpt A: the committee meets in hall 2.\nExcerpt B: ask 8675309.\nQuestion: when is the hall open?" * 3,
    ],
)
def test_no_author_office_or_notice_has_a_record_number(kind, evidence, text):
    one = hit(kind, text, "8675309")._replace(evidence=evidence)
    assert excused([one], text) == [False]
    name = hit(Kind.NAME, text, text.split()[1])
    assert counted([one, name], text) == [True, True]
