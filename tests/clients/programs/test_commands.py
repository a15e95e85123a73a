"""Programs of the command line that ask in a way of their own: aider, and promptfoo over each dialect."""

from __future__ import annotations

import json

import pytest

from tests.kit.agent_model import MRN
from tests.kit.programs import AIDER, PROMPTFOO, installed, run

pytestmark = pytest.mark.programs
TASK = f"What is the potassium of the patient with MRN {MRN}?"
PROVIDERS = [
    "openai:chat:gpt-4o-mini",
    "openai:responses:gpt-4o-mini",
    "anthropic:messages:claude-sonnet-4-20250514",
    "ollama:chat:llama3.2:3b",
]


@pytest.mark.parametrize("model", ["openai/gpt-4o-mini", "anthropic/claude-sonnet-4-20250514"])
async def test_aider_answers(model, place, tmp_path):
    aider = installed(AIDER, "make clients")
    command = [aider, "--model", model, "--chat-mode", "ask", "--no-git", "--yes-always", "--message", TASK]
    quiet = ["--no-check-update", "--no-show-model-warnings", "--no-show-release-notes", "--analytics-disable"]
    told = await run([*command, *quiet], place, tmp_path / "home")
    assert f"No tool was used for {MRN}" in told.replace("\n", " ")
    place.hold()


async def test_promptfoo_asks_every_dialect(place, tmp_path):
    promptfoo = installed(PROMPTFOO, "make clients")
    home = tmp_path / "home"
    home.mkdir()
    wanted = {"type": "contains", "value": MRN}
    suite = {"prompts": [TASK], "providers": PROVIDERS, "tests": [{"assert": [wanted]}]}
    (home / "suite.json").write_text(json.dumps(suite))
    command = [promptfoo, "eval", "-c", "suite.json", "-o", "told.json", "--no-cache", "--no-progress-bar"]
    silent = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1", "PROMPTFOO_CONFIG_DIR": str(home)}
    await run(command, place, home, **silent, OLLAMA_BASE_URL=place.gateway.url)
    results = json.loads((home / "told.json").read_text())["results"]["results"]
    assert [result["success"] for result in results] == [True] * len(PROVIDERS)
    place.hold()
