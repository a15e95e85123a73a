from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.rules import checksums
from gateway.phi.find.rules.issued import RULES, checked
from gateway.phi.find.rules.rule import RuleSet

SET = RuleSet(RULES)


def best(text: str) -> dict[Kind, float]:
    kinds: dict[Kind, float] = {}
    for hit in SET.find(text.encode()):
        kinds[hit.kind] = max(kinds.get(hit.kind, 0), hit.confidence)
    return kinds


def test_a_check_digit_lifts_and_lowers():
    judge = checked(checksums.luhn, otherwise=0.3)
    assert judge("79927398713", "", "") > judge("79927398710", "", "") > 0


@pytest.mark.parametrize("before", ["1.", "a-"])
def test_part_of_a_longer_number_is_none(before):
    assert checked(checksums.luhn)("79927398713", before, "") == 0


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("4111111111111111", Kind.CARD), ("card 1234 5678 9012 3456", Kind.CARD), ("GB82WEST12345698765432", Kind.IBAN), ("IBAN GB00WEST12345698765432", Kind.IBAN),
        ("1HGCM82633A004352", Kind.VEHICLE), ("VIN 1HGCM82633A004353", Kind.VEHICLE), ("BB1388568", Kind.DEA), ("signed KB0012877", Kind.DEA), ("DEA KB0012877 (article 4)", Kind.DEA), ("DEA BB1388567", Kind.DEA), ("NPI 1234567890", Kind.NPI),
        ("Dr. Reyes 1234567893", Kind.NPI), ("1EG4-TE5-MK73", Kind.PLAN_MEMBER), ("plate KXJ-482", Kind.PLATE), ("license plate ABC 123", Kind.PLATE),
        ("fingerprint ID FP-2201", Kind.BIOMETRIC), ("IMG_2031.jpg", Kind.PHOTO), ("headshot portrait_doe.png", Kind.PHOTO), ("(01)00844588003288(21)A99", Kind.DEVICE),
        ("Rego 2HK-8QD", Kind.PLATE), ("scooter number KA 07 EX 5517", Kind.PLATE), ("a blue Honda, KLM-4421", Kind.PLATE), ("reg AB12 CDE", Kind.PLATE), ("Car in alley, KTR 228, locked", Kind.PLATE), ("handwriting exemplar HWX-314", Kind.BIOMETRIC), ("/media/x/full-face_Obi.tif", Kind.PHOTO), ("Kennzeichen HH-AB 123 blockiert die Zufahrt", Kind.PLATE),
        ("Palm-vein enrollment done, template id PV-8B2C-0011", Kind.BIOMETRIC), ("photograph attached /media/ent/obi_postop.png", Kind.PHOTO),
    ],
)  # fmt: skip
def test_a_cue_or_a_check_digit_is_enough(text, kind):
    assert best(text)[kind] > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112", "1111111111111111", "GB00WEST12345698765432", "1HGCM82633A004353", "IT Service Desk KB0012877, updated", "BB1388567", "1234567893", "plate with 6 screws", "agar plate 1",
        "logo.png", "figure2.png", "facial pain 4", "retinal scan 2 weeks ago", "fingerprint whorls", "car seat, 12 kg", "vehicle control, 0.9% saline", "handwriting got smaller", "123-45-67890", "1-123-45-6789", "iris", "assets/img/logo.png", "email template id 12345", "550e8400-e29b-41d4-a716-446655440000",
    ],
)  # fmt: skip
def test_neither_is_not(text):
    assert best(text) == {}
