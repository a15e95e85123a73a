"""The architecture page against the tree: every package on the map, every law with a test that exists, numbers in order."""

from __future__ import annotations

import re
from pathlib import Path

from bench import floors

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "gateway" / "ARCHITECTURE.md"
PAGES = ("ARCHITECTURE.md", "FIELDS.md")
TEXT = PAGE.read_text(encoding="utf-8")


def section(title):
    return TEXT.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_every_part_of_the_gateway_is_on_the_map():
    parts = {path.name for path in (ROOT / "gateway").iterdir() if path.name not in {"__init__.py", "py.typed", *PAGES}}
    named = set(re.findall(r"`(\w+)(?:/|\.py)?`", section("The map")))
    assert {Path(part).stem for part in parts if not part.startswith("__pycache__")} - named == set()


def test_the_picture_shows_the_floors_as_they_are():
    assert floors.page() == TEXT, "run `python bench/floors.py --write`"
    assert all(part in floors.picture() for part in ("policy", "wire", "domain"))


def test_the_glossary_is_in_order_and_says_something_of_each_word():
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", section("The map").split("### Words", 1)[1], re.MULTILINE)[2:]
    assert len(rows) >= 20
    assert [word for word, _ in rows] == sorted((word for word, _ in rows), key=str.lower)


def test_every_command_is_on_the_map():
    parts = {
        "__init__",
        "picture",
        "readable",
        "audit_check",
        "audit_migrate",
        "audit_read",
        "place",
        "rows",
        "bench_agents",
        "bench_tables",
        "tables",
        "ways",
        "asked",
        "policy_sides",
        "wider",
        "nearby",
        "doctor_asks",
        "doctor_looks",
        "doctor_shared",
        "running",
    }
    commands = {path.stem for path in (ROOT / "gateway" / "cli").glob("*.py")} - parts
    assert commands - set(re.findall(r"`(\w+)`", section("The map"))) == set()


def test_every_module_of_the_path_exists():
    named = set(re.findall(r"(?<![\w<])(?:\w+/)+\w+\.py", section("One request")))
    assert [name for name in named if not (ROOT / "gateway" / name).is_file()] == []


def test_every_law_is_held_by_a_test_that_exists():
    laws = re.findall(r"^\| (\d+)\. .*\| (.*) \|$", section("The laws"), re.MULTILINE)
    assert [int(number) for number, _ in laws] == list(range(1, 12))
    for number, tests in laws:
        files = [PAGE.parent / target for target in re.findall(r"\]\((\.\./tests/[^)]+)\)", tests)]
        assert files, number
        assert [str(file) for file in files if not file.is_file()] == [], number


def test_decisions_are_numbered_in_order_and_dated():
    decisions = re.findall(r"^(\d+)\. \*\*(\d{4}-\d{2}-\d{2})\. ", section("Decisions"), re.MULTILINE)
    assert [int(number) for number, _ in decisions] == list(range(1, len(decisions) + 1))
    assert len(decisions) == len(re.findall(r"^\d+\. ", section("Decisions"), re.MULTILINE))
    assert [date for _, date in decisions] == sorted(date for _, date in decisions)


def test_a_decision_that_no_longer_holds_names_the_later_one():
    blocks = re.split(r"(?m)^(?=\d+\. )", section("Decisions"))
    noted = [
        (int(block.split(".")[0]), int(later))
        for block in blocks[1:]
        for later in re.findall(r"\*(?:In part superseded|Superseded|Made more exact) by (\d+)", block)
    ]
    assert noted
    assert [pair for pair in noted if not pair[0] < pair[1] < len(blocks)] == []


def test_every_link_of_the_documents_leads_somewhere():
    names = ("README.md", "policies/README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
    pages = [PAGE, *(ROOT / name for name in names)]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))]
    local = [(page, link) for page, link in links if "://" not in link]
    assert [(page.name, link) for page, link in local if not (page.parent / link).exists()] == []
