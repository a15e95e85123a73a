"""What comes with the package: every configuration is sound, a demonstration sends nothing and leaves nothing behind."""

from __future__ import annotations

import importlib.util

import pytest

from gateway.cli import shipped
from gateway.config import load
from gateway.domain import Adapter
from gateway.upstream.embedded.models import MODELS

OPENS_NOTHING = {Adapter.SCRIPTED, Adapter.EMBEDDED}


def test_the_reference_and_the_policies_are_those_of_the_repository():
    assert shipped.reference().read_text(encoding="utf-8").startswith("# Triage Gateway")
    assert (shipped.policies() / "hipaa.yaml").is_file()


def test_a_demonstration_has_no_provider_that_opens_a_connection(tmp_path):
    with shipped.demonstration(tmp_path) as config:
        settings = load(str(config), {"ANTHROPIC_API_KEY": "sk-somebody", "OPENAI_API_KEY": "sk-somebody"})
    assert {provider.adapter for provider in settings.providers.values()} <= OPENS_NOTHING
    assert [listener.host for listener in settings.listeners] == ["127.0.0.1"]
    assert settings.policy.rules
    assert all(not notes for notes in settings.baa_notes(shipped.today()))


def test_nothing_of_a_demonstration_stays(tmp_path):
    with shipped.demonstration(tmp_path) as config:
        (config.parent / "state" / "ledger.db").write_bytes(b"rows")
    assert not config.parent.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("installed", [True, False])
def test_the_demonstration_models_answer_where_they_are_and_a_script_where_not(installed, tmp_path, monkeypatch):
    for model in MODELS:
        with (tmp_path / model.file).open("wb") as file:
            file.truncate(model.size)
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: installed or None if name == "xllamacpp" else there(name, *rest),
    )
    with shipped.demonstration(tmp_path) as config:
        settings = load(str(config), {})
        assert ("embedded" in settings.providers) is installed
        assert (config.parent / "state" / "models").is_dir() is installed
    assert all((tmp_path / model.file).is_file() for model in MODELS)  # they are somebody's, and were only lent
