"""Words that rows can hold, and names that they do."""

from __future__ import annotations

import argparse

import pytest

from gateway.cli.asked import closed, unknown_names
from gateway.domain import Destination, Outcome, Sensitivity
from gateway.events import AttemptResult, Record, ReloadResult
from tests.kit.records import make_record

SETS = {
    "sensitivity": [Sensitivity],
    "destination": [Destination],
    "phase": [Record],
    "result": [Outcome, AttemptResult, ReloadResult],
}


@pytest.mark.parametrize("name", SETS)
def test_every_word_that_a_row_can_hold_may_be_asked_for_and_no_other(name):
    for words in SETS[name]:
        assert [closed(name)(word) for word in words] == list(words)
    with pytest.raises(argparse.ArgumentTypeError, match="There are: "):
        closed(name)("no such word")


def test_only_names_that_no_row_holds_are_noted(tmp_path):
    path = make_record(tmp_path, 2).ledger
    assert list(unknown_names(path, {"target": "sonnet", "caller": "soma", "agent": "pathologist"})) == []
    (note,) = unknown_names(path, {"target": "sonnet", "caller": "somma"})
    assert "Did you mean soma?" in note
