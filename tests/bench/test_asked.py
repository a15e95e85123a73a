from __future__ import annotations

import pytest

from bench.asked import asked

CASES = ("30 x 20 MB", "crash")


@pytest.mark.parametrize(("arguments", "cases"), [([], list(CASES)), (["crash"], ["crash"])])
def test_all_cases_or_those_that_are_named(arguments, cases):
    assert asked("What it measures.", CASES, arguments) == cases


@pytest.mark.parametrize(("arguments", "status"), [(["--help"], 0), (["cash"], 2)])
def test_help_and_a_slip_run_nothing_and_say_which_cases_there_are(arguments, status, capsys):
    with pytest.raises(SystemExit) as ended:
        asked("What it measures.", CASES, arguments)
    told = capsys.readouterr()
    assert ended.value.code == status
    assert "crash" in told.out + told.err
