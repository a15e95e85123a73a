"""One table in each form."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET

from gateway.cli.tables import as_csv, bars, markdown, text

TABLE = ("Cost", ("agent", "usd"), [("radiologist", "$0.02"), ("-", "=1+1")])


def test_text_and_markdown_have_every_cell():
    for told in (text([TABLE]), markdown([TABLE])):
        assert all(cell in told for row in TABLE[2] for cell in row)


def test_a_spreadsheet_reckons_nothing():
    rows = list(csv.reader(io.StringIO(as_csv([TABLE]))))
    assert rows == [["table", "agent", "usd"], ["Cost", "radiologist", "$0.02"], ["Cost", "-", "'=1+1"]]


def test_bars_share_one_scale():
    drawn = ET.fromstring(bars("Cost", [("a <b>", [("x", 2.0, "2")]), ("c", [("y", 1.0, "1"), ("z", 0.0, "0")])]))
    widths = [float(one.get("width")) for one in drawn.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert widths == [560.0, 280.0, 1.0]
    ET.fromstring(bars("Nothing", []))
