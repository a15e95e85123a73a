"""A real program, unmodified, between a gateway and a scripted model: what it is told, and what the wire must show."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kit.agent_model import MRN
from tests.kit.running import Running
from tests.kit.servers import UpstreamServer

ROOT = Path(__file__).parents[2]
HERE = ROOT / "tests" / "clients" / "programs"
PYTHON = ROOT / ".venv-clients" / "bin" / "python"
OPENAI2 = HERE / "openai2"
OPENAI2_PYTHON = ROOT / ".venv-clients-openai2" / "bin" / "python"
"""Programs that do not take openai 3 yet, and the SDKs' own tests: they want an environment of their own."""
SUITES = ROOT / ".venv-clients-openai2" / "suites"
NODE = HERE / "node" / "node_modules" / ".bin"
AIDER = ROOT / ".venv-clients-aider" / "bin" / "aider"
PROMPTFOO = HERE / "promptfoo" / "node_modules" / ".bin" / "promptfoo"
POLICIES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "policies").glob("*.yaml")}
TIMEOUT_S = 280
"""Just below what `faulthandler_timeout` allows a whole test: a busy machine takes minutes for what takes seconds."""
CONFIG = """
version: 1
scan: {{deadline_ms: 60000}}
providers:
  server: {{kind: openai_compatible, base_url: "{url}", {terms}}}
targets:
  model: {{provider: server, model: scripted, capabilities: [tools, vision, json_schema]}}
  vectors: {{provider: server, model: vectors, capabilities: [embeddings]}}
  judge: {{provider: server, model: judge, capabilities: [moderations]}}
routes:
  general: {{targets: [model]}}
  embedding: {{targets: [vectors], operation: embeddings}}
  judging: {{targets: [judge], operation: moderations}}
aliases:
  "claude-*": general
  "gpt-*": general
  "llama3*": general
  "text-embedding-*": embedding
default_route: general
default_embedding_route: embedding
"""
TERMS = {
    "premises": "traits: [on_prem]",
    "cloud": 'baa: {reference: "contract 7", expires: 2999-12-31}',
}


@dataclass
class Place:
    """A gateway before the scripted model, and what the model got to see."""

    name: str
    gateway: Running
    server: UpstreamServer

    def environment(self, home: Path) -> dict[str, str]:
        """What a user sets: base URLs and keys. Nothing else of this machine's settings comes through."""
        kept = {key: value for key, value in os.environ.items() if key in {"PATH", "LANG", "TMPDIR"}}
        return kept | {
            "HOME": str(home),
            "OPENAI_BASE_URL": self.gateway.v1,
            "OPENAI_API_BASE": self.gateway.v1,
            "OPENAI_API_KEY": "sk-none",
            "ANTHROPIC_BASE_URL": self.gateway.url,
            "ANTHROPIC_API_KEY": "sk-none",
            "OLLAMA_HOST": self.gateway.url,
            "GATEWAY_URL": self.gateway.url,
            "MRN": MRN,
            "DO_NOT_TRACK": "1",
            "NO_COLOR": "1",
        }

    def hold(self) -> None:
        """On the premises the model reads what was asked; a cloud reads a pseudonym and never the number."""
        assert self.server.sent, "nothing reached the model"
        wire = b"\n".join(sent.body for sent in self.server.sent)
        assert (MRN.encode() in wire) is (self.name == "premises")


async def run(command: list[str], place: Place, home: Path, **more: str) -> str:
    """What a program prints; it fails with what it said where it does not end well."""
    home.mkdir(exist_ok=True)  # noqa: ASYNC240  # one folder of a test
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=home,
        env=place.environment(home) | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        out, error = await asyncio.wait_for(process.communicate(), TIMEOUT_S)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    refused = [
        line for line in place.gateway.log.getvalue().splitlines() if '"status":4' in line or '"status":5' in line
    ]
    told = out.decode(errors="replace")[-6000:] + error.decode(errors="replace")[-6000:] + "\n".join(refused)
    assert process.returncode == 0, told
    return out.decode()


def installed(path: Path, command: str) -> str:
    """`path`, where it is there. A skip would hide that it is not."""
    if not path.exists() and not shutil.which(str(path)):
        pytest.fail(f"{path.name} is not installed. Run `{command}`.")
    return str(path)


def python_of(script: Path) -> str:
    """The interpreter of a script of `python/` or `openai2/`."""
    return installed(OPENAI2_PYTHON if script.parent == OPENAI2 else PYTHON, "make clients")


@dataclass
class Cases:
    """The tests of somebody else's suite by name, and what the suite printed last."""

    passed: set[str]
    failed: set[str]
    said: str


async def cases(python: Path, tests: list[str], folder: Path, *, cwd: Path, **environment: str) -> Cases:
    """Runs tests of a suite with its own pytest; `folder` takes its report. Names are `module.test`, without parameters."""
    report = folder / "report.xml"
    process = await asyncio.create_subprocess_exec(
        installed(python, "make clients"),
        *(
            "-m",
            "pytest",
            "-q",
            "-o",
            "addopts=",
            "-p",
            "no:cacheprovider",
            "--confcutdir=.",
            f"--junitxml={report}",
            *tests,
        ),
        cwd=installed(cwd, "make clients"),
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), TIMEOUT_S)
    said = out.decode()[-3000:]
    assert process.returncode in {0, 1}, said
    made = Cases(set(), set(), said)
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname', '')}.{case.get('name', '').partition('[')[0]}"
        ill = case.find("failure") is not None or case.find("error") is not None
        if ill or case.find("skipped") is None:
            (made.failed if ill else made.passed).add(name)
    return made


def last_line(text: str) -> dict:
    """The JSON that a program of `python/` prints at its end."""
    return json.loads(text.strip().splitlines()[-1])
