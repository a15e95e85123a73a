"""Of a caller's `traceparent` its hexadecimal form alone is read; whatever else it is, the trace begins here."""

from __future__ import annotations

import re

import pytest

from gateway.api.traces import begin
from gateway.config.settings import Traces

TRACES = Traces("http://127.0.0.1:4318")
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(("flags", "sampled"), [("01", True), ("00", False), ("03", True), ("02", False)])
def test_a_callers_trace_goes_on(flags, sampled):
    made = begin(f"00-{TRACE}-{SPAN}-{flags}", TRACES)
    assert (made.trace_id, made.parent_id, made.sampled) == (TRACE, SPAN, sampled)
    assert re.fullmatch("[0-9a-f]{16}", made.span_id)
    assert made.span_id != SPAN


def test_a_later_version_may_say_more():
    assert begin(f"cc-{TRACE}-{SPAN}-01-what-comes-after", TRACES).trace_id == TRACE


@pytest.mark.parametrize(
    "header",
    [
        *("", "Anna Muster", f"00-{TRACE}-{SPAN}", f"00-{TRACE}-{SPAN}-01-more", f"00-{TRACE}-{SPAN}-1"),
        *(f"ff-{TRACE}-{SPAN}-01", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f"0-{TRACE}-{SPAN}-01"),
        *(f"00-{TRACE.upper()}-{SPAN}-01", f"00-{TRACE}-{SPAN}-01\n", f" 00-{TRACE}-{SPAN}-01"),
        *(f"00-{'g' * 32}-{SPAN}-01", f"00-{'٣' * 32}-{SPAN}-01", f"cc-{TRACE}-{SPAN}-01more"),
    ],
)
def test_anything_else_is_read_by_nobody(header):
    made = begin(header, TRACES)
    assert (made.parent_id, made.sampled) == ("", True)
    assert made.trace_id != TRACE
    assert re.fullmatch("[0-9a-f]{32}", made.trace_id)


def test_a_share_of_what_begins_here_is_kept():
    kept = sum(begin("", Traces("", share=0.25)).sampled for _ in range(2_000))
    assert 350 < kept < 650  # seven standard deviations
    assert not any(begin("", Traces("", share=0)).sampled for _ in range(100))
