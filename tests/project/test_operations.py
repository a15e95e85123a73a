"""What an operation or a dialect is stands in one table: nobody else tells them apart."""

from __future__ import annotations

import ast

import pytest

from tests.kit.source import modules, tree

ROOMS = ("gateway/wire/", "gateway/domain/")


@pytest.mark.parametrize("word", ["Operation", "Dialect"])
def test_members_are_named_in_wire_and_domain_only(word):
    named = [
        name
        for name, path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == word
    ]
    assert named
    assert [name for name in named if not name.startswith(ROOMS)] == []


def test_no_one_guesses_a_dialect_from_the_keys_of_a_reply():
    found = [
        f"{name}:{node.lineno}"
        for name, path in modules()
        if not name.startswith(ROOMS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Constant)
        and node.left.value in {"choices", "embed"}
    ]
    assert [place for place in found if not place.startswith("gateway/upstream/litellm/")] == []
