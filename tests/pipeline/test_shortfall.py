from __future__ import annotations

import pytest

from gateway.domain import Adapter, Provider, ProviderKind, Shortfall, Target, Thinking
from gateway.errors import ContextLengthExceeded, UpstreamRejected
from gateway.kinds import profile
from gateway.kinds.substitution import Substitution
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


@pytest.mark.parametrize("kind", ProviderKind)
def test_another_model_is_told_of_every_kind(kind):
    trace, substitutes = Trace(), profile(kind).substitutes
    if substitutes is Substitution.WRONG:
        return
    heed({"model": "gemma"}, target(kind), trace)
    heed({"model": "qwen3-4b"}, target(kind), trace)
    heed({}, target(kind), trace)
    assert trace.told == ([Shortfall.MODEL] if substitutes is Substitution.TOLD else [])


def test_only_where_customers_name_their_models_nothing_is_told():
    untold = {kind for kind in ProviderKind if profile(kind).substitutes is Substitution.UNTOLD}
    assert untold == {ProviderKind.AZURE, ProviderKind.BEDROCK}


@pytest.mark.parametrize(
    "said",
    [
        {"type": "message_start", "message": {"model": "gemma"}},
        {"type": "response.created", "response": {"model": "gemma"}},
    ],
)
def test_another_model_is_told_of_every_dialect(said):
    trace = Trace()
    heed(said, target(ProviderKind.OPENAI_COMPATIBLE), trace)
    assert trace.told == [Shortfall.MODEL]


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
