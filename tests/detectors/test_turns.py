"""Turns: others get theirs in time, and nobody has one after the deadline."""

import asyncio
import time

import pytest

from gateway.detectors.turns import SLICE_S, Turns
from gateway.detectors.worker import WorkerFailed


async def test_others_are_served_while_long_work_goes_on():
    turns = Turns(time.monotonic() + 30)
    served = 0

    async def somebody_else():
        nonlocal served
        while True:
            served += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(somebody_else())
    given = 0
    while given < 5:
        if turns.due:
            await turns.give()
            given += 1
    other.cancel()
    assert served >= 5
    assert not Turns(time.monotonic() + 30).due
    assert SLICE_S < 0.05


async def test_after_the_deadline_there_is_no_turn():
    turns = Turns(time.monotonic() - 1)
    with pytest.raises(WorkerFailed):
        await turns.give()
    with pytest.raises(WorkerFailed):
        _ = turns.left_s
