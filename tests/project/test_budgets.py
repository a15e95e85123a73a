from __future__ import annotations

import ast
import sys
from pathlib import Path

from tests.kit.source import modules, tree

MAX_LINES = 400
MAX_FUNCTION_LINES = 60
ONE_FILE = {"gateway/audit/verify_ledger.py": 600}
"""What auditors take away and run alone may not be divided."""
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "lib"}


def functions(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_a_module_holds_one_idea():
    sizes = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules()}
    assert {name: size for name, size in sizes.items() if size > ONE_FILE.get(name, MAX_LINES)} == {}


def test_a_function_fits_on_a_screen():
    too_long = {
        f"{name}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for name, path in modules()
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    }
    assert too_long == {}


def test_a_module_is_named_after_its_idea():
    names = {name: Path(name).stem for name, _ in modules()}
    drawers = {name for name, stem in names.items() if stem in DRAWERS or "_v2" in stem}
    shadows = {
        name for name, stem in names.items() if stem in sys.stdlib_module_names and stem not in {"__init__", "__main__"}
    }
    assert (drawers, shadows) == (set(), set())


def test_a_module_says_what_it_is_for():
    silent = {name for name, path in modules() if not ast.get_docstring(tree(path)) and path.name != "__init__.py"}
    assert silent == set()
