"""`gateway report usage`, as somebody types it, over a record that a ledger wrote."""

from __future__ import annotations

import json

import pytest

from gateway.cli import main
from gateway.domain import Destination, Outcome, Usage
from gateway.state.sqlite.ledger import Ledger
from gateway.testing import RecordingSink
from tests.kit.rows import WORDS, make_outcome


@pytest.fixture
def report(tmp_path):
    ledger = Ledger(tmp_path / "state", words={*WORDS, "pacs"}, sink=RecordingSink())
    usage = Usage(100, 20, reported=True)
    for number in range(3):
        ledger.settle(make_outcome(number, usage=usage, cost_nano_usd=1_500_000, energy_nwh=None))
    ledger.settle(make_outcome(3, usage=usage, cost_nano_usd=None, energy_nwh=250_000_000, caller="pacs"))
    ledger.close()

    def run(*arguments):
        return main(["report", "usage", *arguments, "--state-dir", str(tmp_path / "state")])

    return run


def test_sums_are_told_by_whom(report, capsys):
    assert report("--json") == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "caller": "pacs",
        "requests": 1,
        "input_tokens": 100,
        "output_tokens": 20,
        "usd": "0",
        "wh": "0.25",
        "unpriced": 1,
    }
    assert (second["requests"], second["input_tokens"], second["usd"]) == (3, 300, "0.0045")


@pytest.mark.parametrize("by", ["caller", "agent", "route"])
def test_they_are_told_as_a_table_too(report, capsys, by):
    assert report("--by", by, "--since", "2000-01-01") == 0
    _, header, *rows = capsys.readouterr().out.splitlines()
    assert header.split()[0] == by
    assert sum(int(row.split()[1]) for row in rows) == 4


def test_what_ended_before_or_after_is_left_out(report, capsys):
    assert report("--json", "--since", "2200-01-01") == 0
    assert report("--json", "--until", "2000-01-01") == 0
    said = capsys.readouterr()
    assert said.out.strip() == ""
    assert said.err.splitlines() == [
        "The record has no answer since 2200-01-01 00:00 UTC to tell of.",
        "The record has no answer before 2000-01-01 00:00 UTC to tell of.",
    ]


def test_a_record_that_is_not_there_is_said(capsys, tmp_path):
    assert main(["report", "usage", "--state-dir", str(tmp_path)]) == 1
    assert "no record" in capsys.readouterr().err


CONFIG = """
version: 1
providers:
  toy: {kind: scripted, traits: [on_prem]}
  cloud: {kind: openai, api_key: k}
targets:
  toy: {provider: toy, model: toy}
  there: {provider: cloud, model: large, price: {input_usd_per_mtok: 3, output_usd_per_mtok: 15}}
routes:
  toy: {targets: [toy]}
agents: {pathologist: {route: toy}, radiologist: {route: toy}}
default_route: toy
pricing: {tariff_usd_per_kwh: 0.15}
"""


@pytest.fixture
def analysed(tmp_path):
    """A record of two agents, each of which answered twice, at home."""
    words = {*WORDS, "radiologist"}
    ledger = Ledger(tmp_path / "state", words=words, sink=RecordingSink())
    for number, agent in enumerate(["pathologist", "radiologist"] * 2):
        outcome = make_outcome(
            number,
            agent=agent,
            target="fast",
            usage=Usage(1000, 800 if agent == "pathologist" else 350, reported=True),
            destination=Destination.LOCAL,
            outcome=Outcome.OK,
            cost_nano_usd=150_000,
            energy_nwh=1_000_000_000,
            duration_us=49_600_000 if agent == "pathologist" else 19_600_000,
            overhead_us=4_000,
            first_token_us=1_000_000,
        )
        ledger.settle(outcome)
    ledger.close()
    (tmp_path / "policies").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG)

    def run(what, *arguments):
        state = ("--state-dir", str(tmp_path / "state"))
        return main(["report", what, *arguments, "--config", str(tmp_path / "config.yaml"), *state])

    return run


def test_the_table_of_the_founding_documents_comes_out_of_the_record(analysed, capsys, tmp_path):
    assert analysed("cost", "--by", "agent", "--json") == 0
    *agents, whole = map(json.loads, capsys.readouterr().out.splitlines())
    assert [one["agent"] for one in agents] == ["pathologist", "radiologist"]
    assert whole["one_analysis"] == {
        "as it was": "0.000300000",
        "cloud only": f"{(2 * 1000 * 3 + 1150 * 15) / 10**6:.9f}",
        "hybrid": "0.000300000",
        "full local": "0.000300000",
    }
    assert analysed("cost", "--since", "2000-01-01", "--svg", str(tmp_path / "cost.svg")) == 0
    out = capsys.readouterr().out
    assert "1,000 a month" in out
    assert "$23.25" in out  # 1,000 by the cloud
    assert (tmp_path / "cost.svg").read_text().startswith("<svg")


def test_a_cloud_that_has_no_price_is_said(analysed, capsys):
    assert analysed("cost", "--cloud", "toy") == 1
    assert "no target toy" in capsys.readouterr().err


def test_latency_and_the_stages_of_the_pipeline(analysed, capsys, tmp_path):
    assert analysed("latency", "--json") == 0
    first, _ = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["agent"], first["answers"], first["p50_s"], first["p95_s"]) == ("pathologist", 2, 49.6, 49.6)
    assert (first["first_token_p50_s"], first["overhead_p50_s"], first["tokens_per_s"]) == (1.0, 0.004, 16.13)
    assert analysed("latency", "--markdown", "--svg", str(tmp_path / "latency.svg")) == 0
    out = capsys.readouterr().out
    assert "| one after the other | 69.2 s |" in out
    assert "| radiologist and pathologist at the same time | 49.6 s |" in out
    assert analysed("latency", "--csv") == 0
    assert capsys.readouterr().out.startswith("table,agent,answers,p50")
