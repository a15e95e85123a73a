"""Every code block in the documents is run: YAML is read, commands are matched or executed, Python meets a gateway."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from gateway.cli import parser
from gateway.policy.parse import parse
from gateway.upstream.embedded.models import FOLDER, fetch
from tests.kit.ports import free_port
from tests.kit.source import ROOT

DOCUMENTS = (
    "README.md",
    "policies/README.md",
    "gateway/ARCHITECTURE.md",
    "CHANGELOG.md",
    "deploy/REPLICAS.md",
    "grafana/README.md",
    "deploy/README.md",
    "grafana/RUNBOOK.md",
)
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<code>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
LANGUAGES = {"", "text", "json", "yaml", "bash", "console", "python", "mermaid", "js"}
PORTS = re.compile(r"(localhost|127\.0\.0\.1):8080")
FOREIGN = {
    "cd",
    "cp",
    "install",
    "systemctl",
    "sysadminctl",
    "launchctl",
    "git",
    "pip",
    "pipx",
    "npm",
    "export",
    "docker",
    "ollama",
    "lms",
    "kill",
    "prometheus",
    "promtool",
}
"""Commands that set up something which is not ours; only that they are spelled like commands can be checked."""
START_S = 60
RUN_S = 90


@dataclass(frozen=True)
class Block:
    """One fenced block and where it begins."""

    document: str
    line: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def blocks(*languages):
    """Blocks of these languages in all documents that exist."""
    found = []
    for document in DOCUMENTS:
        path = ROOT / document
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for match in FENCE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(document, line, match["language"], textwrap.dedent(match["code"])))
    chosen = [block for block in found if block.language in languages]
    assert chosen, f"no block of {languages}: the documents, or how they are read, have changed"
    return chosen


def commands(block):
    """The commands of a block, continued lines joined; in a `console` block only what stands behind a `$`."""
    text = block.code.replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    if block.language == "console":
        return [line[2:] for line in lines if line.startswith("$ ")]
    return [line for line in lines if line and not line.startswith("#")]


def words(command):
    """The words of a command without variables set before it, and without a comment."""
    split = shlex.split(command, comments=True)
    while split and re.match(r"^[A-Z_]+=", split[0]):
        split.pop(0)
    return [split[0].removeprefix(".venv/bin/"), *split[1:]] if split else []


def test_every_block_says_its_language():
    assert [
        str(block) for block in blocks(*({"sh", "shell", "yml", "py"} | LANGUAGES)) if block.language not in LANGUAGES
    ] == []


def test_every_yaml_block_is_yaml_and_every_policy_in_one_is_a_policy():
    for block in blocks("yaml"):
        tree = yaml.safe_load(block.code)
        if isinstance(tree, dict) and "rules" in tree and "version" in tree:
            parse(block.code, file=str(block))


def test_every_make_command_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split())
    for block in blocks("bash", "console"):
        for command in commands(block):
            split = words(command)
            if split[:1] == ["make"]:
                goals = {word for word in split[1:] if "=" not in word}
                variables = {word.partition("=")[0] for word in split[1:] if "=" in word}
                assert goals <= targets, f"{block}: {command}"
                assert variables <= {"PORT", "HOST", "ARGS"}, f"{block}: {command}"


def test_every_gateway_command_is_one_with_these_options(capsys):
    for block in blocks("bash", "console"):
        for command in commands(block):
            split = words(command)
            if split[:1] == ["gateway"]:
                options = [word for word in split[1:] if word not in {">", "2>", "|", "&"}]
                assert understood(options), f"{block}: {command}\n{capsys.readouterr().err}"


def understood(options):
    """Whether the command's own parser takes them; `--help` counts."""
    try:
        parser().parse_args(options)
    except SystemExit as stop:
        return stop.code == 0
    return True


def test_every_other_command_is_known():
    known = FOREIGN | {"make", "gateway", "curl", "python"}
    for block in blocks("bash", "console"):
        for command in commands(block):
            split = words(command)
            assert not split or split[0] in known, f"{block}: {command}"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The base URL of a gateway that serves the shipped configuration, with the demonstration models and nothing else."""
    folder = tmp_path_factory.mktemp("documents")
    fetch(ROOT / "state" / FOLDER, report=print)
    (folder / "config.yaml").write_bytes((ROOT / "config.yaml").read_bytes())
    (folder / "policies").symlink_to(ROOT / "policies")
    (folder / "state").mkdir(mode=0o700)
    (folder / "state" / FOLDER).symlink_to(ROOT / "state" / FOLDER)
    port = free_port()
    log = folder / "log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve", "--config", str(folder / "config.yaml"), "--port", str(port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={**environment(), "PYTHONPATH": str(ROOT)},
        )
    try:
        wait_for(port, process, log)
        yield f"127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def environment():
    """Ours, without what would change the shipped configuration or send loopback through a proxy."""
    dropped = re.compile(r"(?i)(_proxy|^(ANTHROPIC|OPENAI|OLLAMA|LM_STUDIO|MLX|LLM|GATEWAY)_.*|^AUTO_FALLBACK)$")
    return {name: value for name, value in os.environ.items() if not dropped.search(name)}


def wait_for(port, process, log):
    """Until it says that it can answer; curl paces the tries."""
    patiently = ["--retry", str(START_S), "--retry-delay", "1", "--retry-connrefused"]
    url = f"http://127.0.0.1:{port}/ready"
    code = subprocess.run(["curl", "-sf", *patiently, "-o", os.devnull, url], check=False).returncode
    if code or process.poll() is not None:
        process.kill()
        pytest.fail("the gateway does not start:\n" + log.read_text(errors="replace")[-4000:])


def section_of(block):
    """The text of the section that a block stands in."""
    lines = (ROOT / block.document).read_text(encoding="utf-8").splitlines()
    headings = [number for number, line in enumerate(lines, 1) if line.startswith("## ")] + [len(lines) + 1]
    start = max((number for number in headings if number <= block.line), default=1)
    end = next(number for number in headings if number > block.line)
    return "\n".join(lines[start - 1 : end - 1])


@pytest.mark.embedded
def test_every_curl_command_gets_the_answer_it_promises(shipped):
    """A command answers with 2xx, or with the status that the comment behind it names: `curl … # 403`.

    Those of a section that starts a gateway of its own are held by `test_readme_two_places.py`.
    """
    for block in blocks("bash", "console"):
        if "serve --config" in section_of(block):
            continue
        for command in commands(block):
            if words(command)[:1] != ["curl"]:
                continue
            code = PORTS.sub(shipped, command).replace(
                '{"messages"', '{"max_tokens": 8, "messages"'
            )  # words, not patience
            run = subprocess.run(
                ["bash", "-c", code.replace("curl ", "curl -sS -w '\\n%{http_code}' ", 1)],
                capture_output=True,
                text=True,
                timeout=RUN_S,
                env=environment(),
                check=False,
            )
            promised = re.search(r"#.*\b([45]\d\d)\b", command)
            status = re.search(r"(\d{3})\s*$", run.stdout)
            assert run.returncode == 0, f"{block}: {command}\n{run.stderr}"
            expected = promised[1] if promised else "200"
            assert status is not None, f"{block}: {command}\n{run.stdout}"
            assert status[1] == expected, f"{block}: {command}\n{run.stdout}"


@pytest.mark.embedded
def test_every_python_block_runs(shipped, tmp_path):
    for number, block in enumerate(blocks("python")):
        script = Path(tmp_path) / f"block{number}.py"
        script.write_text(PORTS.sub(shipped, block.code), encoding="utf-8")
        run = subprocess.run(
            [sys.executable, str(script)], capture_output=True, text=True, timeout=RUN_S, env=environment(), check=False
        )
        assert run.returncode == 0, f"{block}\n{run.stdout}\n{run.stderr}"
