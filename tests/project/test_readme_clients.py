"""The README's table of clients against the suites that run them: no row without a suite, no suite without a row."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SUITES = ROOT / "tests" / "clients"
NOT_CLIENTS = {"test_node.py", "test_same.py"}
"""What runs the Node scripts, and what compares clients with and without the gateway, is no client of its own."""


def rows():
    """Cells of the table that begins with `client`."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = re.search(r"^\| client \|.*\n\| -.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1].splitlines()]


def named(row):
    return [ROOT / target for target in re.findall(r"\]\(([^)]+)\)", row[-1])]


def test_every_row_says_what_to_set_and_names_suites_that_exist():
    assert len(rows()) > 10
    for row in rows():
        assert len(row) == 3, row
        assert row[1], row
        assert named(row), row
        assert [path for path in named(row) if not (path.is_file() and path.is_relative_to(SUITES))] == [], row


def test_every_suite_has_a_row():
    suites = {*SUITES.glob("test_*.py"), *SUITES.glob("node/*.test.mjs")}
    wanted = {path for path in suites if path.name not in NOT_CLIENTS}
    assert wanted - {path for row in rows() for path in named(row)} == set()
