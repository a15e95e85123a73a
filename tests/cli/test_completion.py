"""What shells offer, asked of the shells themselves; those that are not installed are left to who has them."""

from __future__ import annotations

import argparse
import shutil
import subprocess

import pytest

from gateway.cli import main, parser

CASES = [
    ("gateway ke", {"keys"}),
    ("gateway keys ro", {"rotate"}),
    ("gateway keys rotate --over", {"--overlap"}),
    ("gateway serve --log ", {"json", "console"}),
    ("gateway serve --por", {"--port"}),
    ("gateway completion ", {"bash", "zsh", "fish"}),
    ("triage-gateway doc", {"doctor"}),
    ("gateway audit verify --js", {"--json"}),
]


def script(shell, capsys):
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.fixture
def bash(capsys):
    text = script("bash", capsys)

    def offered(line):
        words = line.split(" ")
        quoted = " ".join(f"'{word}'" for word in words)
        asked = f"{text}\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _gateway; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        run = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=False, timeout=60)
        assert run.stderr == ""
        return set(run.stdout.split())

    return offered


@pytest.mark.parametrize(("line", "offers"), CASES)
def test_bash_offers(line, offers, bash):
    found = bash(line)
    assert offers <= found
    assert all(word.startswith(line.rpartition(" ")[2]) for word in found)


def test_bash_offers_every_command_and_files_where_it_knows_nothing(bash):
    [commands] = [one for one in parser()._actions if isinstance(one, argparse._SubParsersAction)]
    assert set(commands.choices) <= bash("gateway ")
    assert bash("gateway serve --config ") == set()  # `-o default`: the shell's own files


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish here")
@pytest.mark.parametrize(("line", "offers"), CASES)
def test_fish_offers(line, offers, capsys, tmp_path):
    file = tmp_path / "gateway.fish"
    file.write_text(script("fish", capsys))
    asked = f"source {file}; complete -C '{line}'"
    run = subprocess.run(
        ["fish", "--no-config", "-c", asked],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert run.stderr == ""
    assert offers <= {offer.split("\t")[0] for offer in run.stdout.splitlines()}


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh here")
def test_zsh_reads_it_and_its_function_offers_the_same(capsys, tmp_path):
    text = script("zsh", capsys)
    asked = f"{text}\nCOMP_WORDS=(gateway keys ro); COMP_CWORD=2; _gateway; print -l $COMPREPLY"
    run = subprocess.run(
        ["zsh", "-f", "-c", asked],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert "rotate" in run.stdout, run.stderr


def test_a_shell_that_nobody_knows_is_told_off(capsys):
    with pytest.raises(SystemExit):
        main(["completion", "csh"])
    assert "invalid choice" in capsys.readouterr().err
