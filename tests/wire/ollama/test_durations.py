from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.ollama.durations import OWN, durations
from gateway.wire.writer import Timing

STREAMED = Timing("", total_ns=900, first_content_ns=300)
WHOLE = Timing("", total_ns=900, first_content_ns=900)
SERVERS = {"total_duration": 7, "load_duration": 2, "prompt_eval_duration": 3, "eval_duration": 4}
LLAMA_CPP = {"timings": {"prompt_ms": 12.5, "predicted_ms": 30, "predicted_n": 9}}


@pytest.mark.parametrize(
    ("told", "timing", "expected"),
    [
        (SERVERS, WHOLE, (7, 2, 3, 4)),
        (LLAMA_CPP, WHOLE, (900, 1, 12_500_000, 30_000_000)),
        ({}, STREAMED, (900, 1, 300, 600)),
        ({}, WHOLE, (900, 1, 900, 900)),
        ({"total_duration": 0, "eval_duration": True, "timings": [1]}, STREAMED, (900, 1, 300, 600)),
    ],
)
def test_the_servers_own_figures_come_first_and_measured_ones_last(told, timing, expected):
    assert tuple(durations(told, timing)[name] for name in OWN) == expected


@given(
    st.dictionaries(st.sampled_from([*OWN, "timings"]), st.none() | st.integers(-5, 5) | st.floats(-1, 1)),
    st.integers(0, 10),
    st.integers(0, 10),
)
def test_no_client_divides_by_zero(told, total, first):
    assert all(value > 0 for value in durations(told, Timing("", total, first)).values())
