from __future__ import annotations

import random

import pytest

from gateway.domain import Carrier, Kind, Passage
from gateway.phi.find.engine import load_engine
from gateway.phi.find.hit import Evidence, Hit
from gateway.phi.find.model.made import at_random
from tests.kit.ordinary import ORDINARY

ENGINE = load_engine()
IDS = ["OpenAI's calls", "Anthropic's calls", "completions", "vLLM's", "responses", "ulid", "seconds", "milliseconds", "days", "signatures"]  # fmt: skip
TEXTS = ["{}", "The value is {} as logged.", "id={}", '{{"id": "{}"}}', "const x = '{}';"]


def counted(text):
    [said] = ENGINE.detect([Passage(text, "", Carrier.MESSAGE)])
    return [finding for finding in said.findings if finding.counts]


@pytest.mark.parametrize("name", IDS)
def test_ids_that_software_makes_are_nobodys_in_a_text(name):
    """Some look like another thing by chance, and one in twenty may: most did before."""
    rng = random.Random(name)
    texts = [text.format(ORDINARY[name](rng)) for text in TEXTS for _ in range(20)]
    assert len([text for text in texts if counted(text)]) <= len(texts) // 20


@pytest.mark.parametrize(
    "text",
    [
        "id=8675309",
        "call_2025550142",
        "toolu_8675309",
        "patient_id=8675309",
        "MRN8675309 of her chart",
        "/srv/app/patients/mrn/8675309/notes/of/the/day/and/of/the/night/in/the/ward.txt",
        "mrn_a1b2c3d4e5f6g7h8i9, MRN: A1B2C3D4E5F6G7",
    ],
)
def test_a_number_that_may_be_somebodys_counts_as_before(text):
    assert counted(text)


def test_a_cue_of_its_own_is_believed_outside_of_the_token():
    text = "MRN: toolu_01wDK7oJqHTiDRaVzFLXdFcx"
    assert not at_random(Hit(Kind.MRN, 5, len(text), 0.98, Evidence.CUE, patient=True), text)
