from __future__ import annotations

import re
from pathlib import Path

from gateway import __version__
from gateway.extras import remedy

ROOT = Path(__file__).parents[1]
BY_NAME = re.compile(r"(?:pip|pipx|uv|uvx)\b[^\n`]*\s['\"]?triage[-_]gateway(?:\[|['\"`]|$)")


def test_it_is_had_with_the_wheel_or_from_a_clone():
    told = remedy("redis")
    assert f"'./triage_gateway-{__version__}-py3-none-any.whl[redis]'" in told
    assert "'.[redis]'" in told


def test_nothing_that_we_say_installs_what_a_stranger_may_have_published_under_our_name():
    assert BY_NAME.search("pip install 'triage-gateway[redis]'")
    assert BY_NAME.search("run `pipx install triage-gateway`")
    said = [
        *ROOT.glob("*.md"),
        *ROOT.glob("deploy/**/*"),
        *ROOT.glob("gateway/**/*.py"),
        *ROOT.glob("gateway/**/*.html"),
    ]
    assert [path for path in said if path.is_file() and BY_NAME.search(path.read_text("utf-8"))] == []
