from __future__ import annotations

import argparse
import hashlib
import re

import pytest

from gateway.cli.keys import register


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    options = parser.parse_args(["keys", *arguments])
    code = options.run(options)
    assert isinstance(code, int)
    return code


def test_a_key_is_printed_once_with_the_lines_that_admit_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("new", "soma", "--agents", "radiologist, pathologist") == 0
    out = capsys.readouterr().out
    [key] = re.findall(r"tgw_[a-z2-7]{32}", out)
    digest = hashlib.sha256(key.encode()).hexdigest()
    assert f'  soma: {{key_sha256: "{digest}", agents: [radiologist, pathologist]}}' in out


@pytest.mark.parametrize("name", ["", "a b", "a:", "-x", "anonymous", "x" * 65, "a\n"])
def test_a_name_that_the_file_could_not_hold_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("new", name)
    assert ended.value.code == 2
    assert "tgw_" not in capsys.readouterr().out


def test_the_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("new", "--help")
    assert "gateway keys new soma --agents" in capsys.readouterr().out
