"""The coding agents that most people use, with a shell as their tool."""

from __future__ import annotations

import pytest

from tests.kit.agent_model import MRN
from tests.kit.programs import NODE, installed, run

pytestmark = pytest.mark.programs
TASK = f"Find the potassium of the patient with MRN {MRN} by running a command, and tell me."


async def test_claude_code_runs_a_command_and_tells_what_it_said(place, tmp_path):
    claude = installed(NODE / "claude", "make clients")
    told = await run([claude, "-p", TASK, "--allowedTools", "Bash"], place, tmp_path / "home")
    assert f"The tool said: potassium of {MRN}" in told
    place.hold()


async def test_claude_code_goes_on_with_a_conversation(place, tmp_path):
    claude = installed(NODE / "claude", "make clients")
    await run([claude, "-p", TASK, "--allowedTools", "Bash"], place, tmp_path / "home")
    again = await run([claude, "-p", "--continue", "And again, please."], place, tmp_path / "home")
    assert MRN in again
    place.hold()


async def test_codex_runs_a_command_and_tells_what_it_said(place, tmp_path):
    codex = installed(NODE / "codex", "make clients")
    command = [codex, "exec", "--skip-git-repo-check", "--sandbox", "danger-full-access"]
    command += ["-c", f'openai_base_url="{place.gateway.v1}"', TASK]
    told = await run(command, place, tmp_path / "home", CODEX_API_KEY="sk-none")
    assert f"The tool said: potassium of {MRN}" in told or MRN in told
    place.hold()
