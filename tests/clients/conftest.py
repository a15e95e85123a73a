"""A gateway as its users run it, in a process of its own, before a scripted backend: what the client suites talk to."""

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from tests.kit.ports import free_port

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
KEY = "sk-client-suite"
START_S = 60.0
CONFIG = """
version: 1
server: {{port: {port}, max_body_mb: 24}}
state_dir: {folder}/state
policies: {folder}/policies
listeners:
  - {{port: {open_port}, keys: none}}
callers:
  suite: {{key_sha256: {digest}}}
providers:
  backend: {{kind: openai_compatible, base_url: "http://127.0.0.1:{backend}/v1", traits: [on_prem]}}
  claude:  {{kind: anthropic, via: direct, base_url: "http://127.0.0.1:{backend}", api_key: none, traits: [on_prem]}}
  gone:    {{kind: openai_compatible, base_url: "http://127.0.0.1:{nobody}/v1", traits: [on_prem]}}
targets:
  scripted: {{provider: backend, model: scripted, capabilities: [vision, tools, json_schema, files]}}
  vectors:  {{provider: backend, model: vectors, capabilities: [embeddings]}}
  ears:     {{provider: backend, model: whisper, capabilities: [transcriptions]}}
  judge:    {{provider: backend, model: judge, capabilities: [moderations]}}
  signed:   {{provider: claude, model: claude-real, capabilities: [vision, tools]}}
  gone:     {{provider: gone, model: gone}}
routes:
  chat:      {{targets: [scripted]}}
  signed:    {{targets: [signed]}}
  down:      {{targets: [gone]}}
  embedding: {{targets: [vectors], operation: embeddings}}
  hearing:   {{targets: [ears], operation: transcriptions}}
  judging:   {{targets: [judge], operation: moderations}}
agents:
  radiologist:   {{route: chat, match: {{system_contains: expert radiologist}}}}
  documentation: {{route: chat}}
aliases:
  "claude-*": chat
  "gpt-*": chat
  "qwen3:32b": chat
  clinical-model: chat
  fast-model: chat
  embedding-model: embedding
  text-embedding-3-small: embedding
default_route: chat
default_embedding_route: embedding
"""


def wait_for(url, process, log):
    """Until `url` answers 200; fails with what the process said."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=1, trust_env=False).status_code == 200:
                return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)
            break
    pytest.fail(f"nothing answers at {url}:\n{log.read_text()[-4000:]}")


def stop(process):
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """`url` takes no key, `keyed_url` wants `key`; `backend_url` is the scripted server behind both."""
    folder = tmp_path_factory.mktemp("clients")
    (folder / "policies").mkdir()
    ports = {name: free_port() for name in ("port", "open_port", "backend", "nobody")}
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    (folder / "config.yaml").write_text(CONFIG.format(**ports, folder=folder, digest=digest))
    log = folder / "log"
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment["PYTHONPATH"] = str(ROOT)
    with log.open("w") as out:
        commands = [
            [sys.executable, str(ROOT / "tests/kit/backend.py"), str(ports["backend"])],
            [sys.executable, "-m", "gateway", "serve", "--config", str(folder / "config.yaml")],
        ]
        processes = [
            subprocess.Popen(command, stdout=out, stderr=out, env=environment, cwd=folder) for command in commands
        ]
    try:
        backend, gateway = (f"http://127.0.0.1:{ports[name]}" for name in ("backend", "port"))
        wait_for(f"{backend}/seen", processes[0], log)
        wait_for(f"{gateway}/ready", processes[1], log)
        yield SimpleNamespace(
            url=f"http://127.0.0.1:{ports['open_port']}", keyed_url=gateway, key=KEY, backend_url=backend, log=log
        )
    finally:
        for process in reversed(processes):
            stop(process)


@pytest.fixture(scope="session")
def gateway_url(served):
    """The address of a listener that takes no key."""
    return served.url


@pytest.fixture
def seen(served):
    """Asks the backend what it saw last."""
    return lambda: httpx.get(f"{served.backend_url}/seen", trust_env=False).json()


@pytest.fixture
def cancelled(served, seen):
    """Whether the backend notices one more hang-up than before, within ten seconds."""
    wanted = seen()["cancelled"] + 1
    return lambda: httpx.get(f"{served.backend_url}/cancelled/{wanted}", trust_env=False).json()


@pytest.fixture
def png():
    """A picture of one pixel, 70 bytes, in base64."""
    return PNG
