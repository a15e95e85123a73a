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


def without_an_action():
    """What somebody types first: `gateway`, `gateway keys`, and every other command that wants a further word."""
    for command in every(parser()):
        if any(isinstance(action, argparse._SubParsersAction) for action in command._actions):
            yield command.prog.split()[1:]


@pytest.mark.parametrize("given", [*without_an_action()], ids=" ".join)
def test_without_a_command_or_an_action_its_help_is_shown(given, capsys):
    assert main(given) == 2
    said = capsys.readouterr().err
    assert f"usage: {' '.join(['gateway', *given])}" in said
    assert "examples:" in said


def test_a_word_that_is_no_action_is_told_off_as_before(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["keys", "nwe"])
    assert ended.value.code == 2
    assert "invalid choice: 'nwe'" in capsys.readouterr().err


def test_ctrl_c_is_no_traceback(monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("gateway.cli.check.check", interrupted)
    assert main(["check"]) == 130
