from __future__ import annotations

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


def test_nothing_newer_than_make_3_81_is_used():
    assert re.findall(r"^\.ONESHELL|\$\(file |!=|^\.RECIPEPREFIX|\$\(let |\$\(intcmp ", TEXT, re.MULTILINE) == []
