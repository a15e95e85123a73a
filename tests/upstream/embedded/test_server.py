from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import httpx
import pytest

from gateway.upstream.embedded.models import CHAT, EMBEDDING
from gateway.upstream.embedded.server import Order
from tests.kit.patience import SOON_S

KEY = "a-key-for-this-test"
PROGRAM = [sys.executable, "-m", "gateway.upstream.embedded.server"]


def order(folder, model):
    return Order(
        path=str(folder / model.file),
        alias=model.name,
        api_key=KEY,
        embedding=model is EMBEDDING,
        context=model.context,
        parallel=model.parallel,
        threads=1,
    )


@pytest.fixture
def start():
    started = []

    def start(order):
        child = subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        started.append(child)
        child.stdin.write(order.line())
        child.stdin.flush()
        return child, child.stdout.readline()

    yield start
    for child in started:
        with child:  # closes its pipes
            child.kill()


def test_a_file_that_is_no_model_ends_the_child_without_a_word(tmp_path, start):
    (tmp_path / CHAT.file).write_bytes(b"GGUF, but not really")
    child, line = start(order(tmp_path, CHAT))
    assert line == b""
    assert child.wait(10) == 1
    assert child.stderr.read() == b""


@pytest.mark.embedded
def test_it_asks_for_its_key_says_nothing_and_ends_with_its_input(models_folder, start):
    child, line = start(order(models_folder, EMBEDDING))
    base = f"http://127.0.0.1:{json.loads(line)['port']}"
    body = {"model": EMBEDDING.name, "input": "This is an example sentence"}
    assert httpx.post(f"{base}/v1/embeddings", json=body).status_code == 401
    reply = httpx.post(f"{base}/v1/embeddings", json=body, headers={"Authorization": f"Bearer {KEY}"})
    vector = reply.json()["data"][0]["embedding"]
    assert len(vector) == 384
    assert vector[:4] == pytest.approx([0.0677, 0.0635, 0.0487, 0.0793], abs=3e-4)  # as the model's authors publish
    child.stdin.close()
    assert child.wait(10) == 0
    assert child.stderr.read() == b""


@pytest.mark.embedded
def test_a_killed_gateway_leaves_no_orphan_even_when_another_process_holds_the_pipe(models_folder, tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "child.stdin.write(sys.argv[1].encode() + b'\\n'); child.stdin.flush(); child.stdout.readline()\n"
        "os.set_inheritable(child.stdin.fileno(), True)\n"
        "holder = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], close_fds=False)\n"
        "print(child.pid, flush=True); time.sleep(60)\n"
    )
    line = order(models_folder, EMBEDDING).line().decode().strip()
    parent = subprocess.Popen(
        [sys.executable, str(script), line, *PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        pid = int(parent.stdout.readline())
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    deadline = time.monotonic() + SOON_S
    while alive(pid) and time.monotonic() < deadline:
        pass  # `ps` paces the loop
    assert not alive(pid)
    parent.stdin.close()  # the holder's input: it ends too


def alive(pid):
    """Whether the process runs; one that has ended but was not reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")
