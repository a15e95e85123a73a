from __future__ import annotations

import pytest

from gateway.domain import Passage
from gateway.phi.find.engine import load_engine

ANYBODY = [
    *("Thanks Claude!", "thanks, Claude", "Hi Claude, write a haiku", "Hey Siri", "Claude, please summarise this.", "hey claude"),
    *("Use John Doe as the name", 'name: "Jane Doe"', '{"name":"John Doe","age":30}', "Max Mustermann", "Lorem Ipsum"),
    *("Order #88214", "Order #88214 has not arrived", "invoice 2024-0012", "ticket #4412", "See comment #1204412"),
    *("test user Jane Roe", "INSERT INTO users VALUES ('John Doe')", "ping ff:ff:ff:ff:ff:ff", "MAC 00:00:5E:00:53:01"),
]  # fmt: skip
SOMEBODY = [
    "Claude Dubois has a cough",
    "Hi Claude, your biopsy was clear",
    "Dear Claude, the scan is fine",
    "Claude, 54, fell at home",
    "Thanks Claude for bringing her in",
    "John Doe, MRN 88213047, was admitted",
    "patient Jane Doe, bed 4, unresponsive",
    "John Doe needs metformin",
    "Order #88214 for patient Tveit",
    "Order #88214: warfarin for the resident",
    "device 3C:5A:B4:19:0E:7D",
]


def counts(text):
    (detection,) = load_engine().detect([Passage(text)])
    return any(finding.counts for finding in detection.findings)


@pytest.mark.parametrize("text", ANYBODY)
def test_what_stands_for_anybody_does_not_count_where_nobody_is_in_care(text):
    assert not counts(text)


@pytest.mark.parametrize("text", SOMEBODY)
def test_the_same_counts_beside_care(text):
    assert counts(text)
