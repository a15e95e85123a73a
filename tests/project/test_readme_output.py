"""What the README shows the command to print, against what it prints."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.cli.picture import picture

ROOT = Path(__file__).parent.parent.parent
MACHINE = ("lm_studio", "ollama", "mlx", "embedded")
"""Providers whose line depends on what runs on this machine."""


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """The repository as the working directory, without a variable that `config.yaml` reads."""
    monkeypatch.chdir(ROOT)
    for name in re.findall(r"\$\{(\w+)", (ROOT / "config.yaml").read_text(encoding="utf-8")):
        monkeypatch.delenv(name, raising=False)


def shown(begin):
    """The block of text that begins so."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [block] = [block for block in re.findall(r"```text\n(.*?)```", text, re.DOTALL) if block.startswith(begin)]
    return block


def test_check(capsys):
    assert main(["check"]) == 0
    assert capsys.readouterr().out == shown("config.yaml is sound.")


def test_a_container_without_callers_is_refused(capsys):
    assert main(["serve", "--host", "0.0.0.0"]) == 1
    assert capsys.readouterr().err == shown("config.yaml:9: Beyond loopback")


def test_a_new_key(capsys, tmp_path):
    """In a folder of its own: the store of this checkout is somebody's."""
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    config = shutil.copy(ROOT / "config.yaml", tmp_path)
    assert main(["keys", "new", "soma", "--agents", "radiologist,pathologist", "--config", str(config)]) == 0
    said = re.sub(r"tgw_\w+|[0-9a-f]{64}", "…", capsys.readouterr().out)
    assert said == shown("Key of soma").replace("tgw_…", "…")


def test_the_tour(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["demo"]) == 0
    said = re.sub(r"_[a-z2-7]{10}\]", "_…]", capsys.readouterr().out)
    lines = [line for line in shown("A question about nobody").splitlines() if line]
    at = [said.find(line) for line in lines]
    assert -1 not in at, [line for line, place in zip(lines, at, strict=True) if place < 0]


def test_a_text_is_looked_through(capsys, monkeypatch, tmp_path):
    note = "Patient Maria Lopez, MRN 8675309, seen 2026-03-04. BP 120/80, furosemide 40 mg.\n"
    (tmp_path / "note.txt").write_text(note, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["phi", "scan", "note.txt"]) == 1
    assert capsys.readouterr().out == shown("note.txt: phi")


async def test_the_start(start, tmp_path):
    policies = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "policies").glob("*.yaml")}
    gateway = await start((ROOT / "config.yaml").read_text(encoding="utf-8"), policies)
    said = picture(gateway.gateway, [("127.0.0.1", 8080)]).replace(str(tmp_path) + os.sep, "").splitlines()
    for line in shown("Triage Gateway on").splitlines():
        if not line.strip().startswith(MACHINE):
            assert any(spoken.startswith(line.partition("…")[0]) for spoken in said), line
