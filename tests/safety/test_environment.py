"""What stands in the environment by chance reaches no vendor, and has no key of a TLS connection written down."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.servers import says
from tests.kit.source import ROOT

READS = re.compile(r"""(?:environ|getenv|get_secret\w*)[\w.]*[(\[]+\s*(?:secret_name=)?["']([A-Z][A-Z0-9_]+)""")
TELLS = re.compile(
    r"ORG|PROJECT|HEADER|USER|APP|SITE|REFERER|TITLE|AGENT|TEAM|TENANT|ACCOUNT|CUSTOM|TAG|NAME|EMAIL|_ID"
)
"""Parts of names of variables that say who asks."""
NO_TEXT = re.compile(
    r"TIMEOUT|SIZE|LIMIT|COUNT|SECONDS|MAX|MIN|INTERVAL|RATIO|TTL|FREQUENCY|DEFAULT_|SSL|CERT|TOKENS|LOG"
)
"""Parts of names of variables that hold numbers, paths and settings, on which the import would fail."""
SEND = """
import asyncio, sys
from gateway.domain import Operation, ProviderKind
from gateway.kinds import vendors
from gateway.testing import RecordingSink
from gateway.upstream.litellm.adapter import LiteLlm
from gateway.upstream.port import AttemptFailed
from tests.kit.vendors import ASKED, outbound_of, provider_of

async def main(base_url):
    adapter = LiteLlm(networks=list, events=RecordingSink(), on_import=list)
    models = [("openai", "m"), *(("litellm", f"{name}/m") for name in sorted(vendors.CHAT))]
    for kind, model in models:
        for operation, payload in {"chat": ASKED, "embeddings": {"input": "a"}}.items():
            provider = provider_of(ProviderKind(kind), base_url=base_url)
            try:
                await adapter.send(outbound_of(payload, provider, model=model, operation=Operation(operation)))
            except AttemptFailed:
                pass
    await adapter.aclose()

asyncio.run(main(*sys.argv[1:]))
"""


def variables() -> dict[str, str]:
    """Every variable that LiteLLM and the clients under it read and that may tell who asks, each with a word of its own."""
    found: set[str] = set()
    for package in ("litellm", "openai"):
        for path in Path(importlib.util.find_spec(package).origin).parent.rglob("*.py"):
            found.update(READS.findall(path.read_text(encoding="utf-8")))
    told = {name: f"canary-{name.lower()}" for name in found if TELLS.search(name) and not NO_TEXT.search(name)}
    return told | {"OPENAI_CUSTOM_HEADERS": "x-canary: canary-openai_custom_headers"}


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


async def test_no_variable_of_the_environment_is_told_to_a_vendor(upstream):
    """`OPENAI_ORGANIZATION` and its like: who asks is said by the configuration, or by nobody."""
    canaries = variables()
    assert {"OPENAI_ORGANIZATION", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OR_SITE_URL"} <= set(canaries)
    server = await upstream(says("Hello."))
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-W", "ignore", "-c", SEND, server.base_url],
        env=environment(**canaries),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 300)
    assert process.returncode == 0, said.decode()[-2000:]
    assert len(server.sent) > 20
    told = "\n".join(f"{sent.path} {sent.headers} {sent.body.decode(errors='replace')}" for sent in server.sent)
    assert set(re.findall(r"canary-[a-z0-9_]+", told)) == set()


CONTEXT = """
import sys
sys.argv = ["gateway", "--version"]
from gateway.__main__ import main
try:
    main()
except SystemExit:
    pass
import ssl, aiohttp.connector
made = [aiohttp.connector._SSL_CONTEXT_VERIFIED, ssl.create_default_context()]
sys.exit([context.keylog_filename for context in made] != [None, None])
"""


def test_no_tls_context_has_its_keys_written_down(tmp_path):
    """Also not those that a library makes as it is imported."""
    keys = tmp_path / "keys.log"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CONTEXT],
        env=environment(SSLKEYLOGFILE=str(keys)), check=False, timeout=120, capture_output=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert not keys.exists()


CONFIG = """
version: 1
providers:
  toy: {kind: scripted, traits: [on_prem]}
targets:
  toy: {provider: toy, model: toy}
routes:
  toy: {targets: [toy]}
default_route: toy
"""


@pytest.mark.parametrize("named", [True, False])
def test_serve_says_at_the_start_that_the_key_log_is_ignored(tmp_path, named):
    file = tmp_path / "config.yaml"
    (tmp_path / "policies").mkdir()
    file.write_text(CONFIG)
    more = {"SSLKEYLOGFILE": str(tmp_path / "keys.log")} if named else {}
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(file), "--port", "0", "--log", "json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment(**more)
    ) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        told = first + process.stdout.read()
    assert ("SSLKEYLOGFILE is ignored" in told) is named
    assert not (tmp_path / "keys.log").exists()
