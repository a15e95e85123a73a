"""Some seconds of what `make soak` does for half an hour, and what it would say of a process that grows."""

from __future__ import annotations

import pytest

from bench.soak import Rest, Told, explain, grown, run

FLAT = Rest(200.0, 30, 12, 8)


def test_nothing_grows_and_every_answer_is_explained():
    assert run(12) == []


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (Rest(205.0, 33, 13, 9), []),
        (Rest(300.0, 30, 12, 8), ["memory grew from 200 to 300 MiB"]),
        (Rest(200.0, 90, 12, 8), ["descriptors grew from 30 to 90"]),
        (Rest(200.0, 30, 12, 40), ["tasks grew from 8 to 40"]),
    ],
)
def test_what_grows_from_rest_to_rest_is_said(last, said):
    assert grown([Rest(100.0, 60, 9, 20), FLAT, last]) == said


@pytest.mark.parametrize(
    ("name", "status", "text", "explained"),
    [
        ("chat", 200, b"{}", True),
        ("chat", 502, b'{"error":{}}', True),
        ("chat", 500, b'{"error":{}}', False),
        ("chat", 400, b'{"error":{}}', False),
        ("wrong", 400, b'{"error":{}}', True),
        ("wrong", 200, b"{}", False),
        ("chat", 502, b"Bad gateway", False),
    ],
)
def test_an_answer_that_no_fault_explains_is_counted(name, status, text, explained):
    told = Told()
    explain(told, name, status, text)
    assert (told.unexplained.total() == 0) is explained
