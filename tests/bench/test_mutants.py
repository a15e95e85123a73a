from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from bench import mutants
from tests.kit.source import ROOT


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("a < b", "a <= b"),
        ("a >= b", "a > b"),
        ("a == b", "a != b"),
        ("a in b", "a not in b"),
        ("a is b", "a is not b"),
        ("a and b", "a or b"),
        ("a if b else c", "a if not b else c"),
        ("True", "False"),
        ("7", "8"),
    ],
)
def test_one_thing_is_changed(line, changed):
    [made] = mutants.changes(ast.parse(line, mode="eval").body)
    assert ast.unparse(made) == changed


@pytest.mark.parametrize("line", ["a + b", "'text'", "f(x)", "a < b < c", "lambda a: a"])
def test_what_has_no_opposite_stays(line):
    assert list(mutants.changes(ast.parse(line, mode="eval").body)) == []


def test_every_mutant_of_the_pure_core_differs_from_it_in_a_name_of_its_own():
    path = ROOT / "gateway" / "policy" / "decide.py"
    made = mutants.mutants_of(path)
    assert len(made) > 20
    assert len({mutant.name for mutant in made}) == len(made)
    assert len({mutant.source for mutant in made}) == len(made)
    assert ast.unparse(ast.parse(path.read_text(encoding="utf-8"))) not in {mutant.source for mutant in made}


TRIAL = """
from bench import mutants
path = mutants.ROOT / "gateway/routing/price.py"
as_it_is = mutants.Mutant(path, "as it is", path.read_text(encoding="utf-8"))
broken = mutants.Mutant(path, "broken", "raise ImportError")
for mutant, caught in mutants.outcomes([as_it_is, broken], workers=2):
    print(mutant.name, caught)
"""


def test_a_mutant_that_its_tests_notice_is_caught_and_the_module_as_it_is_passes():
    run = subprocess.run([sys.executable, "-c", TRIAL], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(run.stdout.splitlines()) == {"as it is False", "broken True"}
