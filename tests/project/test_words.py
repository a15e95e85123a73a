"""A word of a closed vocabulary does something: what nobody reads is a promise that nobody keeps."""

from __future__ import annotations

import ast
from enum import StrEnum

import pytest

from gateway import domain
from tests.kit.source import modules, tree

VOCABULARIES = [each for each in vars(domain).values() if isinstance(each, type) and issubclass(each, StrEnum)]
NAMED = {
    (node.value.id, node.attr)
    for _, path in modules()
    for node in ast.walk(tree(path))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
}


def test_there_are_vocabularies():
    assert domain.Capability in VOCABULARIES


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda vocabulary: vocabulary.__name__)
def test_every_word_is_named_where_it_does_something(vocabulary):
    assert [word for word in vocabulary if (vocabulary.__name__, word.name) not in NAMED] == []
