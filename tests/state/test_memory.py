"""What the contract of its port leaves open: which entries go first."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.state.memory import LruMemory


@dataclass(frozen=True)
class Weighed:
    size: int


def test_what_was_not_recalled_for_longest_goes_first():
    memory = LruMemory(limit_bytes=2)
    for name in (b"1", b"2"):
        memory.keep(name, Weighed(1))
    memory.recall(b"1")
    memory.keep(b"3", Weighed(1))
    assert [memory.recall(name) is not None for name in (b"1", b"2", b"3")] == [True, False, True]


def test_what_is_larger_than_all_of_it_is_not_kept_and_drives_nothing_out():
    memory = LruMemory(limit_bytes=10)
    memory.keep(b"1", Weighed(9))
    memory.keep(b"2", Weighed(11))
    assert (len(memory), memory.size) == (1, 9)


def test_keeping_twice_counts_once():
    memory = LruMemory()
    for _ in range(2):
        memory.keep(b"1", Weighed(3))
    assert (len(memory), memory.size) == (1, 3)
