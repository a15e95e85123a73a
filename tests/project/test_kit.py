from __future__ import annotations

from pathlib import Path

from tests.kit.source import ROOT, imports, reaches

TESTS = [path for path in sorted((ROOT / "tests").rglob("*.py")) if "node_modules" not in path.parts]


def test_what_two_test_files_need_stands_in_the_kit():
    """A test file or a `conftest.py` that others import cannot be moved, split or deleted by whoever owns it."""
    assert len(TESTS) > 100
    borrowed = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in TESTS
        for name in imports(path)
        if reaches({name}, "tests") and Path(*name.split(".")).parts[:2] != ("tests", "kit") and name != "tests"
    }
    assert borrowed == set()
