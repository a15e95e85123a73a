"""Makes the one thing that may leave: redacted, minimised, translated, looked at again, sealed (interim)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import orjson

from gateway.domain import (
    Adapter,
    Call,
    Detection,
    Dialect,
    Kind,
    Operation,
    Passage,
    ProviderKind,
    Target,
    Tree,
    UnknownReason,
)
from gateway.phi.pseudonym import Pseudonymiser, Pseudonyms
from gateway.phi.redact import RedactionRefused as _Refused
from gateway.phi.redact import redact
from gateway.phi.scan import Findings
from gateway.policy.decide import Egress
from gateway.wire.translate import translate

_SEAL = object()


class Refused(StrEnum):
    UNREDACTABLE = "unredactable"
    INCOMPLETE = "redaction_incomplete"


class RedactionRefused(Exception):
    def __init__(self, reason: Refused, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Outbound:
    target: Target
    operation: Operation
    dialect: Dialect
    tree: Tree = field(repr=False)
    content: bytes = field(repr=False)
    stream: bool
    request_id: str
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("an Outbound is made by outbound.prepare and nowhere else")


@dataclass(frozen=True, slots=True)
class Prepared:
    outbound: Outbound
    egress: Egress
    pseudonyms: Pseudonyms
    redacted: frozenset[Kind]
    unknowns: frozenset[UnknownReason]


def prepare(
    call: Call,
    egress: Egress,
    *,
    findings: Findings,
    key: bytes,
    look: Callable[[Sequence[Passage]], Sequence[Detection]],
    stream: bool,
) -> Prepared:
    del look
    target = egress.target
    pseudonymiser = Pseudonymiser(key)
    tree, kinds = call.payload, frozenset[Kind]()
    if egress.redact:
        try:
            made = redact(
                tree, findings.located, styles=egress.redact, pseudonyms=pseudonymiser, today=datetime.now(UTC).date()
            )
        except _Refused as refused:
            raise RedactionRefused(Refused.UNREDACTABLE, str(refused)) from None
        tree, kinds = made.tree, made.kinds
    dialect = dialect_of(call, target)
    tree = dict(translate(tree, source=call.dialect, target=dialect, operation=call.operation).tree)
    tree["model"] = target.model
    if call.operation is Operation.CHAT:
        tree["stream"] = stream
        tree.pop("stream_options", None)
        if stream and dialect is Dialect.OPENAI:
            tree["stream_options"] = {"include_usage": True}
    else:
        tree["encoding_format"] = "float"
    outbound = Outbound(target, call.operation, dialect, tree, orjson.dumps(tree), stream, call.request_id, seal=_SEAL)
    return Prepared(outbound, egress, pseudonymiser.pseudonyms, kinds, findings.unknowns)


def dialect_of(call: Call, target: Target) -> Dialect:
    if target.provider.adapter is Adapter.OLLAMA:
        return Dialect.OLLAMA
    if call.dialect is Dialect.ANTHROPIC and target.provider.kind is ProviderKind.ANTHROPIC:
        return Dialect.ANTHROPIC
    return Dialect.OPENAI
