"""Lines are written together, in their order, and never later than they may."""

import asyncio
import io

from gateway.observability.lines import MAX_HELD, Lines


class Stream(io.StringIO):
    """Says when something was written, and how often."""

    def __init__(self):
        super().__init__()
        self.written = asyncio.Event()
        self.times = 0

    def flush(self):
        self.times += 1
        self.written.set()


def held(linger_s):
    stream = Stream()
    lines = Lines(stream)
    lines.linger_s = linger_s
    return stream, lines


async def test_lines_that_come_together_are_written_together():
    stream, lines = held(0.01)
    lines.add("a", hurry=False)
    lines.add("b", hurry=False)
    assert stream.getvalue() == ""
    await asyncio.wait_for(stream.written.wait(), 30)
    assert (stream.getvalue(), stream.times) == ("ab", 1)
    stream.written.clear()
    lines.add("c", hurry=False)
    await asyncio.wait_for(stream.written.wait(), 30)
    assert stream.getvalue() == "abc"


async def test_what_is_in_a_hurry_comes_after_what_came_before():
    stream, lines = held(3600)
    lines.add("a", hurry=False)
    lines.add("b", hurry=True)
    assert stream.getvalue() == "ab"


async def test_a_line_of_another_thread_is_written_at_once():
    stream, lines = held(3600)
    lines.add("a", hurry=False)
    await asyncio.to_thread(lines.add, "b", hurry=False)
    assert stream.getvalue() in {"", "ab"}
    lines.flush()
    assert stream.getvalue() == "ab"


async def test_many_lines_are_not_held():
    stream, lines = held(3600)
    for _ in range(MAX_HELD):
        lines.add("a", hurry=False)
    assert stream.getvalue() == "a" * MAX_HELD


def test_without_an_event_loop_nothing_is_held():
    stream, lines = held(3600)
    lines.add("a", hurry=False)
    assert stream.getvalue() == "a"
    lines.flush()
    assert stream.times == 1
