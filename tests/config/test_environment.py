from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.environment import substitute, variables
from gateway.document import read

ENVIRON = {"HOST": "10.0.0.1", "EMPTY": "", "NESTED": "${HOST}", "BYTES": "hunter2\udcff", "LINES": "hunter2\n"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("plain", "plain"),
        ("${HOST}", "10.0.0.1"),
        ("http://${HOST}:80/", "http://10.0.0.1:80/"),
        ("${HOST:-other}", "10.0.0.1"),
        ("${UNSET:-other}", "other"),
        ("${UNSET:-}", ""),
        ("${UNSET:-a:-b}", "a:-b"),
        ("${EMPTY:-other}", "other"),
        ("${EMPTY}", ""),
        ("${NESTED}", "${HOST}"),
        ("$${HOST}", "${HOST}"),
        ("$HOST costs $5", "$HOST costs $5"),
        ("${HOST}${EMPTY}x", "10.0.0.1x"),
    ],
)
def test_variables_are_filled_in_as_a_shell_would(text: str, filled: str) -> None:
    document, problems = substitute(read(f"a: '{text}'\n", file="c.yaml"), ENVIRON)
    assert (document.tree, problems) == ({"a": filled}, ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("${UNSET}", "UNSET is not set"),
        ("${BYTES}", "BYTES holds characters"),
        ("${LINES:-x}", "LINES holds characters"),
        ("${}", "without a variable name"),
        ("${1ST}", "without a variable name"),
        ("${A B:-x}", "without a variable name"),
        ("x ${HOST", "without a variable name"),
    ],
)
def test_what_cannot_be_filled_in_is_a_problem_on_its_line(text: str, words: str) -> None:
    _, problems = substitute(read(f"a: 1\nb:\n  - x\n  - '{text}'\n", file="c.yaml"), ENVIRON)
    [problem] = problems
    assert problem.line == 4
    assert words in problem.message
    assert "hunter2" not in problem.message


def test_keys_numbers_and_lines_stay_as_they_are() -> None:
    document = read("a: 1\n'${HOST}': {c: [true, '${HOST}']}\n", file="c.yaml")
    filled, _ = substitute(document, ENVIRON)
    assert filled.tree == {"a": 1, "${HOST}": {"c": [True, "10.0.0.1"]}}
    assert filled.lines == document.lines


@pytest.mark.parametrize(
    ("value", "names"),
    [("${A:-}${B}", ("A", "B")), ("plain", ()), (None, ()), (7, ()), ("$${A}", ()), ("${ }", ())],
)
def test_the_variables_of_a_value_are_known_by_name(value: str | int | None, names: tuple[str, ...]) -> None:
    assert variables(value) == names


@given(st.text(alphabet="${}:-ABx ", max_size=30))
def test_no_value_of_a_variable_is_ever_in_a_problem(text: str) -> None:
    document = read("a: ''\n", file="c.yaml")
    document.tree["a"] = text
    _, problems = substitute(document, {"A": "hunter2", "B": "hunter2"})
    assert all("hunter2" not in str(problem) for problem in problems)
