from __future__ import annotations

import base64
import random

import pytest

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.engine import Engine, load_engine
from gateway.phi.find.structure import hanging, look
from tests.kit.ordinary import ORDINARY

MANY = 10_000


@pytest.mark.parametrize("name", [name for name in ORDINARY if name != "seeds"])
def test_what_software_makes_at_random_says_nothing(name):
    rng = random.Random(name)
    found = [value for _ in range(MANY) if look(value := ORDINARY[name](rng)).findings]
    assert found == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ssn-912-34-5678", Kind.SSN),
        ("536-22-8417", Kind.SSN),
        ("call_536-22-8417", Kind.SSN),
        ("mrn8675309", Kind.MRN),
        ("call_mrn-8675309", Kind.MRN),
        ("patient_8675309", Kind.MRN),
        ("maria.gonzalez@example.org", Kind.EMAIL),
        ("+1-202-555-0142", Kind.PHONE),
        ("tel:2025550142", Kind.PHONE),
        ("npi-1234567893", Kind.NPI),
        ("dea-BG1234563", Kind.DEA),
        ("4111111111111111", Kind.CARD),
        ("GB82WEST12345698765432", Kind.IBAN),
        ("1HGCM82633A004352", Kind.VEHICLE),
        ("dob-1987-03-04", Kind.DATE),
        ("EqQBCgIYAhIM/mrn-8675309/x", Kind.MRN),
        (base64.b64encode(b"SSN 536-22-8417 of Maria").decode(), Kind.SSN),
        (base64.urlsafe_b64encode(b'{"email":"maria.gonzalez@example.org"}').decode(), Kind.EMAIL),
    ],
)
def test_what_has_a_shape_a_checksum_or_a_word_before_it_is_found(text, kind):
    assert {finding.kind for finding in look(text).findings} == {kind}
    assert all(text[finding.start : finding.end] for finding in look(text).findings)


def test_the_engine_reads_structure_so_and_learns_no_name_from_it():
    passages = [Passage("Seen by Dr. Okafor."), Passage("okafor-536-22-8417", carrier=Carrier.STRUCTURE)]
    [_, found] = Engine().detect(passages)
    assert [finding.kind for finding in found.findings] == [Kind.SSN]
    assert found.unknowns == frozenset()


@pytest.mark.parametrize(
    "said",
    ["Patient Hedwig Orlowska is 64 and lives in Leeds.", "Hedwig Orlowska, breast cancer", "Zoë Müller, MRN 8675309"],
)
def test_a_text_about_somebody_is_no_signature(said):
    """No provider signs with readable text, so what decodes to one is read as any text."""
    engine = load_engine()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(said.encode()).decode()
        [finding] = engine.detect([Passage(text, "", Carrier.STRUCTURE)])[0].findings
        assert (finding.start, finding.end) == (0, len(text))


@pytest.mark.parametrize("said", ["the quick brown fox jumps over", '{"alg": "HS256", "typ": "JWT"}'])
def test_a_text_about_nobody_is_no_finding(said):
    text = base64.b64encode(said.encode()).decode()
    assert not load_engine().detect([Passage(text, "", Carrier.STRUCTURE)])[0].findings


@pytest.mark.parametrize(
    "marked",
    [
        "send_to_«078-05-1120»",
        "x_«078-05-1120»_y",
        "file_«536-22-8417».pdf",
        "call_me_at_«415-555-0132»",
        "to_«(415)555-0132»",
        "nhs_«943_476_5919»",
        "«536_22_8417»_scan",
    ],
)
def test_a_number_with_a_shape_that_hangs_on_a_word_is_found(marked):
    text = marked.replace("«", "").replace("»", "")
    assert (marked.index("«"), marked.index("»") - 1) in [(hit.start, hit.end) for hit in hanging(text)]
    [detection] = load_engine().detect([Passage(f"Please do {text} now.")])
    assert any(finding.counts for finding in detection.findings)


@pytest.mark.parametrize(
    "text",
    [
        *("1_000_000_000", "img_20240115_123456.jpg", "v_1_2_3_4", "port_8080_9090_1234", "id_123456789", "x_1.2.3.4"),
        *("log_2024-01-15_12-33-44.txt", "bench_100_200_3000", "mask_255_255_255_0", "chr1_12345678_12345999"),
    ],
)
def test_numbers_of_programs_that_hang_on_words_are_none(text):
    assert list(hanging(text)) == []
