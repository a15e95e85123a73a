"""A whole gateway in this process, before scripted providers: what the tests of the facades ask."""

import io

import httpx
import pytest

from gateway.app import build
from gateway.config import load
from gateway.observability.logs import Style

CONFIG = """
version: 1
server: {{commit_s: 0.01}}
state_dir: {folder}/state
policies: {folder}/policies
providers:
  good:   {{kind: scripted, traits: [on_prem], params: {{reply: "Hello, {{echo}}", chunk: "3"}}}}
  broken: {{kind: scripted, traits: [on_prem], params: {{reply: Half an answer, fault: broken}}}}
  slow:   {{kind: scripted, traits: [on_prem], params: {{fault: hang}}}}
targets:
  good:    {{provider: good, model: scripted, capabilities: [vision, tools], context: 4096}}
  broken:  {{provider: broken, model: scripted}}
  slow:    {{provider: slow, model: scripted}}
  vectors: {{provider: good, model: vectors, capabilities: [embeddings]}}
routes:
  chat:      {{targets: [good]}}
  broken:    {{targets: [broken]}}
  slow:      {{targets: [slow], first_token_s: 0.1}}
  embedding: {{targets: [vectors], operation: embeddings}}
default_route: chat
default_embedding_route: embedding
"""


@pytest.fixture
async def asked(tmp_path):
    """A client of a gateway that runs until the test ends."""
    (tmp_path / "policies").mkdir()
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG.format(folder=tmp_path))
    gateway = build(load(str(file), {}), environ={}, log_style=Style.JSON, stream=io.StringIO())
    await gateway.start()
    transport = httpx.ASGITransport(gateway.fronts()[0])
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        yield client
    await gateway.stop()
