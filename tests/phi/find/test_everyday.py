from __future__ import annotations

import pytest

from gateway.domain import Passage
from gateway.phi.find.engine import load_engine

ANYBODY = [
    *("Thanks Claude!", "thanks, Claude", "Hi Claude, write a haiku", "Hey Siri", "Claude, please summarise this.", "hey claude"),
    *("Use John Doe as the name", 'name: "Jane Doe"', '{"name":"John Doe","age":30}', "Max Mustermann", "Lorem Ipsum"),
    *("Order #88214", "Order #88214 has not arrived", "invoice 2024-0012", "ticket #4412", "See comment #1204412"),
    *("test user Jane Roe", "INSERT INTO users VALUES ('John Doe')", "ping ff:ff:ff:ff:ff:ff", "MAC 00:00:5E:00:53:01"),
    *("Tracking 1Z12345E0205271688: where is it?", "Our PO 4500981234 for syringes was sent twice", "My order 88213047 of aprons has not arrived"),
    *("ISBN 9780306406157: a newer edition?", "EAN 4006381333931 fails its check digit?"),
    *("asset tag AT-00731 of the autoclave shows error E42", "serial number SN4471920 of the centrifuge, which firmware?", "Ticket INC0048213: printer offline"),
    *("MAC 00:1B:44:11:3A:B7 on VLAN 7 loses DHCP", "10.20.30.40 cannot reach 10.20.30.41 on port 2575"),
    *("assert split('John Smith') == ['John', 'Smith']", "User(name='Jane Smith', email='jane.smith@example.com')", "use jdoe@example.org in the docs"),
    *("What did Sigmund Freud write about dreams?", "A biography of Ignaz Semmelweis for a poster", "Ask Oliver Sacks's readers"),
    *("Claude, summarise the Ottawa ankle rules in two lines.", "Gemini, list the drugs that lengthen QT", "Copilot: explain this script"),
    *("Please reorder 20 boxes of Biogel size 7.5, PO 4500187732, cost code E22019.", "The tender number is 2024/S 112-345678 and lot 3b."),
    *("Clarification via the portal only; ref. ITT_48213.", "Reorder heparin flushes, PO 4500187733", "RFP-2291-04 closes on Friday"),
    *("Please order 4 cases of cassettes, purchase requisition 4500991182, GL 620-4410.", "Our contract ref NHS/SBS/21/KM/9402 ends soon, can we extend?"),
    *("Document ref: IG-POL-009 Version: 7.0 Executive lead: SIRO. Report within 72 hours.", "See SOP-0117 rev 3, approved by the board."),
    *("Pulse oximeter OX-210, IP22. REF OX210-EU. Manufacturer: Medisense Devices GmbH, Hafenstrasse 11, 20457 Hamburg.",),
    *("World Parkinson's Day is held each year on his birthday, 11 April.",),
    *("CDC, 1600 Clifton Road, Atlanta, GA 30329: still right?", "Vendor: Acme Imaging GmbH, Industriestr. 4, 70565 Stuttgart"),
]  # fmt: skip
SOMEBODY = [
    "Claude Dubois has a cough",
    "Hi Claude, your biopsy was clear",
    "Dear Claude, the scan is fine",
    "Claude, 54, fell at home",
    "Claude, the patient in bed 4, fell at home",
    "Claude, list of allergies: penicillin; admitted today",
    "PO 4500187732 for the patient in bed 4",
    "Document ref: CLIN-40072 of patient Okafor",
    "REF 8841207 arrived from the GP",
    "requisition 4500991182 was stuck in the chute",
    "RUQ tender 4471180, metformin 500 bid 4471180",
    "REF OX210-EU, insulin pump of the patient",
    "Importer: Medisense Ltd, 14 Larch Close, London E20 1JQ: his wound dressing",
    "World Diabetes Day was hard. He was admitted on 11 April.",
    "Thanks Claude for bringing her in",
    "John Doe, MRN 88213047, was admitted",
    "patient Jane Doe, bed 4, unresponsive",
    "John Doe needs metformin",
    "Order #88214 for patient Tveit",
    "Order #88214: warfarin for the resident",
    "device 3C:5A:B4:19:0E:7D",
    "call 10.20.30.40",
    "call 20.30.40.50 when the server is up",
    "serial number SN4471920 of her pacemaker",
    "pacemaker serial SN4471920, firmware 2.1",
    "Invoice INV-88213 for the patient in bed 4",
    "Invoice INV-88213 is wrong",
    "tracking number 1Z12345E0205271688 of his prescription",
    "jane.smith@example.com wants her results",
    "garcia.lucia@example.com in the docs",
    "John Smith needs a scan",
    "Sigmund Freud, 54, was admitted with chest pain",
    "Rosewood Ltd, 14 Larch Close, London E20 1JQ: her wound dressing",
]


def counts(text):
    (detection,) = load_engine().detect([Passage(text)])
    return any(finding.counts for finding in detection.findings)


@pytest.mark.parametrize("text", ANYBODY)
def test_what_stands_for_anybody_does_not_count_where_nobody_is_in_care(text):
    assert not counts(text)


NUMBERS = [
    "Which firmware has serial number SN4471920 of the infusion pump?",
    "Tracking 1Z12345E0205271688: where is it?",
    "My order 88213047 of sensors has not arrived",
]


@pytest.mark.parametrize("text", NUMBERS)
@pytest.mark.parametrize("turned", [False, True])
def test_a_number_of_goods_may_be_theirs_of_whom_another_message_speaks(text, turned):
    def found(other):
        passages = [Passage(other), Passage(text)]
        detections = load_engine().detect(passages[::-1] if turned else passages)
        return [one.counts for one in detections[0 if turned else 1].findings]

    assert any(found("my mum has diabetes"))
    assert not any(found("What is the capital of France?"))


@pytest.mark.parametrize("text", ["account no 4471920, the parcel is late", "account 88213047: refund of the supplier"])
def test_an_account_is_somebodys_whatever_stands_around(text):
    assert counts(text)


@pytest.mark.parametrize("text", SOMEBODY)
def test_the_same_counts_beside_care(text):
    assert counts(text)
