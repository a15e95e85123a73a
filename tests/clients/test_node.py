"""The Node clients, each as a `node --test` script in node/; they must be installed (`make node`)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NODE = Path(__file__).parent / "node"
SCRIPTS = sorted(NODE.glob("*.test.mjs"))


@pytest.fixture(scope="session")
def node():
    """The path of the `node` command; fails where it or the packages are missing, because a skip would hide it."""
    command = shutil.which("node")
    if command is None:
        pytest.fail("Node 20 or newer is not installed: the Node clients cannot be tested.")
    if not (NODE / "node_modules" / "openai").is_dir():
        pytest.fail("The Node clients are not installed. Run `make node`.")
    return command


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name.removesuffix(".test.mjs"))
def test_node_client(script, node, served):
    hidden = ("_proxy",)
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith(hidden)}
    environment |= {
        "GATEWAY_URL": served.url,
        "KEYED_URL": served.keyed_url,
        "GATEWAY_KEY": served.key,
        "BACKEND_URL": served.backend_url,
    }
    run = subprocess.run(
        [node, "--test", "--test-reporter=spec", script.name],
        cwd=NODE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]


def test_every_client_has_a_script():
    assert {script.name.removesuffix(".test.mjs") for script in SCRIPTS} == {
        "ai-sdk",
        "anthropic",
        "fetch",
        "ollama",
        "openai",
        "openai-whole",
    }


def test_the_lock_names_no_registry():
    lock = (NODE / "package-lock.json").read_text()
    assert "resolved" not in lock
