"""What would leave for a cloud by the shipped rules: without a BAA, and as pseudonyms under one."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, NamedTuple

from gateway.detectors.scanner import Scanner
from gateway.domain import (
    Adapter,
    BaaTerm,
    Caller,
    Capability,
    Dialect,
    Facts,
    Kind,
    Operation,
    Provider,
    ProviderKind,
    Target,
    Tree,
)
from gateway.outbound.prepare import prepare
from gateway.phi.find.engine import load_engine
from gateway.phi.read.scan import gather, walk
from gateway.phi.replace.redact import RedactionRefused
from gateway.policy.decide import decide
from gateway.policy.parse import load
from gateway.state.memory import LruMemory
from gateway.wire.endpoint import Call, Endpoint
from gateway.wire.operations import ENDPOINTS, endpoint_for
from tests.kit.source import ROOT

POLICY = load({"hipaa.yaml": (ROOT / "policies" / "hipaa.yaml").read_text(encoding="utf-8")})
TODAY = date(2026, 11, 30)
_KEY = b"k" * 32
_SCANNER = Scanner(load_engine(), key=_KEY, memory=LruMemory())


class Leaving(NamedTuple):
    """Whether it may leave for a cloud without a BAA; what is sent to one under a BAA, as a tree and as JSON."""

    permitted: bool
    tree: Tree
    text: str


def _cloud(baa: BaaTerm | None, kind: ProviderKind = ProviderKind.OPENAI) -> Target:
    provider = Provider("cloud", kind, Adapter.DIRECT, api_key="k", baa=baa)
    return Target("cloud", provider, "m", frozenset(Capability))


def leaving(
    payload: Any,
    dialect: Dialect = Dialect.OPENAI,
    operation: Operation = Operation.CHAT,
    endpoint: Endpoint | None = None,
) -> Leaving:
    """What becomes of a request of this dialect, or of the row of the table that is named.

    Raises:
        AssertionError: it may not even leave under a BAA.
    """
    row = endpoint or endpoint_for(dialect, operation, payload)
    call = Call(
        endpoint=row,
        payload=payload,
        model="general",
        stream=False,
        caller=Caller("soma"),
        request_id="req_0123456789abcdef0000",
    )
    leaves = walk(call)
    findings = gather(leaves, _SCANNER.look(leaves.passages), frozenset(Kind))
    facts = Facts("soma", "r", kinds=findings.kinds, reported=findings.reported, unknowns=findings.unknowns)
    permitted = bool(decide(facts, [_cloud(None)], POLICY, today=TODAY).egresses)
    kind = ProviderKind.ANTHROPIC if row.dialect is Dialect.ANTHROPIC else ProviderKind.OPENAI
    under = decide(facts, [_cloud(BaaTerm("C-1", date(2099, 12, 31)), kind)], POLICY, today=TODAY).egresses
    assert under, "refused under a BAA too"
    prepared = prepare(call, under[0], findings=findings, key=_KEY, look=_SCANNER.look, today=TODAY)
    tree = prepared.outbound.tree
    return Leaving(permitted, tree, json.dumps(tree, ensure_ascii=False))


def chat(*texts: str) -> dict[str, Any]:
    """Messages in turn, the last of them the user's."""
    roles = ("user", "assistant")
    told = [{"role": roles[(len(texts) - 1 - at) % 2], "content": text} for at, text in enumerate(texts)]
    return {"model": "general", "messages": told}


def row(name: str) -> Endpoint:
    """A row of the table of operations by its dialect and name: `openai.responses`."""
    return next(one for one in ENDPOINTS if f"{one.dialect}.{one.name}" == name)


def held(value: str, payload: Any, name: str = "openai.chat") -> bool:
    """Whether a request may not leave for a cloud without a BAA, and what leaves under one does not hold this value."""
    try:
        left = leaving(payload, endpoint=row(name))
    except RedactionRefused:
        return True
    return not left.permitted and value not in left.text


def free(payload: Any, name: str = "openai.chat") -> bool:
    """Whether a request may leave for a cloud without a BAA."""
    return leaving(payload, endpoint=row(name)).permitted


def tool_result(text: str) -> dict[str, Any]:
    """A chat in which a tool returned this text."""
    call = {"id": "call_1", "type": "function", "function": {"name": "query", "arguments": "{}"}}
    return {
        "model": "general",
        "messages": [
            {"role": "user", "content": "Which are there?"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": text},
        ],
    }
