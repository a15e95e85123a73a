from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.config.draft import Draft
from gateway.config.schema import ConfigFile
from gateway.document import Document, read, salvage

TEXT = """version: 1
routes:
  good: {targets: [t]}
  bad: 7
agents: [wrong]
default_route: "${ROUTE:-good}"
"""


@pytest.fixture
def draft() -> Draft:
    document: Document = read(TEXT, file="c.yaml")
    config, problems = salvage(ConfigFile, document)
    assert config is not None
    return Draft(config, document, document, list(problems))


def test_misshapen_entries_are_known_by_name(draft: Draft) -> None:
    assert draft.names("routes") == {"good", "bad"}
    assert draft.known("routes", "bad", ("default_route",))
    assert draft.names("agents") == draft.names("nothing") == frozenset()


def test_an_unknown_name_is_a_problem_where_it_is_used(draft: Draft) -> None:
    assert not draft.known("routes", "goood", ("default_route",))
    assert not draft.known("targets", "t", ("routes", "good", "targets", 0))
    assert [str(problem) for problem in draft.problems[-2:]] == [
        "c.yaml:6: There is no route `goood`.\n  Did you mean `good`?",
        "c.yaml:3: There is no target `t`.\n  Define it under `targets:`.",
    ]


@pytest.mark.parametrize(("path", "seen"), [("", ""), ("state", "etc/state"), ("./a/b", "etc/a/b"), ("/abs", "/abs")])
def test_a_relative_path_counts_from_where_the_file_stands(draft: Draft, path: str, seen: str) -> None:
    assert replace(draft, document=replace(draft.document, file="etc/c.yaml")).beside(path) == seen


def test_the_source_of_a_value_still_has_its_variables(draft: Draft) -> None:
    assert draft.source("default_route") == "${ROUTE:-good}"
    assert draft.source("routes", "bad", "targets") is None
    assert draft.source("nothing") is None
