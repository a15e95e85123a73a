from __future__ import annotations

import base64
import random
import string
import uuid

import pytest

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.engine import Engine
from gateway.phi.find.structure import look

MANY = 10_000
LETTERS = string.ascii_letters + string.digits


def some(rng, size, alphabet=LETTERS):
    return "".join(rng.choices(alphabet, k=size))


ORDINARY = {
    "uuid": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "OpenAI's calls": lambda rng: "call_" + some(rng, 24),
    "calls with a uuid": lambda rng: f"call_{uuid.UUID(int=rng.getrandbits(128), version=4)}",
    "Anthropic's calls": lambda rng: "toolu_01" + some(rng, 22),
    "completions": lambda rng: "chatcmpl-" + some(rng, 29),
    "vLLM's": lambda rng: "chatcmpl-tool-" + some(rng, 32, "0123456789abcdef"),
    "LM Studio's": lambda rng: str(rng.randint(100_000_000, 999_999_999)),
    "Mistral's": lambda rng: some(rng, 9),
    "Kimi's": lambda rng: f"functions.get_patient:{rng.randint(0, 99)}",
    "responses": lambda rng: "resp_" + some(rng, 48, "0123456789abcdef"),
    "ulid": lambda rng: some(rng, 26, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
    "seconds": lambda rng: f"run-{1_600_000_000 + rng.getrandbits(28)}",
    "milliseconds": lambda rng: f"call_{1_600_000_000_000 + rng.getrandbits(38)}",
    "days": lambda rng: f"run-2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}-{rng.randint(0, 9999):04}",
    "seeds": lambda rng: str(rng.getrandbits(31)),
    "temperatures": lambda rng: repr(rng.uniform(0, 2)),
    "signatures": lambda rng: base64.b64encode(rng.randbytes(768)).decode(),
    "signatures for addresses": lambda rng: base64.urlsafe_b64encode(rng.randbytes(768)).decode(),
}


@pytest.mark.parametrize("name", ORDINARY)
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
