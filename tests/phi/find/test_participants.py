from __future__ import annotations

import random

import pytest

from gateway.phi.find.participants import called, speaks, stored
from tests.kit.ordinary import ORDINARY

SOMEBODY = [
    "Brandvold",
    "brandvold",
    "ottilie_brandvold",
    "OttilieBrandvold",
    "ottiliebrandvold",
    "o.brandvold",
    "Maria",
    "maria-g",
    "gonzalez",
    "jdoe1962",
    "p19610314",
    "pt_88213047",
    "4155550132",
    "88213047",
]
A_PROGRAM = [
    *("assistant", "user", "planner", "critic", "agent_1", "code_reviewer", "billing_bot", "example_user", "user_proxy"),
    *("supervisor", "weather_agent", "sql_expert", "triage", "claude", "gpt-4o", "WebSurfer", "FileSurfer", "chat_manager"),
    *("MagenticOneOrchestrator", "math_tutor", "fact_checker", "summarizer", "Coder", "ComputerTerminal", "session-41"),
    *("run_20261130", "step_1764496800", "nurse_bot", "reranker", "search-agent-v2", "codereview", "TravelPlanner", "u1", "Verifier"),
]  # fmt: skip
IN_AN_ID = {
    "4155550132": "4155550132",
    "call_4155550132": "4155550132",
    "+14155550132": "14155550132",
    "88213047": "88213047",
    "msg_078051120": "msg_078051120",
    "19610314": "19610314",
    "p19610314": "p19610314",
    "Garcia.Maria": "Garcia.Maria",
    "garcia_maria": "garcia_maria",
    "call_ottilie_brandvold": "ottilie_brandvold",
    "call_garcia": "garcia",
    "Garcia": "Garcia",
}
NOBODY = [
    *("call_1", "call_get_weather_0", "functions.get_weather:0", "weather_1", "call_12345678", "123456789", "1764496800"),
    *("run_20261130_01", "tool_0_search_docs", "call_20261130", "step-planner", "ID_0001", "list_issues", "msg_hello"),
]  # fmt: skip


@pytest.mark.parametrize("name", SOMEBODY)
def test_a_name_beside_a_message_is_somebodys_unless_it_says_a_task(name):
    assert [(hit.start, hit.end) for hit in speaks(name)] == [(0, len(name))]


@pytest.mark.parametrize("name", A_PROGRAM)
def test_programs_that_take_part_are_nobody(name):
    assert list(speaks(name)) == []


@pytest.mark.parametrize(("text", "value"), IN_AN_ID.items())
def test_an_id_that_is_a_number_or_a_name_is_somebodys(text, value):
    assert value in {text[hit.start : hit.end] for hit in called(text)}


@pytest.mark.parametrize("text", NOBODY)
def test_an_id_that_a_program_made_is_nobodys(text):
    assert list(called(text)) == []


def test_no_id_made_at_random_is_called_after_somebody():
    rng = random.Random(5)
    for name in ORDINARY:
        if name != "seeds":  # whose field is read as a number
            assert [made for _ in range(2_000) if any(called(made := ORDINARY[name](rng)))] == []


@pytest.mark.parametrize(
    "marked",
    [
        "feature/fix-«garcia-maria»-chart",
        "git push origin hotfix/«joan-pettigrew»-allergy",
        "branch: bugfix/«maria_garcia»_discharge",
        "s3://scans/«pettigrew_joan»/",
        "upload to s3://imaging/«haddad-amira»-ct.zip",
        "gs://bucket/2024/«Garcia-Maria».pdf",
    ],
)
def test_who_a_branch_or_a_file_in_a_store_is_called_after_is_somebody(marked):
    text = marked.replace("«", "").replace("»", "")
    assert [(hit.start, hit.end) for hit in stored(text)] == [(marked.index("«"), marked.index("»") - 1)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "feature/add-login",
            "fix/jackson-parser-bump",
            "s3://logs/2024/01/",
            "release/jasmine-2.0",
            "feature/dark-mode",
        ),
        *(
            "feature/grace-period-config",
            "fix/victoria-metrics-chart",
            "gs://dbt/stanford-corenlp/",
            "chore/bump-jest-dom",
        ),
        *("feature/austin-houston-sync", "docs/florence-nightingale-intro", "fix/hamilton-jacobi-solver", "a/b"),
    ],
)
def test_what_branches_and_stores_are_otherwise_called_is_nobody(text):
    assert list(stored(text)) == []
