from __future__ import annotations

import dataclasses

import pytest

from gateway.config import Headers, Limits, Settings, parse

TEXT = f"version: 1\ncallers: {{soma: {{key_sha256: {'ab' * 32}}}}}\n"


def test_settings_cannot_be_changed() -> None:
    settings = parse(TEXT, file="c.yaml", environ={})
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.state_dir = "/elsewhere"  # type: ignore[misc]


def test_the_callers_are_those_of_the_keyring() -> None:
    settings = parse(TEXT, file="c.yaml", environ={})
    assert [caller.name for caller in settings.callers] == ["soma"]


def test_an_empty_file_has_the_documented_defaults() -> None:
    settings: Settings = parse("version: 1\n", file="dir/c.yaml", environ={})
    assert (settings.limits, settings.headers) == (Limits(), Headers())
    assert (settings.state_dir, settings.policies) == ("dir/state", "dir/policies")
    assert (settings.ledger_local, settings.scan_deadline_s, settings.auto_fallback) == ("continue", 2.0, True)
