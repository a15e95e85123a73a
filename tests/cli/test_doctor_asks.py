from __future__ import annotations

import pytest

from gateway.cli.doctor_asks import keys, models, prometheus
from gateway.cli.doctor_looks import State
from gateway.config import parse
from tests.kit.ports import unused_port
from tests.kit.running import one_route

SEEN = {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [0, "1"]}]}}


def settings(text):
    return parse(text, file="config.yaml", environ={})


async def test_models_that_are_there_are_one_line(upstream):
    server = await upstream(models=["test-model", "test-vectors"])
    [found] = await models(settings(one_route(server)))
    assert found.state is State.OK


async def test_a_model_that_is_missing_fails_and_a_server_that_is_off_is_one_line(upstream):
    server = await upstream(models=["test-model"])
    [found] = await models(settings(one_route(server)))
    assert (found.state, "test-vectors" in found.says, "embedding" in found.says) == (State.FAIL, True, True)
    server.port = unused_port()
    [found] = await models(settings(one_route(server)))
    assert (found.state, "general, embedding" in found.says) == (State.WARN, True)


async def test_a_prometheus_is_asked_whether_it_scrapes_and_knows_the_alerts(upstream):
    nowhere = settings("version: 1\n")
    silent = await prometheus(nowhere, f"http://127.0.0.1:{unused_port()}")
    assert (silent.state, "make observe" in silent.remedy) == (State.WARN, True)
    server = await upstream(tells=("/api/v1/query", SEEN))
    found = await prometheus(nowhere, f"http://127.0.0.1:{server.port}")
    assert (found.state, "rule_files" in found.remedy) == (State.WARN, True)
    server.tells = ("/api/v1/query", {"status": "success", "data": {"result": []}})
    found = await prometheus(nowhere, f"http://127.0.0.1:{server.port}")
    assert (found.state, "does not scrape" in found.says) == (State.WARN, True)


async def test_no_cloud_is_asked_unless_somebody_says_so(upstream):
    server = await upstream()
    text = f'version: 1\nproviders: {{far: {{kind: openai_compatible, base_url: "{server.base_url}", api_key: k}}}}\n'
    [quiet] = await keys(settings(text), online=False)
    assert (quiet.state, "--online" in quiet.says) == (State.OK, True)
    [asked] = await keys(settings(text), online=True)
    assert (asked.state, asked.says) == (State.OK, "far takes its key")
    assert server.sent == []  # a list was read, and nothing was sent


@pytest.mark.parametrize("kind", ["bedrock", "litellm"])
async def test_a_cloud_without_a_free_call_is_not_tried(kind):
    params = {"bedrock": "{region: eu-central-1}", "litellm": "{}"}[kind]
    text = f"version: 1\nproviders: {{far: {{kind: {kind}, api_key: k, params: {params}}}}}\n"
    found = await keys(settings(text), online=True)
    assert {one.state for one in found} == {State.OK}
