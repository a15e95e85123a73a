"""The Dockerfile, read instead of built: what a reviewer would look for in it."""

from __future__ import annotations

import json
import re

import pytest

from gateway.cli import main
from tests.kit.source import ROOT

LINES = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8")).splitlines()
INSTRUCTIONS = [tuple(line.split(None, 1)) for line in LINES if line.strip() and not line.startswith("#")]


def all_of(instruction):
    return [rest for name, rest in INSTRUCTIONS if name == instruction]


def last_stage():
    start = max(number for number, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM")
    return INSTRUCTIONS[start:]


def test_the_base_has_a_version_and_the_build_stays_behind():
    images = [line.split()[0] for line in all_of("FROM")]
    assert images == ["python:3.11-slim"] * 2


def test_everything_is_installed_by_hash():
    installs = [line for line in all_of("RUN") if "pip install" in line]
    assert [
        line for line in installs if "--require-hashes" not in line and "--no-deps --no-build-isolation" not in line
    ] == []
    assert len(installs) == 2


def test_it_does_not_run_as_root():
    users = [rest for name, rest in last_stage() if name == "USER"]
    assert len(users) == 1
    assert users[0].split(":")[0].isdigit()
    assert users[0].split(":")[0] != "0"


def test_it_fetches_nothing_and_holds_no_secret():
    assert all_of("ADD") == []
    assert [line for line in all_of("ENV") + all_of("ARG") if re.search(r"KEY|SECRET|TOKEN|PASSWORD", line)] == []


def test_its_health_is_asked_where_it_serves():
    (check,) = all_of("HEALTHCHECK")
    command = json.loads(all_of("CMD")[-1])
    port = command[command.index("--port") + 1]
    assert f"http://127.0.0.1:{port}/health" in check
    compile(json.loads(check.partition("CMD ")[2])[-1], "healthcheck", "exec")
    assert all_of("EXPOSE") == [port]


def test_what_is_copied_is_there_and_not_ignored():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"}
    copied = {name for line in all_of("COPY") if "--from" not in line for name in line.split()[:-1]}
    assert {name.removeprefix("./") for name in copied} == kept
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_its_command_refuses_to_serve_a_network_without_callers_and_says_how_to_make_one(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    command = json.loads(all_of("CMD")[-1])
    assert command[0] == "gateway"
    assert main(command[1:]) == 1
    assert "gateway keys new" in capsys.readouterr().err


@pytest.mark.parametrize("needed", ["HEALTHCHECK", "USER", "CMD"])
def test_the_final_stage_has(needed):
    assert needed in {name for name, _ in last_stage()}
