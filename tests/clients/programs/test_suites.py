"""The SDKs' own tests, as they were published: the gateway stands where their mock server does.

They speak to an address of their own (`TEST_API_BASE_URL`). All that is stateless has to pass; what does not is named here
with its reason, and a name that passes after all fails too.
"""

from __future__ import annotations

from fnmatch import fnmatch

import pytest

from tests.kit.agent_model import acts
from tests.kit.programs import CONFIG, OPENAI2_PYTHON, POLICIES, SUITES, TERMS, cases
from tests.kit.running import running
from tests.kit.servers import UpstreamServer

pytestmark = pytest.mark.programs
KEPT = "it asks for what was stored before, and nothing is"
NO_INPUT = "it sends no `input`, which the API itself refuses too"
OPENAI = {
    "chat.test_completions.test_*_retrieve": KEPT,
    "chat.test_completions.test_*_update": KEPT,
    "chat.test_completions.test_*_list*": KEPT,
    "chat.test_completions.test_*_delete": KEPT,
    "test_completions.test_*_all_params_overload_*": "it wants a `suffix` and an `echo`, and the scripted server only chats",
    "test_models.test_*_delete": "models are the administrator's to delete",
    "test_responses.test_*_retrieve*": KEPT,
    "test_responses.test_*_delete": KEPT,
    "test_responses.test_*_cancel": KEPT,
    "test_responses.test_*_compact*": "a server of OpenAI's that keeps conversations compacts them",
    "test_responses.test_*_create_overload_*": NO_INPUT,
    "test_responses.test_*_all_params_overload_*": KEPT,
    "responses.test_input_tokens.test_*_count": NO_INPUT,
    "responses.test_input_tokens.test_*_all_params": KEPT,
}
ANTHROPIC = {
    "test_messages.test_*_all_params_overload_*": "a `container` is Claude's, and the scripted model is not Claude"
}
SDKS = {
    "openai-2.54.0": (
        OPENAI,
        *(
            "chat/test_completions.py",
            "test_completions.py",
            "test_embeddings.py",
            "test_models.py",
            "test_moderations.py",
            "test_responses.py",
        ),
        "responses/test_input_tokens.py",
    ),
    "anthropic-2.14.0": (ANTHROPIC, "test_messages.py", "test_models.py"),
}
NAMES = '  "omni-moderation-*": judging\n  string: general\n  model_id: general\n  "claude-*": general'
"""The models that the suites ask for."""


@pytest.mark.parametrize("sdk", SDKS)
async def test_the_sdks_own_tests_pass(sdk, tmp_path, tripwire):
    exceptions, *files = SDKS[sdk]
    server = UpstreamServer(acts(), models=["scripted"])
    await server.start()
    tripwire.providers.add(server.port)
    config = CONFIG.format(url=server.base_url, terms=TERMS["premises"]).replace('  "claude-*": general', NAMES)
    config = config.replace("json_schema]", "json_schema, hosted_tools, stored_files, fetch_urls]")
    async with running(tmp_path, config, POLICIES) as gateway:
        tests = ["-k", "loose", *(f"tests/api_resources/{name}" for name in files)]
        ran = await cases(OPENAI2_PYTHON, tests, tmp_path, cwd=SUITES / sdk, TEST_API_BASE_URL=gateway.url)
    await server.stop()
    failed = {_short(name) for name in ran.failed}
    named = {name for name in failed if any(fnmatch(name, pattern) for pattern in exceptions)}
    assert failed == named, ran.said
    assert all(any(fnmatch(name, pattern) for name in failed) for pattern in exceptions)
    assert len(ran.passed) > 15, ran.passed


def _short(name: str) -> str:
    """Without `tests.api_resources` and the class."""
    module, _, test = name.rpartition(".")
    return ".".join([*module.split(".")[2:-1], test])
