from __future__ import annotations

import json

import pytest

from bench.complexity import scored, tree_of


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
