from __future__ import annotations

import ast
from fnmatch import fnmatch
from pathlib import PurePosixPath

from tests.kit.source import ROOT, modules, tree

ELSEWHERE = {
    "gateway/__main__.py": "tests/project/test_documents.py",  # two lines: every documented command goes through them
    "gateway/domain/*.py": "tests/policy",  # values with one-line claims, which the decision tables use
    "gateway/errors.py": "tests/contract",  # every class is rendered there, as a client sees it
    "gateway/app.py": "tests/contract",  # the composition root: every gateway of the contract tests is built by it
    "gateway/api/*.py": "tests/contract",  # HTTP in, HTTP out: a real client is the only judge
    "gateway/pipeline/*.py": "tests/contract",  # the path of a request: judged end to end, over real sockets
    "gateway/upstream/bodies.py": "tests/contract",  # what misbehaving upstreams send is sent there by real ones
    "gateway/upstream/direct/adapter.py": "tests/contract",  # every answer in the contract tests came through it
    "gateway/upstream/port.py": "tests/contract",  # the port and its one failure
    "gateway/phi/find/rules/ages.py": "tests/phi/find/rules/test_dates.py",  # days and ages are read together
    "gateway/phi/find/rules/days.py": "tests/phi/find/rules/test_dates.py",
    "gateway/phi/find/rules/persons.py": "tests/phi/find/rules/test_catalogue.py",  # judged within whole sentences
    "gateway/phi/find/rules/references.py": "tests/phi/find/rules/test_ids.py",  # one table of numbers for both
    "gateway/wire/endpoint.py": "tests/wire/test_operations.py",  # what a row says: every row is tried there
    "gateway/wire/reply.py": "tests/wire/test_operations.py",
    "gateway/wire/writer.py": "tests/contract/test_operations.py",
    **dict.fromkeys(
        (
            *("gateway/wire/openai/chat.py", "gateway/wire/openai/embeddings.py", "gateway/wire/openai/catalogue.py"),
            *("gateway/wire/anthropic/messages.py", "gateway/wire/anthropic/count_tokens.py"),
            *("gateway/wire/ollama/chat.py", "gateway/wire/ollama/generate.py", "gateway/wire/ollama/embed.py"),
        ),
        "tests/contract/test_operations.py",  # the rows themselves: each has a case, as a client meets it
    ),
    "gateway/wire/*/fields.py": "tests/wire/test_paths.py",  # tables of fields: one test walks all dialects
}
"""Modules whose tests stand elsewhere, and where."""


def has_logic(path) -> bool:
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree(path)))


def mirror(name: str) -> str:
    """`gateway/phi/leaf.py` is tested in `tests/phi/test_leaf.py`, a package's own code in `test_init.py`."""
    module = PurePosixPath(name)
    stem = "init" if module.stem == "__init__" else module.stem
    return str(PurePosixPath("tests", *module.parts[1:-1], f"test_{stem}.py"))


def test_every_module_with_logic_has_its_tests_in_the_same_place():
    missing = [
        f"{name} -> {mirror(name)}"
        for name, path in modules()
        if has_logic(path)
        and not (ROOT / mirror(name)).exists()
        and not any(fnmatch(name, pattern) for pattern in ELSEWHERE)
    ]
    assert missing == [], "\n".join(missing)


def test_every_exception_names_modules_and_tests_that_exist():
    names = [name for name, _ in modules()]
    stale = [
        pattern
        for pattern, tests in ELSEWHERE.items()
        if not (ROOT / tests).exists() or not any(fnmatch(name, pattern) for name in names)
    ]
    assert stale == []
