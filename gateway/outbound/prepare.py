"""Makes the one thing that may leave: minimised, redacted, translated, looked at again; opens no connection itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import date

import orjson

from gateway.domain import (
    Adapter,
    Call,
    Detection,
    Dialect,
    Kind,
    Operation,
    Passage,
    Style,
    Target,
    Tree,
    UnknownReason,
)
from gateway.errors import InvalidRequest
from gateway.kinds import profile
from gateway.outbound.minimise import minimise, refuse_errands
from gateway.outbound.note import with_token_note
from gateway.outbound.sanitise import sanitise
from gateway.outbound.second_look import RedactionIncomplete, again, residue
from gateway.phi.findings import Findings
from gateway.phi.read.scan import walk_tree
from gateway.phi.replace.pseudonym import Pseudonymiser, Pseudonyms
from gateway.phi.replace.redact import RedactionRefused, Refused, redact
from gateway.policy.decide import Egress
from gateway.wire.hub import Translated
from gateway.wire.paths import refuse_forbidden, table
from gateway.wire.translate import translate

__all__ = ["Outbound", "Prepared", "RedactionIncomplete", "RedactionRefused", "Refused", "dialect_of", "prepare"]
_SEAL = object()
MAX_LOOKS = 2
"""How often a body is redacted and looked at: once, and once more for what the first look found."""

Look = Callable[[Sequence[Passage]], Sequence[Detection]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """What leaves through one target. Only `prepare` can make one (law 1); `content` is `tree`, serialised (law 7).

    `digest` is SHA-256 of `content`: short texts can be guessed from it, so a record holds a keyed digest of it.
    """

    target: Target
    operation: Operation
    dialect: Dialect
    tree: Tree = field(repr=False)
    content: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    request_id: str
    policy_hash: str
    stream: bool
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("an Outbound is made by outbound.prepare and nowhere else")

    @property
    def off_prem(self) -> bool:
        return not self.target.provider.on_prem

    @property
    def adapter(self) -> Adapter:
        """Which adapter speaks `dialect` with this target: to Claude, its own dialect goes direct, the hub's through LiteLLM."""
        provider = self.target.provider
        if self.dialect is Dialect.ANTHROPIC:
            return Adapter.DIRECT
        return Adapter.LITELLM if profile(provider.kind).speaks_anthropic else provider.adapter


@dataclass(frozen=True, slots=True)
class Prepared:
    """An outbound and what its answer is restored with: the kinds that were really taken out, and what was unknown.

    `not_carried` names the known fields that the target's dialect has no word for.
    """

    outbound: Outbound
    egress: Egress
    pseudonyms: Pseudonyms = field(repr=False)
    redacted: frozenset[Kind]
    unknowns: frozenset[UnknownReason]
    not_carried: tuple[str, ...] = ()


def prepare(
    call: Call,
    egress: Egress,
    *,
    findings: Findings,
    key: bytes,
    look: Look,
    today: date,
    stream: bool | None = None,
) -> Prepared:
    """The outbound of one egress, made from the original payload by that egress's own terms (law 2).

    `key` is the key of the conversation (`phi.pseudonym.conversation_key`); `stream` how the target is asked: as the
    caller did, unless said.

    Raises:
        RedactionRefused: something that the decision wanted out cannot be taken out, or was still there.
        ErrandDenied: it would send the target on an errand.
        InvalidRequest: the body configures providers, cannot be serialised, or asks what this server would ignore or its
            dialect cannot say.
    """
    if findings.payload is not call.payload:
        raise ValueError("the findings are of another payload")
    refuse_forbidden(call.payload)
    target = egress.target
    refuse_errands(findings.errands, target)
    form = _Form(call.dialect, target, call.operation, stream=call.stream if stream is None else stream)
    kept = minimise(call.payload, table(call.dialect, call.operation), on_prem=target.provider.on_prem)
    body, redacted, pseudonyms = _redacted(
        kept, findings, form=form, styles=egress.redact, key=key, look=look, today=today
    )
    content = _serialised(body.tree)
    outbound = Outbound(
        target=target,
        operation=call.operation,
        dialect=form.dialect,
        tree=body.tree,
        content=content,
        digest=hashlib.sha256(content).digest(),
        request_id=call.request_id,
        policy_hash=egress.policy_hash,
        stream=form.stream,
        seal=_SEAL,
    )
    return Prepared(outbound, egress, pseudonyms, redacted, findings.unknowns, body.lost)


def dialect_of(target: Target, source: Dialect) -> Dialect:
    """What a target is spoken to in: Claude in its own dialect for callers who speak it, so that nothing is lost."""
    if target.provider.adapter is Adapter.OLLAMA:
        return Dialect.OLLAMA
    if source is Dialect.ANTHROPIC and profile(target.provider.kind).speaks_anthropic:
        return Dialect.ANTHROPIC
    return Dialect.OPENAI


@dataclass(frozen=True, slots=True)
class _Form:
    """How a redacted tree becomes the body of one target."""

    source: Dialect
    target: Target
    operation: Operation
    stream: bool

    @property
    def dialect(self) -> Dialect:
        return dialect_of(self.target, self.source)

    def body(self, tree: Tree) -> Translated:
        translated = translate(
            tree, source=self.source, target=self.dialect, operation=self.operation, num_ctx=self.target.context
        )
        fitted = sanitise(translated.tree, self.target.provider.kind, dialect=self.dialect, operation=self.operation)
        body: Tree = {**fitted, "model": self.target.model}
        if self.operation is Operation.EMBEDDINGS:
            return Translated(body, translated.lost)
        body["stream"] = self.stream
        if self.dialect is Dialect.OPENAI:
            body.pop("stream_options", None)
            if self.stream:
                body["stream_options"] = {"include_usage": True}
        return Translated(body, translated.lost)

    def told(self, body: Translated) -> Translated:
        """A body that was looked at, with the note about tokens if the target wants it."""
        if not self.target.token_note or self.operation is not Operation.CHAT:
            return body
        return Translated(with_token_note(body.tree, self.dialect), body.lost)


def _redacted(
    kept: Tree,
    findings: Findings,
    *,
    form: _Form,
    styles: Mapping[Kind, Style],
    key: bytes,
    look: Look,
    today: date,
) -> tuple[Translated, frozenset[Kind], Pseudonyms]:
    """The body without what the decision takes out, and a second look at it.

    What the second look finds is taken out too, everywhere, from the original; what it then still finds refuses.
    """
    located = findings.located
    for _ in range(MAX_LOOKS):
        pseudonyms = Pseudonymiser(key)
        redacted = redact(kept, located, styles=styles, pseudonyms=pseudonyms, today=today)
        body = form.body(redacted.tree)
        if not redacted.kinds:
            return body, frozenset(), Pseudonyms()
        leaves = walk_tree(body.tree, form.dialect, operation=form.operation)
        known = pseudonyms.pseudonyms
        left = residue(leaves, look(leaves.passages), wanted=styles.keys(), known=known, written=redacted.replaced)
        if not left:
            return form.told(body) if len(known) else body, redacted.kinds, known
        located += again(findings.leaves, left)
    raise RedactionIncomplete(())


def _serialised(tree: Tree) -> bytes:
    try:
        return orjson.dumps(tree)
    except TypeError:  # orjson's own error is one
        raise InvalidRequest(
            "The body cannot be written as JSON: it holds broken text or is nested too deep."
        ) from None
