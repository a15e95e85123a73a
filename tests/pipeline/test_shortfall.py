from __future__ import annotations

import pytest

from gateway.domain import Adapter, Provider, ProviderKind, Shortfall, Target, Thinking
from gateway.errors import ContextLengthExceeded, UpstreamRejected
from gateway.pipeline.shortfall import heed, thought_anyway
from gateway.upstream.port import AttemptFailed


class Trace:
    """Keeps what an answer fell short of."""

    def __init__(self) -> None:
        self.told = []

    def fell_short(self, how) -> None:
        self.told.append(how)


def target(kind):
    return Target("chat", Provider("local", kind, Adapter.DIRECT), "qwen3-4b")


@pytest.mark.parametrize(
    ("kind", "told"), [(ProviderKind.LLAMA_CPP, [Shortfall.MODEL]), (ProviderKind.OLLAMA, []), (ProviderKind.MLX, [])]
)
def test_another_model_is_told_where_the_server_tells_it(kind, told):
    trace = Trace()
    heed({"model": "gemma"}, target(kind), trace)
    heed({"model": "qwen3-4b"}, target(kind), trace)
    heed({}, target(kind), trace)
    assert trace.told == told


@pytest.mark.parametrize(
    ("said", "error"),
    [({"model": "gemma"}, UpstreamRejected), ({"error": "maximum context length is 9"}, ContextLengthExceeded)],
)
def test_what_is_no_answer_is_a_failure_that_others_may_mend(said, error):
    with pytest.raises(AttemptFailed) as failed:
        heed(said, target(ProviderKind.LM_STUDIO), Trace())
    assert (type(failed.value.error), failed.value.fallback) == (error, True)


@pytest.mark.parametrize("place", ["message", "delta"])
def test_a_thought_that_nobody_wanted_is_told(place):
    trace = Trace()
    said = {"choices": [{place: {"reasoning_content": "Hm."}}]}
    thought_anyway(said, Thinking(), trace)
    thought_anyway({"choices": [{place: {"content": "Hello."}}]}, Thinking(wanted=False), trace)
    assert trace.told == []
    thought_anyway(said, Thinking(wanted=False), trace)
    assert trace.told == [Shortfall.REASONING]
