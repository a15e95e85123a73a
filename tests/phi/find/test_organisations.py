from __future__ import annotations

import time

import pytest

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.organisations import domains, of_a_thing, owned

OWNED = [
    (Kind.OTHER_ID, "Rebuild with #«1030638» fixed"),
    (Kind.OTHER_ID, "Ethics approval «17/0442», 2017"),
    (Kind.NAME, "Sold by «Corvexa» Ltd in Europe"),
    (Kind.NAME, "Ask «Corvexa» (safety@corvexa.example)"),
    (Kind.NAME, "Contact: «Urology» nurses at any time"),
    (Kind.NAME, "maintained by «Ottilie Brandvold» <ob@example.org>"),
    (Kind.EMAIL, "maintained by Ottilie Brandvold <«ob@example.org»>"),
    (Kind.EMAIL, "send reports to «bug-tidy@example.org»"),
    (Kind.EMAIL, "ask «antimicrobials@stanwick.example»"),
    (Kind.EMAIL, "ask «af.clinic@stanwick.example»"),
    (Kind.EMAIL, "ask «obs.guidelines@stanwick.example»"),
    (Kind.EMAIL, "ask «tvn.team@stanwick.example»"),
    (Kind.EMAIL, "ask «terapia.iv@stanwick.example»"),
    (Kind.PHONE, "adverse events: «1-800-555-0172»"),
    (Kind.PHONE, "ring «0345 120 4471»"),
    (Kind.PHONE, "ring «+44 300 123 0172»"),
    (Kind.PHONE, "ring «1800 512 348»"),
    (Kind.PHONE, "text «988» at any time"),
    (Kind.PHONE, "ring «116 123»"),
    (Kind.FAX, "fax (866) «866-512-0147»"),
    (Kind.OTHER_ID, "number «0800 512 4471»"),
    (Kind.ADDRESS, "sent from «Kestrel Hospital, 14 Elm St, Salem»"),
    (Kind.PLACE, "the registry office, «Stanwick Vale»"),
    (Kind.NAME, "Stop using «Corvexa» Medical pumps"),
    (Kind.IP, "job=nightly host=etl-03 «ip=172.16.4.21» rows=118"),
    (Kind.IP, "connect to «10.2.14.8» failed"),
    (Kind.ADDRESS, "Faculty of Medicine, Example University, «14 Elm St, Salem», Norway"),
]
NOT_OWNED = [
    (Kind.OTHER_ID, "her number is «1030638»"),
    (Kind.NAME, "«Ottilie Brandvold» rang"),
    (Kind.NAME, "«Ottilie» team meeting"),
    (Kind.NAME, "«Ottilie Brandvold» <ob@example.org>"),
    (Kind.EMAIL, "write to the patient at «office@example.org»"),
    (Kind.EMAIL, "write to «ob@example.org»"),
    (Kind.EMAIL, "write to «sunshine@gmail.com»"),
    (Kind.EMAIL, "write to «sunshine@stanwick.example»"),
    (Kind.EMAIL, "write to «eye.clinic@gmail.com»"),
    (Kind.EMAIL, "write to «obs.clinic@yahoo.co.uk»"),
    (Kind.EMAIL, "write to «grace.may@stanwick.example»"),
    (Kind.EMAIL, "write to «rose@stanwick.example»"),
    (Kind.EMAIL, "write to «rose.clinic@stanwick.example»"),
    (Kind.EMAIL, "write to «clinic.okafor@stanwick.example»"),
    (Kind.EMAIL, "write to «tuttle.clinic@stanwick.example»"),
    (Kind.EMAIL, "write to «tvn@stanwick.example»"),
    (Kind.EMAIL, "the patient writes from «af.clinic@stanwick.example»"),
    (Kind.EMAIL, "the ward office, «ob@example.org»"),
    (Kind.PHONE, "the ward office, «01632 960450»"),
    (Kind.PHONE, "press office: «(202) 555-0142»"),
    (Kind.PHONE, "help desk, «800-555-014»"),
    (Kind.PHONE, "Service: «03 20 51 23 45»"),
    (Kind.FAX, "Appeals Department, fax «801-555-0147»"),
    (Kind.OTHER_ID, "number «8005124471»"),
    (Kind.OTHER_ID, "number «116123»"),
    (Kind.OTHER_ID, "number «999»"),
    (Kind.ADDRESS, "The clinic wrote to «14 Elm St, Salem»"),
    (Kind.ADDRESS, "our reception desk, «14 Elm St, Salem»"),
    (Kind.PHONE, "the daughter, at the office «01632 960450»"),
    (Kind.PHONE, "please ring «01632 960450»"),
    (Kind.ADDRESS, "lives at «14 Elm St, Salem»"),
    (Kind.IP, "connect to «203.0.113.8» failed"),
    (Kind.IP, "the patient session came from «10.2.14.8»"),
    (Kind.IP, "portal login from «192.168.1.8»"),
    (Kind.SSN, "the ward office, «912-04-1234»"),
]


def told(kind, marked, evidence=Evidence.CONTEXT):
    text = marked.replace("«", "").replace("»", "")
    start = marked.index("«")
    return Hit(kind, start, marked.index("»") - 1, 0.9, evidence), text


@pytest.mark.parametrize(("kind", "marked"), OWNED)
def test_what_is_of_a_house_a_firm_or_a_maker(kind, marked):
    hit, text = told(kind, marked)
    assert owned(hit, text, domains(text))


@pytest.mark.parametrize(("kind", "marked"), NOT_OWNED)
def test_what_may_be_of_a_person(kind, marked):
    hit, text = told(kind, marked)
    assert not owned(hit, text, domains(text))


def test_a_number_with_a_cue_of_its_own_is_of_a_thing_only_in_a_study():
    assert not of_a_thing(*told(Kind.OTHER_ID, "ticket «1030638»", Evidence.CUE))
    assert of_a_thing(*told(Kind.OTHER_ID, "grant no. «1030638»", Evidence.CUE))


@pytest.mark.parametrize("piece", ["written by A ", "office ", "University, ", "<a@", "bug-"])
def test_reading_takes_no_more_time_in_a_longer_text(piece):
    def seconds(times):
        text = piece * times + "ob@example.org"
        hit = Hit(Kind.EMAIL, len(text) - 14, len(text), 0.9)
        began = time.process_time()
        for _ in range(200):
            owned(hit, text, domains(text))
        return time.process_time() - began

    seconds(10)
    assert seconds(20_000) < 0.5 + 40 * seconds(2_000)
