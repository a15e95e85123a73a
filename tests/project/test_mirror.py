from __future__ import annotations

import ast
from pathlib import PurePosixPath

from tests.project.source import ROOT, modules, tree

ELSEWHERE = {
    "gateway/__main__.py": "tests/cli: two lines that call `cli.main`",
    "gateway/errors.py": "tests/contract: every class of it is rendered there, on every endpoint",
    "gateway/domain.py": "values without behaviour of their own, used by every test",
}
"""Modules whose tests stand elsewhere, and where or why."""


def has_logic(path) -> bool:
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree(path)))


def mirror(name: str) -> str:
    """`gateway/phi/restore.py` is tested in `tests/phi/test_restore.py`, a package in `test_<package>.py` within it."""
    module = PurePosixPath(name)
    stem = module.parent.name if module.stem == "__init__" else module.stem
    return str(PurePosixPath("tests", *module.parts[1:-1], f"test_{stem}.py"))


def test_every_module_with_logic_has_its_tests_in_the_same_place():
    missing = {
        name: mirror(name)
        for name, path in modules()
        if has_logic(path) and name not in ELSEWHERE and not (ROOT / mirror(name)).exists()
    }
    assert missing == {}


def test_the_list_of_exceptions_names_only_modules_that_exist():
    assert set(ELSEWHERE) <= {name for name, _ in modules()}
