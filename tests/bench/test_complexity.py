from __future__ import annotations

import json

import pytest

from bench.complexity import DEVELOPED_ON, WRITTEN_TO, fitted, labelled, left_out, scored, table, tree_of, write
from gateway.routing.complexity import counted
from gateway.routing.weights import BASE, WEIGHTS


@pytest.mark.parametrize(
    "line",
    [
        {"prompt": "Hello."},
        {"text": "Hello."},
        {"request": "Hello."},
        {"messages": [{"role": "user", "content": "Hello."}]},
        {"request": {"messages": [{"role": "user", "content": "Hello."}]}},
    ],
)
def test_a_request_is_read_in_every_form(line):
    assert tree_of(line) == {"messages": [{"role": "user", "content": "Hello."}]}


def test_labels_and_scores_stand_side_by_side(tmp_path):
    lines = [
        {"label": "Simple", "prompt": "Hello."},
        {
            "label": "complex",
            "prompt": "Compare both designs, their risks and trade-offs, and justify a migration plan.",
        },
    ]
    file = tmp_path / "labelled.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    assert [(label, made.complexity.value) for label, made, _ in scored(file)] == [
        ("simple", "simple"),
        ("complex", "complex"),
    ]


@pytest.fixture(scope="module")
def made_from():
    labels, trees = zip(*labelled(DEVELOPED_ON), strict=True)
    return labels, [counted(tree) for tree in trees]


def test_the_weights_are_those_that_the_prompts_give(made_from, tmp_path):
    base, weights = fitted(*made_from)
    assert base == pytest.approx(BASE, abs=0.02)
    assert {name: pytest.approx(pair, abs=0.02) for name, pair in weights.items()} == WEIGHTS
    written = tmp_path / "weights.py"
    write((BASE, dict(WEIGHTS)), written)
    assert written.read_text(encoding="utf-8") == WRITTEN_TO.read_text(encoding="utf-8")


def test_prompts_that_were_left_out_are_mostly_right_too(made_from):
    pairs = left_out(*made_from)
    assert pairs.total() == len(made_from[0])
    assert sum(count for (label, said), count in pairs.items() if label == said) / pairs.total() > 0.87
    assert "agrees with" in table(pairs)
