from __future__ import annotations

import time

import pytest

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.houses import reached

ENGINE = load_engine()

OF_HOUSES = [
    (Kind.PHONE, "Out of hours ring the ward office on «01632 960450»."),
    (Kind.PHONE, "Hospital switchboard «020 7946 0018», open day and night."),
    (Kind.PHONE, "Eye casualty reception: «(503) 555-0142»"),
    (Kind.PHONE, "If the wound opens, contact the dressing clinic on «020 7946 0018» or come back."),
    (Kind.PHONE, "The Discharge Lounge can be called on «01632 960450»."),
    (Kind.PHONE, "The main switchboard number is 0300 456 8000 (local rate) or «01632 960450»."),
    (Kind.PHONE, "Patients and carers can call «503-555-0142» about parking. The unit is on the third floor."),
    (Kind.PHONE, "For the renal unit please ring «01632 960450»."),
    (Kind.PHONE, "Patient Advice and Liaison Service (PALS)\nTelephone: «01632 960450»"),
    (Kind.PHONE, "Kestrel Pharmacy, 14 Elm Street. Open Monday to Friday, 8:30 to 18:00. Phone «503-555-0142»"),
    (Kind.FAX, "Booking office: 01632 960450, fax «01632 960451»"),
    (Kind.OTHER_ID, "Occupational Health (outside hours «555-0144»)"),
    (Kind.ADDRESS, "The regional centre is at «14 Elm Street, Salem, OR 97301»."),
    (Kind.ADDRESS, "The infusion centre has moved to «14 Elm Street, Salem, OR 97301»."),
    (Kind.ADDRESS, "The clinic is on the ground floor of Tarn House, «14 Elm Street, Salem»."),
    (Kind.ADDRESS, "Corvexa Ltd, «14 Elm Street, Salem, OR 97301»"),
    (Kind.EMAIL, "Trial office, Institute of Nephrology, «trialoffice@stanwick.example»"),
    (Kind.EMAIL, "Emergency directorate. Queries to «ecd.policies@stanwick.example»"),
    (Kind.FAX, "Contact details\nWard office: 01632 960450\nFax: «01632 960451»"),
    (Kind.PHONE, "Tell the duty biochemist (tel. 4471 or, after 17:00, «01632 960450»)."),
    (Kind.PHONE, "Prescribers may ring Medicines Information on «01632 960450»."),
    (
        Kind.ADDRESS,
        "Repeats can be ordered by calling the practice or at «Lime Tree Surgery, 62 Banbury Road, Oxford OX2 7DX».",
    ),
    (Kind.ADDRESS, "The bereavement officers are in the Swift Building, «11 Infirmary Walk»."),
    (Kind.PHONE, "The information centre in Stockholm can be reached on «+46 8 555 0177»."),
    (Kind.PHONE, "Corvexa Ltd, 8 Tanner Row, Salem, OR 97301. Questions: «503-555-0142»"),
    (Kind.ADDRESS, "Where we are: level 5, outpatient building, «200 Wadhurst Avenue, Cincinnati, OH 45219»."),
    (Kind.PHONE, "Bins are collected by Corvexa GmbH, phone «01632 960450»"),
    (Kind.PHONE, "Dressing clinic: «020 7946 0018» from 9 to 12, all days except Sunday. Bring your chart."),
    (Kind.PHONE, "Ring the renal unit on «01632 960450» if the line leaks; Eye clinic 01632 960451"),
    (Kind.PHONE, "Contact the eye clinic on «020 7946 0018» (option 2) and ask for the duty nurse. Closed on Sundays."),
    (
        Kind.PHONE,
        "Please call between 11 am and 1 pm, Monday to Friday, on «020 7946 0018». Ask at reception for a form.",
    ),
    (Kind.PHONE, "Added to the formulary. Contact: pharmacy stores, ext. «5512»."),
    (Kind.ADDRESS, "To complain, write to Grievances and Appeals, «P.O. Box 44021, Jacksonville, FL 32231»."),
    (Kind.PHONE, "Supplier: Corvexa BV, Nijverheidsweg 31, 3542 XX Utrecht. Emergency tel: «+31 30 555 0144» (24h)."),
    (Kind.NAME, "Oxygen is brought by «Corvexa Ltd». Its office: 01632 960450"),
]
OF_SOMEBODY = [
    "The eye clinic is overbooked. Please call «020 7946 0018» to rebook.",
    "From: eye clinic\nPlease call «020 7946 0018».",
    "Appt at the eye clinic, call «020 7946 0018».",
    "The clinic should ring «020 7946 0018».",
    "Call me at the clinic on «020 7946 0018».",
    "Ring the patient's home from the clinic: «020 7946 0018».",
    "The pharmacy has her number, «020 7946 0018».",
    "The clinic has a number for next of kin: «020 7946 0018».",
    "Ask the ward to text «07700 900233».",
    "Hospital switchboard «07700 900233»",
    "Reception desk +44 7700 900233: «+44 7700 900234»",
    "Clinic: Eye\nPhone: «020 7946 0018»",
    "Ward: Ash\nTelephone: «020 7946 0018»",
    "Surgery: 14 March. Phone: «(503) 555-0142»",
    "Call the lady who left her bag at reception on «020 7946 0018».",
    "ward,phone\nAsh ward,«020 7946 0018»",
    '{"clinic":"Eye clinic","phone":"«020 7946 0018»"}',
    "Okonkwo, eye clinic, «020 7946 0018»",
    "Questions: «020 7946 0018»",
    "The ward manager came with his sister in Leeds, «020 7946 0018»",
    "Rogers, eye clinic, «020 7946 0018»",
    "Collected from the clinic by the porter, now at «12 Elm Street, Salem, OR 97301».",
    "Quiterie Vandermeulen, pharmacy, «202-555-0187»",
    "Please get back to me, I am at the office: «202-555-0187»",
    "My mother waits in the ward: «(503) 555-0142»",
    "Results to fax «(503) 555-0142», attention radiology",
    "The caller from the practice left «020 7946 0018».",
    "Voicemail for the clinic, «503-555-0142», wants a refill.",
    "Missed call on the ward phone, number «020 7946 0018», asked about visiting.",
    "No-show at the eye clinic: «020 7946 0018»",
    "Waiting list office, «(503) 555-0142» cancelled again",
    "Ambulance from the clinic to «12 Elm Street, Salem, OR 97301».",
    "Pick-up: eye clinic. Drop-off: «12 Elm Street, Salem, OR 97301».",
    "The team visited at «12 Elm Street, Salem, OR 97301».",
    "Discharged from the unit to «12 Elm Street, Salem, OR 97301».",
    "Deliver to the pharmacy customer at «12 Elm Street, Salem, OR 97301».",
    "Staff nurse from the eye clinic: «b.rocha77@example.net»",
    "Reception: «margot.tuttle@example.org»",
    "Tarn Surgery, «020 7946 0018»: swab normal, tell by text.",
    "Tarn Surgery «020 7946 0018» cystitis, trimethoprim",
    "Tarn Pharmacy, «14 Elm Street, Salem, OR 97301»: naltrexone, plain parcel",
    "Dispensary: «020 7946 0018» buprenorphine, third day without",
    "Refuge office: «14 Elm Street, Salem, OR 97301», with a toddler",
    "Day hospital: «020 7946 0018». Needs an interpreter.",
    "Physio clinic: «020 7946 0018». Fell on the stairs.",
    "Tarn Surgery: «020 7946 0018». Chest infection 4/7.",
    "Kestrel Clinic, phone «020 7946 0018», hep B positive",
    "Eye clinic: «020 7946 0018». Glaucoma right, asthmatic",
    "Crisis centre, «020 7946 0018»\nSwabs taken, keeps the baby",
    "Antenatal clinic, «020 7946 0018», if it starts again admit, twins",
    "Stroke ward: «020 7946 0018». Housebound, lives alone.",
    "Press team, «tuttle.team@stanwick.example»",
]
NOTICE = (
    "Staff newsletter, edition 7\nThe committee reviewed parking on all sites. Visitors and volunteers should register by the "
    "deadline at the main desk; training is open to members. The next meeting of the board is in the seminar room. {}\n"
)
"""Addresses are a house's in such a text only."""
ADDRESSES = [
    text for kind, text in OF_HOUSES if kind is Kind.ADDRESS and not {"Ltd,", "House,", "«P.O."} & set(text.split())
]
"""But for those whose own shape names the house, which `organisations` knows."""
OF_ANYBODY = [
    "Eye clinic: «020 7946 0018». Open Monday to Friday. Cataract surgery is done on Tuesdays.",
    "Antenatal clinic: «020 7946 0018». If you bleed, call us at once. We care for twins, too.",
    "Diabetes clinic: «020 7946 0018». Diabetic menus are on the website; smokers' advice on Fridays.",
    "Physio clinic: «020 7946 0018». We treat back pain, sports injuries and arthritis.",
]
"""What a house does for all who come is no case of one."""
BESIDE_SOMEBODY = [
    "Hospital switchboard «020 7946 0018». Margot Tuttle is still tachycardic.",
    "Hospital switchboard «020 7946 0018». MRN 8675309 is still tachycardic.",
    "Hospital switchboard «020 7946 0018». She is still tachycardic.",
    "Hospital switchboard «020 7946 0018». This patient is still tachycardic.",
    "Hospital switchboard «020 7946 0018». DOB 03/04/1951, still tachycardic.",
]
"""What is of a house counts beside one person in the same text, however far away."""


def marked(text: str) -> tuple[str, int, int]:
    start, end = text.index("«"), text.index("»") - 1
    return text.replace("«", "").replace("»", ""), start, end


def counting(text: str, start: int, end: int) -> bool:
    (detection,) = ENGINE.detect([Passage(text)])
    return any(found.counts and found.start < end and start < found.end for found in detection.findings)


@pytest.mark.parametrize(("kind", "text"), OF_HOUSES)
def test_how_to_reach_a_house_is_nobodys_where_the_text_speaks_of_nobody(kind, text):
    in_notice = kind is Kind.ADDRESS or "14 Elm Street" in text
    text, start, end = marked(NOTICE.format(text) if in_notice else text)
    (detection,) = ENGINE.detect([Passage(text)])
    assert not any(found.counts for found in detection.findings), (kind, text)
    assert any(found.start < end and start < found.end for found in detection.findings), "it is reported"


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_outside_a_notice_is_somebodys_whatever_house_is_named(text):
    assert counting(*marked(text))


@pytest.mark.parametrize(
    "address", ["Corvexa GmbH, «14 Elm Street, Salem, OR 97301»", "Claims: «PO Box 4410, Salem, OR 97301»"]
)
def test_a_post_box_and_the_seat_of_a_firm_are_a_houses_anywhere_where_nobody_is_spoken_of(address):
    assert not counting(*marked(f"How to reach us. {address}"))
    assert counting(*marked(f"She is to write to us. {address}"))


@pytest.mark.parametrize("text", OF_SOMEBODY)
def test_what_a_house_does_with_a_value_makes_it_no_value_of_the_house(text):
    text, start, end = marked(text)
    assert counting(text, start, end)


@pytest.mark.parametrize("text", OF_ANYBODY)
def test_what_a_house_does_for_all_leaves_its_number_a_house_s(text):
    assert not counting(*marked(text))


@pytest.mark.parametrize("text", BESIDE_SOMEBODY)
@pytest.mark.parametrize("between", ["", " Linen is counted twice a week." * 40])
def test_one_person_in_the_text_makes_all_values_of_houses_count(text, between):
    text, start, end = marked(text.replace(" ", between + " ", 5).replace(between + " ", " ", 4))
    assert counting(text, start, end)


@pytest.mark.parametrize(
    ("other", "carrier", "counts"),
    [
        ("my mum has diabetes", Carrier.MESSAGE, True),
        ("Bed 4 is confused.", Carrier.MESSAGE, True),
        ("smear normal", Carrier.MESSAGE, True),
        ("He needs a refill.", Carrier.TOOL_RESULT, True),
        ("What is the capital of France?", Carrier.MESSAGE, False),
        ("Can patients park at the clinic?", Carrier.MESSAGE, False),
        ("You help the patient with her questions.", Carrier.SYSTEM, False),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_one_person_in_another_message_makes_a_houses_number_count(other, carrier, counts, turned):
    passages = [Passage(other, carrier=carrier), Passage("Contact the eye clinic on 020 7946 0018.")]
    detections = ENGINE.detect(passages[::-1] if turned else passages)
    found = [one for one in detections[0 if turned else 1].findings if one.kind is Kind.PHONE]
    assert [one.counts for one in found] == [counts]


@pytest.mark.parametrize("number", ["0800 555 0199", "1-800-555-0199"])
def test_a_number_that_no_person_is_given_stays_nobodys(number):
    _, detection = ENGINE.detect([Passage("my mum has diabetes"), Passage(f"Contact the eye clinic on {number}.")])
    assert not any(one.counts for one in detection.findings)


def test_what_is_asked_of_many_lines_is_linear_in_them():
    line = "Eye clinic, phone 020 7946 0018, fax 020 7946 0019, open Monday to Friday, 9 to 5.\n"

    def seconds(times: int) -> float:
        text = line * times
        hits = [
            Hit(Kind.PHONE, at + first, at + first + 13, 0.9, Evidence.CUE)
            for at in range(0, len(text), len(line))
            for first in (line.index("020"), line.index("020 7946 0019"))
        ]
        begun = time.process_time()
        assert all(reached(hits, [False] * len(hits), text, somebody=False, to_all=False))
        return time.process_time() - begun

    seconds(20)
    assert seconds(400) < 30 * max(seconds(40), 0.002)
