"""The score of a request: what it is made of, in every dialect, and nothing else."""

from __future__ import annotations

import time

import pytest

from bench.complexity import DEVELOPED_ON, scored
from gateway.domain import Complexity
from gateway.routing.complexity import counted, score
from gateway.routing.weights import BASE, WEIGHTS


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
        "What are the main differences between type 1 and type 2 diabetes?",
        "Give me a title for a note on hand hygiene.",
        "Pull the dates out of this text: seen on 3 May, admitted on 9 May, discharged on 12 May, next visit on 30 May.",
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
        "Write a letter to the family doctor after a knee operation: course, changed medicines, when to come back. One page.",
        "Write a Python function that reads a CSV of lab values, skips empty lines, names bad ones, with types and two tests.",
        "Make a table of three ways to cover the night shift with cost, safety and training, then advice in five lines.",
        "Turn the jottings below into minutes with an action table, owners by role, one page.\n\nfalls up, lights broken.",
    ],
)
def test_a_whole_thing_with_a_frame_is_medium_however_much_is_said_of_it(text):
    assert score(said(text)).complexity is Complexity.MEDIUM


def test_what_is_not_settled_is_complex_however_short():
    assert score(said("Why do our two models disagree, and which one is right?")).complexity is Complexity.COMPLEX


def test_an_order_after_a_text_is_read_as_well():
    text = "Read this abstract: it found 12 % fewer falls in one ward. Work out how biased that can be, then design a trial."
    assert score(said(text)).complexity is Complexity.COMPLEX


def test_it_agrees_with_most_of_the_prompts_that_it_was_made_from():
    pairs = [(label, made.complexity.value) for label, made, _ in scored(DEVELOPED_ON)]
    for level in Complexity:
        mine = [made for label, made in pairs if label == level]
        assert len(mine) > 120
        assert mine.count(level.value) / len(mine) > 0.85


def test_the_task_of_a_system_prompt_counts_where_the_user_only_gives_a_text():
    order = {
        "role": "system",
        "content": "You are a report writer. Write a structured report from the findings, with headings and an impression.",
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
    more = {"role": "user", "content": "And for three sites?"}
    assert score({"messages": [more]}).complexity is Complexity.SIMPLE
    assert score({"messages": [hard, {"role": "assistant", "content": "…"}, more]}).complexity is Complexity.COMPLEX


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
        (said("x" * 5_000), "length"),
        (said("x", tools=[{}]), "tools"),
        (said("x", format={"properties": {str(n): {} for n in range(9)}}), "fields of the answer"),
        (said("Why? When? Who?"), "questions"),
        (said("A letter of 100 words."), "a frame"),
        (said("Which of them is right?"), "not settled"),
        (said("Read this note: seen today and again on Monday."), "length of what it is about"),
        (
            {"system": "Be brief. Weigh risks.", "messages": said("Is it safe?")["messages"]},
            "to be thought through, as the system says",
        ),
    ],
)
def test_the_score_says_what_it_is_made_of(tree, name):
    made = score(tree)
    assert name in dict(made.counts)
    assert name in str(made)


def test_each_count_has_its_weights_and_both_sums_are_made_of_them():
    counts = counted(said("Explain and compare."))
    assert counts.keys() == WEIGHTS.keys()
    made = score(said("Explain and compare."))
    assert made.work == pytest.approx(BASE[0] + sum(WEIGHTS[name][0] * count for name, count in counts.items()))
    assert made.thought == pytest.approx(BASE[1] + sum(WEIGHTS[name][1] * count for name, count in counts.items()))


def test_a_long_text_is_not_read_for_long():
    began = time.perf_counter()
    score(said("write a " * 500_000))
    assert time.perf_counter() - began < 5.0
