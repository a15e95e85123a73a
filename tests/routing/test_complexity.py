"""The score of a request: what it is made of, in every dialect, and nothing else."""

from __future__ import annotations

import time

import pytest

from bench.complexity import DEVELOPED_ON, scored
from gateway.domain import Complexity
from gateway.routing.complexity import score


def said(text: str, **more) -> dict:
    return {"messages": [{"role": "user", "content": text}], **more}


@pytest.mark.parametrize(
    "text",
    [
        "Classify the intent of this message as scheduling, refill or other: 'I need a new inhaler'.",
        "What is the normal range of potassium?",
        "Extract all drug names from: aspirin 81 mg, lisinopril 10 mg.",
        "Translate 'good morning' into Spanish.",
        "Answer yes or no: does the note mention a fever?",
        "Convert 98.6 F to Celsius.",
        "Hello.",
        "",
    ],
)
def test_a_small_question_is_simple(text):
    assert score(said(text)).complexity is Complexity.SIMPLE


@pytest.mark.parametrize(
    "text",
    [
        "Give a differential diagnosis for a week of fever, weight loss and night sweats, and justify each step.",
        "Compare three designs of a queue for a clinic's lab results and discuss their trade-offs.",
        "Draft a comprehensive discharge plan for an adult after hip surgery.",
        "Debug this function, then refactor it:\n```python\ndef f(): ...\n```",
        "Analyse the attached trial and critically appraise its methods.",
    ],
)
def test_work_to_think_through_is_complex(text):
    assert score(said(text)).complexity is Complexity.COMPLEX


@pytest.mark.parametrize(
    "text",
    [
        "Draft a polite email that moves the appointment from Tuesday to Thursday.",
        "What are the main differences between type 1 and type 2 diabetes?",
        "Write a Python function that validates a phone number.",
        "Explain in plain language what an MRI is.",
        'Rewrite the following for a lay audience: "There is restricted diffusion, and so an acute infarction."',
    ],
)
def test_a_piece_of_ordinary_work_is_medium(text):
    assert score(said(text)).complexity is Complexity.MEDIUM


def test_it_agrees_with_the_prompts_that_it_was_made_with():
    pairs = [(label, made.complexity.value) for label, made, _ in scored(DEVELOPED_ON)]
    for level in Complexity:
        mine = [made for label, made in pairs if label == level]
        assert len(mine) > 150
        assert mine.count(level.value) / len(mine) > 0.97


def test_the_task_of_a_system_prompt_counts_where_the_user_only_gives_a_text():
    order = {
        "role": "system",
        "content": "You are a report writer. Write a report from the findings that you are given.",
    }
    findings = {"role": "user", "content": "Liver cyst of 12 mm. No lymph nodes."}
    assert score({"messages": [order, findings]}).complexity is Complexity.MEDIUM
    assert score({"system": order["content"], "messages": [findings]}).complexity is Complexity.MEDIUM


def test_a_text_that_is_only_to_be_labelled_is_simple_whatever_it_says():
    order = {"role": "system", "content": "Classify the intent. Reply with one word only."}
    hard = {"role": "user", "content": "Compare both designs, discuss their trade-offs and justify a migration plan."}
    assert score({"messages": [hard]}).complexity is Complexity.COMPLEX
    assert score({"messages": [order, hard]}).complexity is Complexity.SIMPLE


def test_a_short_turn_goes_on_with_what_was_asked_before():
    hard = {
        "role": "user",
        "content": "Design a queue for lab results, discuss the trade-offs and justify each choice.",
    }
    turns = [hard, {"role": "assistant", "content": "…"}, {"role": "user", "content": "And for three sites?"}]
    assert score({"messages": turns}).complexity is Complexity.MEDIUM
    assert "what was asked before" in dict(score({"messages": turns}).points)


@pytest.mark.parametrize(
    "tree",
    [
        said("Evaluate and compare both."),
        {
            "system": "s",
            "messages": [{"role": "user", "content": [{"type": "text", "text": "Evaluate and compare both."}]}],
        },
        {"input": "Evaluate and compare both."},
        {"input": [{"role": "user", "content": [{"type": "input_text", "text": "Evaluate and compare both."}]}]},
        {"prompt": "Evaluate and compare both."},
    ],
)
def test_every_dialect_has_the_same_score(tree):
    assert score(tree) == score(said("Evaluate and compare both."))


def test_only_what_the_user_said_last_is_read_for_words():
    tree = {
        "messages": [
            {"role": "system", "content": "Analyse, compare and justify step by step."},
            {"role": "user", "content": "Evaluate this."},
            {"role": "assistant", "content": "A comprehensive differential …"},
            {"role": "user", "content": "Thank you."},
        ]
    }
    assert score(tree).complexity is Complexity.SIMPLE


@pytest.mark.parametrize(
    ("tree", "name"),
    [
        (said("x" * 5_000), "size"),
        ({"messages": [{"role": "user", "content": "x"}] * 9}, "turns"),
        (said("x", tools=[{}]), "tools"),
        (said("x", format={"properties": {str(n): {} for n in range(9)}}), "form"),
        (said("Write:\n1. a\n2. b\n3. c"), "several steps"),
        (said("Why? When? Who?"), "several questions"),
        (said("x ```y```"), "code"),
    ],
)
def test_the_score_says_what_it_is_made_of(tree, name):
    made = score(tree)
    assert name in dict(made.points)
    assert name in str(made)
    assert made.total == sum(points for _, points in made.points)


def test_a_long_text_is_not_read_for_long():
    began = time.perf_counter()
    score(said("write a " * 500_000))
    assert time.perf_counter() - began < 5.0
