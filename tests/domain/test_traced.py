"""A span's place in a trace: attempts have ids of their own, and the header says what W3C says."""

from __future__ import annotations

from gateway.domain import Traced

HERE = Traced("4bf92f3577b34da6a3ce929d0e0e4736", "ffffffffffffffff", parent_id="00f067aa0ba902b7")


def test_attempts_differ_and_are_within():
    made = [HERE.at(number) for number in range(1, 5)]
    assert len({HERE.span_id, *(one.span_id for one in made)}) == 5
    assert {(one.trace_id, one.parent_id, one.sampled) for one in made} == {(HERE.trace_id, HERE.span_id, True)}
    assert all(int(one.span_id, 16) and len(one.span_id) == 16 for one in made)
    assert HERE.at(2) == made[1]


def test_the_header():
    assert HERE.header == "00-4bf92f3577b34da6a3ce929d0e0e4736-ffffffffffffffff-01"
    assert Traced(HERE.trace_id, "1" * 16, sampled=False).header.endswith("-1111111111111111-00")
