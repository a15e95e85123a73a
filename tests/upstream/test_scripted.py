import pytest

from gateway.domain import Adapter, Caller, Dialect, Facts, Operation, Provider, ProviderKind, Target, Trait
from gateway.outbound.prepare import prepare
from gateway.phi.read.scan import gather, walk
from gateway.pipeline.judge import today
from gateway.policy.decide import decide
from gateway.policy.rules import Policy
from gateway.upstream.port import AttemptFailed
from gateway.upstream.scripted import Scripted
from gateway.wire.endpoint import Call
from gateway.wire.operations import endpoint_for


def outbound(params, *, stream=False, operation=Operation.CHAT):
    provider = Provider(
        "toy", ProviderKind.SCRIPTED, Adapter.SCRIPTED, traits=frozenset({Trait.ON_PREM}), params=params
    )
    payload = (
        {"input": ["a", "b"]}
        if operation is Operation.EMBEDDINGS
        else {"messages": [{"role": "user", "content": "Hello there."}]}
    )
    call = Call(endpoint_for(Dialect.OPENAI, operation, payload), payload, "", stream, Caller("c"), "req_1")
    leaves = walk(call)
    findings = gather(leaves, [], frozenset()) if not leaves.passages else None
    findings = findings or gather(leaves, Nothing.detect(leaves.passages), frozenset())
    (egress,) = decide(Facts("c", "r"), [Target("toy", provider, "toy")], Policy(), today=today()).egresses
    return prepare(call, egress, findings=findings, key=bytes(32), look=Nothing.detect, today=today()).outbound


class Nothing:
    """A detector that finds nothing."""

    @staticmethod
    def detect(passages):
        from gateway.domain import Detection

        return [Detection()] * len(passages)


async def test_it_says_what_it_was_told_and_echoes():
    reply = await Scripted().send(outbound({"reply": "You said: {echo}"}))
    assert reply.tree["choices"][0]["message"]["content"] == "You said: Hello there."


async def test_a_stream_says_the_same_in_pieces():
    reply = await Scripted().send(outbound({"reply": "A longer answer.", "chunk": "3"}, stream=True))
    chunks = [chunk async for chunk in reply.events]
    text = "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"])
    assert text == "A longer answer."
    assert chunks[-1]["usage"]["completion_tokens"] == 3


@pytest.mark.parametrize(("fault", "fallback"), [("connect", True), ("500", True), ("429", True), ("404", True)])
async def test_it_fails_as_it_was_told(fault, fallback):
    with pytest.raises(AttemptFailed) as failed:
        await Scripted().send(outbound({"fault": fault}))
    assert failed.value.fallback is fallback


async def test_embeddings_have_the_dimensions_it_was_told():
    reply = await Scripted().send(outbound({"dimensions": "3"}, operation=Operation.EMBEDDINGS))
    assert [len(item["embedding"]) for item in reply.tree["data"]] == [3, 3]
