"""The Dockerfile, read instead of built: what a reviewer would look for in it."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from gateway.cli import main, parser
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


def test_its_health_is_asked_of_the_process_with_tls_and_without():
    """`make image` runs it, on a gateway with TLS."""
    (check,) = all_of("HEALTHCHECK")
    asked = json.loads(check.partition("CMD ")[2])
    assert asked[0] == "gateway"
    assert parser().parse_args(asked[1:]).alive
    command = json.loads(all_of("CMD")[-1])
    assert all_of("EXPOSE") == [command[command.index("--port") + 1]]


def test_what_stays_is_what_the_package_asks_for_and_the_second_look():
    """What builds it and llama.cpp are taken out again: all that only those extras ask for, and nothing else."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    asked_by = {
        match[1]: set(re.findall(r"#   (?:via )?([a-z0-9._-]+)", match[2]))
        | set(re.findall(r"# via ([a-z0-9._-]+)", match[2]))
        for match in re.finditer(r"(?m)^([a-z0-9._-]+)[^\n]*\n((?: +.*\n?)+)", lock)
    }
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {re.match(r"[a-z0-9-]+", one)[0] for one in declared["optional-dependencies"]["encoder"]}
    kept = {re.match(r"[a-z0-9-]+", one)[0] for one in declared["dependencies"]} | extras
    while more := {name for name, by in asked_by.items() if name not in kept and by & kept}:
        kept |= more
    (uninstall,) = [line for line in all_of("RUN") if "uninstall" in line]
    gone = set(re.findall(r"[a-z-]+", uninstall.split("--quiet", 1)[1].split("&&")[0]))
    assert set(asked_by) - kept == gone


def test_the_state_is_a_volume_that_the_configuration_is_told_of():
    [volume] = json.loads(all_of("VOLUME")[0])
    assert f"GATEWAY_STATE_DIR={volume}" in all_of("ENV")[-1]
    assert "${GATEWAY_STATE_DIR:-" in (ROOT / "config.yaml").read_text(encoding="utf-8")


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
