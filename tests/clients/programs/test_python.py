"""Agents' frameworks and SDKs of Python. Each script of `python/` and `openai2/` prints what every way of asking came to."""

from __future__ import annotations

import pytest

from tests.kit.agent_model import MRN
from tests.kit.programs import HERE, OPENAI2, last_line, python_of, run

pytestmark = pytest.mark.programs
SCRIPTS = sorted([*(HERE / "python").glob("use_*.py"), *OPENAI2.glob("use_*.py")])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem.removeprefix("use_"))
async def test_a_framework_uses_a_tool_and_says_what_it_learnt(script, place, tmp_path):
    asking = str(HERE / "python")  # what all scripts share
    ways = last_line(await run([python_of(script), str(script)], place, tmp_path / "home", PYTHONPATH=asking))
    assert ways, "the script tried nothing"
    for way, said in ways.items():
        assert MRN in said, (way, said)
    place.hold()
