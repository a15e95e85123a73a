"""LangChain's standard tests, which every integration of it has to pass: each of its chat models and embeddings for us."""

from __future__ import annotations

import os

import pytest

from tests.kit.agent_model import acts
from tests.kit.programs import CONFIG, HERE, POLICIES, PYTHON, TERMS, cases
from tests.kit.running import running
from tests.kit.servers import UpstreamServer

pytestmark = pytest.mark.programs
SCRIPT = HERE / "python" / "standard_langchain.py"
# One event loop: the clients that LangChain shares between models keep their connections, which end with their loop.
ONE_LOOP = ["--asyncio-mode=auto", "-o", "asyncio_default_test_loop_scope=session"]


async def test_langchains_standard_tests_pass(tmp_path, tripwire):
    server = UpstreamServer(acts(), models=["scripted"])
    await server.start()
    tripwire.providers.add(server.port)
    config = CONFIG.format(url=server.base_url, terms=TERMS["premises"]).replace("json_schema]", "json_schema, files]")
    async with running(tmp_path, config, POLICIES) as gateway:
        addresses = {"OPENAI_BASE_URL": gateway.v1, "ANTHROPIC_BASE_URL": gateway.url, "OLLAMA_HOST": gateway.url}
        keys = {"OPENAI_API_KEY": "sk-none", "ANTHROPIC_API_KEY": "sk-none"}
        ran = await cases(
            PYTHON,
            ["-c", os.devnull, *ONE_LOOP, SCRIPT.name],
            tmp_path,
            cwd=SCRIPT.parent,
            **addresses,
            **keys,
        )
    await server.stop()
    assert ran.failed == set(), ran.said
    assert len(ran.passed) > 100, ran.said
