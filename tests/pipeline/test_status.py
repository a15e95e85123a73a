"""A target is ready, or there is one reason why not, the gravest first; a route answers by those that are ready."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.config import load
from gateway.events import Cause
from gateway.pipeline.status import Known, State, seen
from gateway.ports import Probed

DAY = date(2026, 12, 1)
CONFIG = """
version: 1
policies: {policies}
providers:
  local: {{kind: ollama, base_url: "http://127.0.0.1:1", traits: [on_prem]}}
  cloud: {{kind: openai, api_key: k}}
  off: {{kind: anthropic, api_key: ""}}
targets:
  here: {{provider: local, model: small}}
  there: {{provider: cloud, model: large}}
  never: {{provider: off, model: claude}}
routes:
  general: {{targets: [here, there, never]}}
default_route: general
"""
RULE = (
    "version: 1\nrules: [{id: r, why: Only by contract., when: {to: {without: [on_prem]}}, then: {require: [baa]}}]\n"
)


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "r.yaml").write_text(RULE)
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG.format(policies=tmp_path / "policies"))
    return load(str(file), {})


def states(settings, **known):
    targets, routes = seen(settings, Known(**known), day=DAY)
    return {name: one.state for name, one in targets.items()}, routes["general"].tree()


def test_what_is_known_decides(settings):
    now, route = states(settings)
    assert now == {"here": State.READY, "there": State.KEPT_BACK, "never": State.OFF}
    assert (route["answers"], route["by"]) == (True, ["here"])
    assert route["why_not"] == ["there: Only by contract.", "never: off: " + settings.providers["off"].off]


@pytest.mark.parametrize(
    ("known", "state", "why"),
    [
        ({"health": {"local": Probed(up=False)}}, State.DOWN, "ollama serve"),
        ({"failing": {"here": 7.4}}, State.LEFT_ALONE, "7 s more"),
        ({"health": {"local": Probed(up=False, cause=Cause.REFUSED)}}, State.DOWN, "no answer at http://127.0.0.1:1: "),
        ({"health": {"local": Probed(up=False, cause=Cause.TLS)}}, State.DOWN, "no answer (tls) at "),
        ({"health": {"local": Probed(up=False, cause=Cause.BAD_REPLY)}}, State.DOWN, "perhaps another program's, at"),
        ({"health": {"local": Probed(up=False, cause=Cause.KEY_REFUSED)}}, State.DOWN, "wants another `api_key`"),
        ({"health": {"local": Probed(up=False, cause=Cause.CONNECT_TIMEOUT)}}, State.DOWN, "silence of whatever"),
        ({"key_refused": {"here": 401}}, State.KEY_REFUSED, "answered 401 when it was last asked: give the provider"),
        ({"key_refused": {"here": 402}}, State.KEY_REFUSED, "used up"),
        ({"forwards": lambda target: target.name == "here"}, State.KEPT_BACK, "Only by contract."),
        ({"health": {"local": Probed(up=False)}, "failing": {"here": 7.4}}, State.DOWN, "ollama serve"),
    ],
)
def test_the_gravest_reason_is_told(settings, known, state, why):
    now, route = states(settings, **known)
    assert (now["here"], route["answers"]) == (state, False)
    assert why in route["why_not"][0]


def test_what_is_in_memory_is_told_where_it_is_known(settings):
    targets, _ = seen(settings, Known(loaded={"here": False}), day=DAY)
    assert (targets["here"].loaded, targets["there"].loaded) == (False, None)
