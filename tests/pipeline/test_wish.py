from __future__ import annotations

import pytest

from gateway.domain import Adapter, Caller, Capability, Complexity, Kind, Order, Provider, ProviderKind, Route, Target
from gateway.phi.findings import Findings
from gateway.pipeline.wish import wish_of
from gateway.wire.endpoint import Call
from gateway.wire.operations import ENDPOINTS

CHAT = next(one for one in ENDPOINTS if one.paths == ("/v1/chat/completions",) or "/v1/chat/completions" in one.paths)
HARD = "Compare both designs, discuss their trade-offs and justify each step of a migration plan."
KEY = b"k" * 32


def call(*texts: str, caller="ann", conversation="", complexity="", **more) -> Call:
    turns = [{"role": "user" if number % 2 == 0 else "assistant", "content": text} for number, text in enumerate(texts)]
    return Call(
        CHAT,
        {"messages": turns, **more},
        "m",
        stream=False,
        caller=Caller(caller),
        request_id="req_1",
        conversation=conversation,
        complexity=complexity,
    )


def wish(made: Call, order=Order.LISTED, key=KEY, **target):
    one = Target("t", Provider("p", ProviderKind.OLLAMA, Adapter.DIRECT), "m", **target)
    found = Findings(made.payload, (), (), (), (), frozenset(Kind))
    return wish_of(made, Route("r", (one,), order=order), found, key=key)


def affinity(made: Call, key=KEY) -> bytes:
    return wish(made, Order.FASTEST, key).asking.affinity


def test_every_turn_of_a_conversation_has_the_same_hash():
    assert affinity(call("Hello.")) == affinity(call("Hello.", "Hi.", "And now?"))
    assert affinity(call("x", conversation="c")) == affinity(call("y", conversation="c"))


def test_another_beginning_caller_or_key_has_another():
    made = affinity(call("Hello."))
    others = [affinity(call("Good day.")), affinity(call("Hello.", caller="bob")), affinity(call("Hello."), b"o" * 32)]
    assert made not in others
    assert len(made) == 16


def test_what_an_order_does_not_ask_is_not_reckoned():
    made = wish(call(HARD, tools=[{}]))
    assert (made.asking.affinity, made.asking.tokens, made.asking.complexity) == (b"", 0, Complexity.SIMPLE)
    assert made.needs == {Capability.TOOLS}


@pytest.mark.parametrize(
    ("said", "word", "complexity"),
    [(HARD, "", "complex"), ("Hello.", "", "simple"), (HARD, "simple", "simple"), ("Hello.", "complex", "complex")],
)
def test_the_caller_knows_better_than_the_score(said, word, complexity):
    assert wish(call(said, complexity=word), Order.BY_COMPLEXITY).asking.complexity == complexity


def test_tokens_count_where_a_target_has_a_context_or_a_price_is_asked():
    long = call("word " * 1_000)
    assert wish(long).asking.tokens == 0
    assert wish(long, context=8_000).asking.tokens > 500
    assert wish(long, Order.CHEAPEST).asking.tokens > 500
