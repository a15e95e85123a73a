"""A kind of server is known in one file: whoever adds one touches `kinds/` and the word in `domain`, and nothing else."""

from __future__ import annotations

import ast

from gateway.domain import ProviderKind
from tests.kit.source import modules, tree

HOME = ("gateway/kinds/", "gateway/domain/")


def named(path):
    """Where one kind is named, and which: `ProviderKind.OLLAMA`, `domain.ProviderKind.OLLAMA`, `ProviderKind("ollama")`."""
    for node in ast.walk(tree(path)):
        whole = node.value if isinstance(node, ast.Attribute) else node.func if isinstance(node, ast.Call) else None
        name = whole.id if isinstance(whole, ast.Name) else whole.attr if isinstance(whole, ast.Attribute) else ""
        if name == "ProviderKind":
            yield node.lineno, ast.unparse(node).removeprefix("ProviderKind.")


def test_a_kind_is_named_in_kinds_and_domain_only():
    found = {name: list(named(path)) for name, path in modules()}
    assert [name for name, lines in found.items() if lines and name.startswith(HOME)]
    assert {name: lines for name, lines in found.items() if lines and not name.startswith(HOME)} == {}


def test_each_kind_is_named_in_one_file_of_its_own():
    homes = [(kind, name) for name, path in modules() if name.startswith(HOME) for _, kind in named(path)]
    assert sorted(homes) == sorted((kind.name, f"gateway/kinds/{kind}.py") for kind in ProviderKind)
