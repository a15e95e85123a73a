from __future__ import annotations

import re

from gateway.console.assets import FOLDER, address, assets


def test_all_files_together_are_small():
    """Measured on the wire, where nothing is compressed: 60 KB with the heaviest page."""
    assert sum(len(one.content) for one in assets().values()) < 40_000


def test_an_address_changes_with_the_content_and_is_kept_for_ever(monkeypatch):
    assert re.fullmatch(r"/console/static/console\.css\?v=[0-9a-f]{12}", address("console.css"))


async def test_they_are_served_to_whoever_is_not_signed_in_and_nothing_else_is(keyed):
    async with keyed.client() as client:
        for name, one in assets().items():
            answer = await client.get(address(name))
            assert (answer.status_code, answer.content) == (200, one.content)
            assert answer.headers["content-type"] == one.kind
            assert "immutable" in answer.headers["cache-control"]
        for name in ("../console.py", "%2e%2e/console.py", "console.py", ""):
            assert (await client.get(f"/console/static/{name}")).status_code in {401, 404}


def test_the_script_asks_nobody_else_and_makes_no_code_of_text():
    for path in FOLDER.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|eval\(|new Function|setTimeout\(\s*[\"']|@import|url\(", text), path.name
