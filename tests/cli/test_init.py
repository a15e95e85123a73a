import argparse

import pytest

from gateway import __version__
from gateway.cli import main, parser


def every(command):
    yield command
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            for further in action.choices.values():
                yield from every(further)


def test_every_command_and_action_helps_with_an_example():
    without = {
        command.prog
        for command in every(parser())
        if f"\n  {command.prog}" not in command.format_help().partition("\nexample")[2]
    }
    assert without == set()


def test_the_version_is_the_packages(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.strip() == f"gateway {__version__}"


def test_without_a_command_the_usage_says_so(capsys):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_ctrl_c_is_no_traceback(monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("gateway.cli.check.check", interrupted)
    assert main(["check"]) == 130
