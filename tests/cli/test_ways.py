"""What answers cost, and would have cost elsewhere; what nobody can say stays unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.cli.ways import one_analysis, ways
from gateway.config import load
from gateway.state.sqlite.usage import Answered

CONFIG = """
version: 1
policies: {folder}
providers:
  local: {{kind: ollama, base_url: "http://127.0.0.1:1", traits: [on_prem]}}
  cloud: {{kind: openai, api_key: k}}
targets:
  here: {{provider: local, model: small}}
  there: {{provider: cloud, model: large, price: {{input_usd_per_mtok: 1, output_usd_per_mtok: 10}}}}
routes:
  images: {{targets: [here, there]}}
  reports: {{targets: [there, here]}}
agents: {{radiologist: {{route: images}}, report-writer: {{route: reports}}}}
default_route: images
{more}
"""
HERE = Answered("radiologist", "here", True, 2, 2000, 0, 200, 0, 0, 4_000_000_000, 2, 10)
THERE = Answered("report-writer", "there", False, 1, 1000, 0, 100, 2_000_000, 1, 0, 0, 10)


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "policies").mkdir()

    def made(more="pricing: {tariff_usd_per_kwh: 0.5}"):
        (tmp_path / "config.yaml").write_text(CONFIG.format(folder=tmp_path / "policies", more=more))
        return load(str(tmp_path / "config.yaml"), {})

    return made


def usd(listed, name):
    return next(one.usd for one in listed if one.name == name)


def test_each_way_by_what_was_recorded(settings):
    listed = ways([HERE, THERE], settings(), baseline=None)
    # a thousand tokens in and a hundred out are 0.002 dollars; a token made here took 0.02 Wh, and a Wh costs 0.0005
    assert usd(listed, "radiologist") == {
        "as it was": None,  # nobody priced it
        "cloud only": Decimal("0.002"),
        "hybrid": Decimal("0.001"),
        "full local": Decimal("0.001"),
    }
    assert usd(listed, "report-writer") == {
        "as it was": Decimal("0.002"),
        "cloud only": Decimal("0.002"),
        "hybrid": Decimal("0.002"),
        "full local": Decimal("0.001"),
    }
    assert one_analysis(listed) == {
        "as it was": None,
        "cloud only": Decimal("0.004"),
        "hybrid": Decimal("0.003"),
        "full local": Decimal("0.002"),
    }


@pytest.mark.parametrize(
    ("answers", "more", "way"),
    [
        ([HERE], "", "full local"),  # no tariff
        ([THERE], "pricing: {tariff_usd_per_kwh: 0.5}", "full local"),  # nothing was ever made here
        ([], "", "as it was"),
    ],
)
def test_what_nobody_can_say_is_unknown_and_never_free(settings, answers, more, way):
    assert one_analysis(ways(answers, settings(more), baseline=None))[way] is None
