import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from gateway.cli import main
from gateway.cli.serve import waited_for
from gateway.config import parse
from tests.kit.source import ROOT

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


def test_a_configuration_with_problems_does_not_start(tmp_path, capsys):
    file = tmp_path / "config.yaml"
    (tmp_path / "policies").mkdir()
    file.write_text("version: 1\nroutes:\n  a: {targets: [nowhere]}\nunknown: 1\n")
    assert main(["serve", "--config", str(file)]) == 1
    said = capsys.readouterr().err
    assert f"{file}:3" in said
    assert f"{file}:4" in said


def test_a_port_that_is_taken_is_said_in_a_line(tmp_path, capsys):
    file = tmp_path / "config.yaml"
    (tmp_path / "policies").mkdir()
    file.write_text(CONFIG)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--config", str(file), "--port", str(port)]) == 1
    assert "Choose another port" in capsys.readouterr().err


def test_a_second_detector_that_is_not_installed_is_said_in_a_line(tmp_path, capsys, monkeypatch):
    file = tmp_path / "config.yaml"
    (tmp_path / "policies").mkdir()
    file.write_text(CONFIG + "scan: {second: presidio}\n")
    there = importlib.util.find_spec
    absent = "presidio_analyzer"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == absent else there(name, *rest))
    assert main(["serve", "--config", str(file), "--port", "0"]) == 1
    assert "-py3-none-any.whl[presidio]'" in capsys.readouterr().err


@pytest.fixture
def serving(tmp_path):
    file = tmp_path / "config.yaml"
    (tmp_path / "policies").mkdir()
    file.write_text(CONFIG)
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(file), "--port", "0", "--log", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        yield process, first.split()[-1].rstrip(","), file
        if process.poll() is None:
            process.kill()


def test_it_serves_reloads_and_stops_on_ctrl_c(serving):
    process, url, file = serving
    with urllib.request.urlopen(f"{url}/health", timeout=10) as reply:
        assert reply.status == 200
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as reply:
        assert b"gateway_build_info{" in reply.read()
    for line in process.stdout:
        if "messages" in line:  # the last line of the picture: from here on, only what a signal says
            break
    file.write_text(CONFIG + "unknown: 1\n")
    os.kill(process.pid, signal.SIGHUP)
    said = ""
    while "stays in force" not in said:  # standard error is the log's, and stays JSON
        said += process.stdout.readline()
    assert f"{file}:" in said
    file.write_text(CONFIG)
    os.kill(process.pid, signal.SIGHUP)
    while "read again" not in said:
        said += process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 0
    rest = process.stdout.read()
    assert "Stopping: what is under way has" in rest
    assert rest.endswith("Stopped.\n")


def test_it_says_what_a_start_waits_for():
    settings = parse(CONFIG, file="c.yaml", environ={})
    assert waited_for(settings).startswith("It loads what finds PHI")
    servers = """version: 1
providers:
  mac: {kind: ollama, base_url: "http://127.0.0.1:9", traits: [on_prem]}
  far: {kind: openai, api_key: k}
"""
    assert "asks mac what they run (1 s at most)" in waited_for(parse(servers, file="c.yaml", environ={}))


def _minds_ctrl_c():
    """A shell lets what it starts in the background ignore Ctrl-C, and so would all that it starts in turn."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize("imported", ["gateway.errors", "gateway.config.schema", "gateway.api.front"])
def test_ctrl_c_while_it_still_imports_leaves_no_traceback(tmp_path, imported):
    file = tmp_path / "config.yaml"
    (tmp_path / "policies").mkdir()
    file.write_text(CONFIG)
    command = [sys.executable, "-X", "importtime", "-m", "gateway", "serve", "--config", str(file), "--port", "0"]
    heard = {"preexec_fn": _minds_ctrl_c, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **heard) as process:
        for line in process.stderr:
            if line.split()[-1] == imported:
                break
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=120)
    # Within `exec`, as dataclasses are made by, Python notes the interrupt and ends itself by the same signal at last.
    assert process.returncode in {0, 130, -signal.SIGINT}
    assert "Traceback" not in rest


@pytest.mark.parametrize("port", ["80000", "-1", "http"])
def test_a_port_that_is_none_is_the_options_fault_and_not_the_files(port, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["serve", f"--port={port}"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "argument --port: must be a port" in said
    assert "config.yaml:" not in said


def test_without_a_configuration_it_demonstrates_and_says_so(tmp_path):
    command = [sys.executable, "-m", "gateway", "serve", "--port", "0", "--log", "json"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        url = process.stdout.readline().split()[-1]
        said = ""
        while "gateway demo" not in said:
            said += process.stdout.readline()
        question = json.dumps({"messages": [{"role": "user", "content": "Patient Maria Lopez, MRN 8675309."}]})
        asked = urllib.request.Request(f"{url}/v1/chat/completions", question.encode())
        asked.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(asked, timeout=30) as reply:
            target = reply.headers["x-gateway-target"]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert "no request leaves this machine" in said
    assert target == "hospital"
    assert list(tmp_path.iterdir()) == []


def test_a_demonstration_serves_nobody_elsewhere(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["serve", "--host", "0.0.0.0"]) == 1
    assert "a demonstration serves this machine only" in capsys.readouterr().err
    assert main(["serve", "--config", "config.yaml"]) == 1  # who names a file wants that file
    assert "cannot be read" in capsys.readouterr().err


def test_an_import_waits_for_no_collector_and_everything_after_it_has_one():
    counted = "sum(one['collections'] for one in gc.get_stats())"
    script = (
        f"import gc; from gateway import cli; n = {counted}; cli.parser('serve'); print({counted} - n, gc.isenabled())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    looked, enabled = done.stdout.split()
    assert int(looked) < 10  # some hundred times, if it may look meanwhile
    assert enabled == "True"
