"""Answers of one target, as the pipeline holds them when content has come."""

from __future__ import annotations

from gateway.domain import Caller, Detection, Facts, Target
from gateway.outbound.prepare import Prepared, prepare
from gateway.phi.read.scan import gather, walk
from gateway.pipeline.judge import today
from gateway.policy.decide import decide
from gateway.policy.rules import Policy, Rule, Then, When
from gateway.wire.endpoint import Call
from gateway.wire.openai import chat

ASKED = {"messages": [{"role": "user", "content": "Hello."}]}


def answered_by(target: Target) -> Prepared:
    """What was prepared for a target that answered a clean question."""
    call = Call(
        endpoint=chat.ENDPOINT,
        payload=ASKED,
        model="m",
        stream=False,
        caller=Caller("soma"),
        request_id="req_0123456789abcdef0123",
    )
    leaves = walk(call)
    findings = gather(leaves, [Detection()] * len(leaves.passages), frozenset())
    policy = Policy((Rule("r", "why", When(), Then(redact={})),))
    egress = decide(Facts("soma", "r"), [target], policy, today=today()).egresses
    return prepare(call, egress[0], findings=findings, key=b"k" * 32, look=lambda _: [], today=today())
