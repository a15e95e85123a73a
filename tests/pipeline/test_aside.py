"""Aside: small work where it is, large work in one thread while the event loop goes on."""

import asyncio
import threading

import pytest

from gateway.pipeline.aside import Aside


async def test_small_work_is_done_where_it_is_and_large_work_in_one_other_thread():
    aside = Aside()
    here = threading.get_ident()
    assert await aside(threading.get_ident, large=False) == here
    there = {await aside(threading.get_ident, large=True) for _ in range(5)}
    assert len(there) == 1
    assert there != {here}
    aside.close()


async def test_the_loop_goes_on_meanwhile_and_errors_come_back():
    aside = Aside()
    go_on = threading.Event()
    held = asyncio.ensure_future(aside(lambda: go_on.wait(30), large=True))
    await asyncio.sleep(0)
    go_on.set()
    assert await held
    with pytest.raises(ZeroDivisionError):
        await aside(lambda: 1 / 0, large=True)
    aside.close()
