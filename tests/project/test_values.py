"""Values of the pure core are values: nobody changes one after it was made, and none has room for what it does not name."""

from __future__ import annotations

import ast

from tests.kit.source import modules, tree

PURE = ("policy", "phi", "outbound", "routing", "wire", "kinds", "domain")
GROWING = {
    "Element", "Node", "Tree",  # a document while it is read
    "Stream", "_Call", "_Item",  # an answer while it is written
}  # fmt: skip
"""What is filled piece by piece, by the one who made it."""


def flags():
    """Every dataclass of the pure core, and the flags that it sets."""
    for module, path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and module.removeprefix("gateway/").partition("/")[0] in PURE:
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "dataclass":
                        yield node.name, {word.arg for word in decorator.keywords if ast.unparse(word.value) == "True"}
                    elif ast.unparse(decorator) == "dataclass":
                        yield node.name, set()


def test_every_dataclass_of_the_pure_core_is_frozen_and_closed():
    made = list(flags())
    assert len(made) > 50
    assert {name for name, set_ in made if "frozen" not in set_} == GROWING
    assert [name for name, set_ in made if "slots" not in set_] == []
