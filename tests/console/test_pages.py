from __future__ import annotations

import re

import pytest
from jinja2 import UndefinedError

from gateway.console import pages
from gateway.console.live import filled

EVIL = "<img src=x onerror=alert(1)>\"'&"


def test_a_name_is_text_wherever_it_stands():
    row = filled({"caller": EVIL, "agent": EVIL, "route": EVIL, "target": EVIL, "found": [EVIL], "request_id": EVIL})
    made = pages.part("row.html", {"row": row, "fresh": True})
    assert "<img" not in made
    assert made.count("&lt;img") >= 6
    assert 'href="/console/story/&lt;img src=x onerror=alert(1)&gt;&#34;&#39;&amp;"' in made


@pytest.mark.parametrize("path", sorted(pages.FOLDER.glob("*.html")), ids=lambda path: path.name)
def test_no_template_runs_styles_or_trusts_anything_in_place(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:|\|\s*safe|autoescape", text)
    assert "http://" not in text
    assert "https://" not in text


def test_what_a_template_asks_for_in_vain_is_a_mistake():
    with pytest.raises(UndefinedError):
        pages.page("failed.html", {"visitor": None, "form": ""})


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (pages.dollars(0.0), "$0"),
        (pages.dollars(0.00042), "$0.0004"),
        (pages.dollars(0.000000001), "< $0.0001"),
        (pages.dollars(12.345), "$12.35"),
        (pages.dollars(""), "–"),
        (pages.watt_hours(0.01234), "0.0123 Wh"),
        (pages.watt_hours(0.00004), "< 0.001 Wh"),
        (pages.watt_hours(2500), "2.5 kWh"),
        (pages.watt_hours(0), "0 Wh"),
        (pages.watt_hours(None), "–"),
        (pages.seconds(0.0123), "12.3 ms"),
        (pages.seconds(0.5), "500 ms"),
        (pages.seconds(12.3), "12.3 s"),
        (pages.seconds(""), "–"),
        (pages.clock(1_700_000_000_000_000), "22:13:20"),
        (pages.moment(1_700_000_000_000_000), "2023-11-14 22:13:20"),
        (pages.moment(0), "–"),
        (pages.short("a" * 64), "a" * 12),
        (pages.short(""), "–"),
        (pages.count(1234567), "1,234,567"),
        (pages.count(""), "–"),
    ],
)
def test_numbers_are_written_for_people(made, text):
    assert made == text
