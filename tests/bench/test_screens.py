from __future__ import annotations

from bench.screens import FRESH, NAMES, PICTURES, digest
from tests.kit.source import ROOT


def test_the_pictures_of_the_console_are_of_the_pages_as_they_are():
    assert FRESH.read_text(encoding="utf-8").strip() == digest(), "run `make screens`"


def test_every_picture_is_there_in_light_and_dark_and_small_enough_for_a_page():
    wanted = {f"{name}{end}.png" for name in NAMES for end in ("", "-dark")}
    assert {path.name for path in PICTURES.glob("*.png")} == wanted
    assert all(path.stat().st_size < 200_000 for path in PICTURES.glob("*.png"))
    assert "bench/pictures/live.png" in (ROOT / "README.md").read_text(encoding="utf-8")
