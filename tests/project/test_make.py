from __future__ import annotations

import os
import re
import subprocess

import pytest

from gateway.upstream.embedded.models import FOLDER, MODELS
from tests.kit.source import ROOT

TEXT = (ROOT / "Makefile").read_text(encoding="utf-8")


def make(*arguments):
    return subprocess.run(
        ["make", "--no-print-directory", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_help_is_the_default_and_lists_every_command():
    run = make()
    assert run.returncode == 0
    phony = re.search(r"^\.PHONY: (.+)$", TEXT, re.MULTILINE)[1].split()
    assert [command for command in phony if f"  make {command} " not in run.stdout] == []


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], []),
        (["PORT=9000"], ["--port 9000"]),
        (["HOST=127.0.0.2"], ["--host 127.0.0.2"]),
        (["PORT=9000", "ARGS=--log json"], ["--port 9000", "--log json"]),
    ],
)
def test_run_hands_its_variables_on(arguments, options, monkeypatch):
    monkeypatch.setenv("HOST", "a-shell-that-exports-its-hostname")
    last = make("--dry-run", "run", *arguments).stdout.strip().splitlines()[-1]
    assert last.split("gateway serve", 1)[1].split() == " ".join(options).split()


def test_the_file_that_make_waits_for_is_the_last_one_fetched():
    assert f"MODEL := $(STATE)/{FOLDER}/{MODELS[-1].file}\n" in TEXT


def test_an_installation_says_how_far_it_is_and_fails_where_pip_does(tmp_path):
    """By a Python that says what pip says, since nobody waits for eighty packages in a test."""
    said = "".join(f"Collecting package{number}\\n" for number in range(20))
    python = tmp_path / "python"
    lock = tmp_path / "a.lock"
    lock.write_text("".join(f"package{number}==1\n" for number in range(20)))
    for ending, status, told in (
        ("exit 0", 0, ""),
        ("echo ERROR: no such hash; exit 3", 3, "no such hash"),
        ("echo ERROR: No matching distribution found for package1==1; exit 1", 1, "PIP_NO_INDEX=1"),
    ):
        python.write_text(f"#!/bin/sh\nprintf '{said}'\n{ending}\n")
        python.chmod(0o755)
        run = subprocess.run([ROOT / ".ci" / "pinned", python, lock], capture_output=True, text=True, check=False)
        assert run.returncode == status
        assert "  10 of 20\n  20 of 20\n" in run.stdout
        assert told in run.stderr
        assert bool(run.stderr) is bool(told)


def test_an_environment_that_failed_halfway_is_not_taken_for_one(tmp_path):
    """A Python whose `venv` makes an interpreter, and then fails, as on a disk that is full."""
    python = tmp_path / "python3.11"
    python.write_text('#!/bin/sh\n[ "$1" != -m ] || { mkdir -p "$3/bin" && touch "$3/bin/python"; exit 1; }\n')
    python.chmod(0o755)
    venv = tmp_path / "venv"
    command = ["make", "--no-print-directory", f"VENV={venv}", f"{venv}/bin/python"]
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert (venv / "bin").is_dir()
    assert not (venv / "bin" / "python").exists()


def test_every_lock_is_installed_in_that_way():
    assert TEXT.count(".ci/pinned") >= 5
    assert re.findall(r"(?m)^\t@echo \"installing .*", TEXT) == []


def test_a_release_has_a_version():
    run = make("release")
    assert run.returncode != 0
    assert "make release VERSION=" in run.stderr


def test_nothing_newer_than_make_3_81_is_used():
    assert re.findall(r"^\.ONESHELL|\$\(file |!=|^\.RECIPEPREFIX|\$\(let |\$\(intcmp ", TEXT, re.MULTILINE) == []
