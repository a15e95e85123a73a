"""Prices out of LiteLLM's file."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal

import pytest

from gateway.config import load
from gateway.config import prices as published
from gateway.domain import Price, ProviderKind

SONNET = (ProviderKind.ANTHROPIC, "claude-sonnet-4-5-20250929")
MINI = (ProviderKind.OPENAI, "gpt-4o-mini")


def test_known_cloud_models_have_their_published_prices():
    prices = published.load([SONNET, MINI, (ProviderKind.OPENAI, "text-embedding-3-small")])

    assert prices[SONNET] == Price(Decimal(3), Decimal(15), Decimal("0.3"), Decimal("3.75"))
    assert prices[MINI] == Price(Decimal("0.15"), Decimal("0.6"), Decimal("0.075"))
    assert prices[ProviderKind.OPENAI, "text-embedding-3-small"].input_usd_per_mtok == Decimal("0.02")


def test_a_model_nobody_knows_is_absent_and_a_local_one_is_not_looked_up():
    assert published.load([(ProviderKind.ANTHROPIC, "no-such-model"), (ProviderKind.OLLAMA, "gpt-4o-mini")]) == {}


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"input_cost_per_token": 0.0, "output_cost_per_token": 0.0},
        {"input_cost_per_token": 1e-6},
        {"input_cost_per_token": "1e-6", "output_cost_per_token": 1e-6},
        {"input_cost_per_token": -1e-6, "output_cost_per_token": 1e-6},
        {"input_cost_per_token": True, "output_cost_per_token": 1e-6},
        {"input_cost_per_second": 0.1},
        "a string",
    ],
)
def test_an_entry_without_token_prices_is_no_price_and_never_zero(tmp_path, entry):
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"gpt-4o-mini": entry}))

    assert published.load([MINI], path=path) == {}


@pytest.mark.parametrize("text", ["[]", "<html>"])
def test_a_file_that_is_no_map_is_an_error(tmp_path, text):
    path = tmp_path / "prices.json"
    path.write_text(text)

    with pytest.raises(ValueError, match=r"."):
        published.load([MINI], path=path)


def test_azure_is_looked_up_under_its_own_name(tmp_path):
    path = tmp_path / "prices.json"
    plain = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
    path.write_text(json.dumps({"gpt-4o": plain, "azure/gpt-4o": plain | {"input_cost_per_token": 3e-6}}))

    prices = published.load([(ProviderKind.AZURE, "gpt-4o")], path=path)

    assert prices[ProviderKind.AZURE, "gpt-4o"] == Price(Decimal(3), Decimal(2))


def test_litellm_is_not_imported():
    code = (
        "import sys; from gateway.domain import ProviderKind; from gateway.config import prices as published;"
        "assert published.load([(ProviderKind.OPENAI, 'gpt-4o-mini')]); assert 'litellm' not in sys.modules"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr


def test_no_file_means_no_prices(monkeypatch):
    monkeypatch.setattr(published, "find_file", lambda: None)

    assert published.load([MINI]) == {}


CONFIG = """
version: 1
providers:
  cloud: {kind: openai, api_key: k}
targets:
  free: {provider: cloud, model: gpt-4o-mini}
  own: {provider: cloud, model: gpt-4o-mini, price: {input_usd_per_mtok: 1, output_usd_per_mtok: 2}}
  odd: {provider: cloud, model: nobody-knows-it}
routes:
  chat: {targets: [free, own, odd]}
"""


def test_a_published_price_fills_in_where_the_configuration_names_none(tmp_path):
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "policies").mkdir()

    settings = published.priced(load(str(tmp_path / "config.yaml"), {}))

    costs = [target.price and target.price.input_usd_per_mtok for target in settings.table.routes["chat"].targets]
    assert costs == [Decimal("0.15"), Decimal(1), None]
    assert tuple(settings.targets.values()) == settings.table.routes["chat"].targets
