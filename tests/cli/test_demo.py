"""The tour, as somebody sees it who has nothing but the command."""

from __future__ import annotations

import json

import pytest

from gateway.cli import main
from gateway.cli.demo import PATIENT, QUESTION


@pytest.fixture
def tour(tmp_path, monkeypatch, capsys):
    """What it prints, run in an empty folder, which is still empty afterwards."""
    monkeypatch.chdir(tmp_path)

    def run(*options):
        assert main(["demo", *options]) == 0
        assert list(tmp_path.iterdir()) == []
        return capsys.readouterr().out

    return run


def test_the_same_prompt_goes_elsewhere_with_an_identifier_in_it(tour):
    told = json.loads(tour("--json"))
    nobody, patient, signed, here = told["stops"]
    assert (nobody["target"], nobody["decision"], nobody["left"]) == ("cloud", "permitted", QUESTION)
    assert (patient["target"], patient["left"]) == ("hospital", "")
    assert patient["decision"] == "trait_missing"
    assert "provider with a BAA" in patient["why"]
    assert (signed["target"], signed["decision"]) == ("signed-cloud", "redacted")
    assert "Lopez" not in signed["left"]
    assert "8675309" not in signed["left"]
    assert "[MRN_" in signed["left"]
    assert PATIENT + QUESTION in signed["answer"]  # the values are back
    assert here["target"] == "demo-chat"
    scripted = [one for one in (nobody, patient, signed) if "scripted answer" in one["answer"]]
    assert len(scripted) == 3  # what is no model is not called one
    assert not any("Lopez" in row or "8675309" in row for row in told["record"])


def test_for_people_it_is_in_colours_only_where_somebody_looks(tour, monkeypatch):
    plain = tour()
    assert "\x1b" not in plain
    assert "went to    hospital, on the premises" in plain
    assert "left       nothing" in plain
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert "\x1b[33mredacted" in tour()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in tour()
