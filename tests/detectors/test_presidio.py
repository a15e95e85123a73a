from __future__ import annotations

import importlib.util

import pytest

from gateway.detectors.presidio import Presidio, PresidioMissing
from gateway.domain import Kind, Passage

INSTALLED = importlib.util.find_spec("presidio_analyzer") is not None


@pytest.mark.skipif(INSTALLED, reason="the extra is installed")
def test_without_the_extra_it_says_how_to_install_it():
    with pytest.raises(PresidioMissing, match=r"whl\[presidio\]"):
        Presidio()


@pytest.fixture(scope="module")
def presidio():
    pytest.importorskip("presidio_analyzer")
    return Presidio()


def test_it_finds_what_its_patterns_know(presidio):
    text = "Card 4111111111111111, mail jane@doe.org"
    (detection,) = presidio.detect([Passage(text)])
    assert {(Kind.CARD, "4111111111111111"), (Kind.EMAIL, "jane@doe.org")} <= {
        (one.kind, text[one.start : one.end]) for one in detection.findings
    }
    assert {Kind.CARD, Kind.EMAIL} <= presidio.covers
    assert presidio.version.startswith("presidio-2")


@pytest.mark.parametrize("text", ["", " ", "\ud800", "a\u0301" * 50, "What is the dose of metformin?"])
def test_any_text_gets_an_answer(presidio, text):
    assert len(presidio.detect([Passage(text)])) == 1
