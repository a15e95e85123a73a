"""Makes the one thing that may leave: minimised, redacted, translated, looked at again; opens no connection itself."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from datetime import date

import orjson

from gateway.domain import (
    UNSAID_THINKING,
    Adapter,
    Detection,
    Dialect,
    Kind,
    Operation,
    Passage,
    Style,
    Target,
    Thinking,
    Trait,
    Tree,
    UnknownReason,
)
from gateway.errors import InvalidRequest
from gateway.kinds import profile
from gateway.kinds.wishes import unheard
from gateway.outbound.cap import with_cap
from gateway.outbound.minimise import dropped, gone, minimise, refuse_errands, withheld
from gateway.outbound.note import with_token_note
from gateway.outbound.sanitise import sanitise
from gateway.outbound.second_look import RedactionIncomplete, again, residue
from gateway.outbound.thinking import with_thinking
from gateway.phi.findings import Findings
from gateway.phi.read.scan import walk_fields
from gateway.phi.replace.pseudonym import Pseudonymiser, Pseudonyms
from gateway.phi.replace.redact import RedactionRefused, Refused, redact
from gateway.policy.decide import Egress
from gateway.wire.endpoint import Call, Endpoint, Spoken
from gateway.wire.fields import Alias, Object
from gateway.wire.hub import Translated
from gateway.wire.operations import in_ollamas_words, spoken, translate
from gateway.wire.paths import pattern, refuse_forbidden
from gateway.wire.reply import choices_of

__all__ = [
    "Outbound",
    "Prepared",
    "RedactionIncomplete",
    "RedactionRefused",
    "Refused",
    "capped",
    "endpoint_of",
    "prepare",
]
_SEAL = object()
JSON_TYPE = "application/json"
MAX_LOOKS = 4
"""How often a body is redacted and looked at. Each look finds what the tokens of the one before made stand out: in a list
of unusual words (the fonts in Codex's prompt) a second and a third still do, and then there is nothing left."""

Detect = Callable[[Sequence[Passage]], Sequence[Detection]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """What leaves through one target. Only `prepare` can make one (law 1); `content` is `tree`, serialised (law 7)."""

    target: Target
    endpoint: Endpoint
    tree: Tree = field(repr=False)
    content: bytes = field(repr=False)
    request_id: str
    policy_hash: str
    stream: bool
    whole: bool = False  # nobody sees the pieces of its stream come: the caller gets the answer in one
    times: int = 1  # how often it is sent for one answer: once for each choice at a server that makes one at a time
    betas: tuple[str, ...] = ()
    version: str = ""  # of the API, where the caller named one that its target may be asked in
    content_type: str = JSON_TYPE
    traceparent: str = ""  # only where its target may know what request it belongs to
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("an Outbound is made by outbound.prepare and nowhere else")

    @property
    def operation(self) -> Operation:
        return self.endpoint.operation

    @property
    def dialect(self) -> Dialect:
        return self.endpoint.dialect

    @property
    def spoken(self) -> Spoken:
        """How the target is asked in the words of `endpoint`."""
        if self.endpoint.spoken is None:
            raise ValueError("no target is asked in these words")
        return self.endpoint.spoken

    @property
    def adapter(self) -> Adapter:
        """Which adapter asks this target: Claude is asked directly in its own words, through LiteLLM in the hub's."""
        provider = self.target.provider
        if not profile(provider.kind).speaks_anthropic:
            return provider.adapter
        return Adapter.LITELLM if self.endpoint.hub else Adapter.DIRECT


@dataclass(frozen=True, slots=True)
class Prepared:
    """An outbound and what its answer is restored with: the kinds that were really taken out, and what was unknown.

    `not_carried` names the fields that no target needs or that this one's dialect has no word for, and `unheard` those of
    them that its server takes and does not follow: another one might.
    """

    outbound: Outbound
    egress: Egress
    pseudonyms: Pseudonyms
    redacted: frozenset[Kind]
    unknowns: frozenset[UnknownReason]
    not_carried: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()


def prepare(  # noqa: PLR0913  what is said of one request by five others, each by its name
    call: Call,
    egress: Egress,
    *,
    findings: Findings,
    key: bytes,
    look: Detect,
    today: date,
    stream: bool | None = None,
    lasting: bytes = b"",
    thinking: Thinking = UNSAID_THINKING,
) -> Prepared:
    """The outbound of one egress, made from the original payload by that egress's own terms (law 2).

    `key` is the conversation's (`phi.pseudonym.conversation_key`), `lasting` one for what a provider compares from day to day
    (seeds, end users, traces); `stream` is how the target is asked, else as the caller did; `thinking` is its route's word.

    Raises:
        RedactionRefused: something that the decision wanted out cannot be taken out, or was still there.
        ErrandDenied: it would send the target on an errand.
        InvalidRequest: it configures providers, cannot be serialised, or says what nobody can tell this server.
    """
    if findings.payload is not call.payload:
        raise ValueError("the findings are of another payload")
    target, fields = egress.target, call.endpoint.fields
    refuse_forbidden(call.payload, fields)
    refuse_errands(findings.errands, target)
    to, lasting = endpoint_of(target, call.endpoint, call.payload), _lasting(lasting or key, call, target)
    form = _Form(call.endpoint, to, target, stream=call.stream if stream is None else stream, thinking=thinking)
    found = {str(at.leaf.path[0]) for at in findings.located if at.leaf.path}
    kept = minimise(
        call.payload,
        fields,
        on_prem=target.provider.on_prem,
        key=lasting,
        withheld=withheld(fields, call.payload, found=found, target=target, today=today),
    )
    body, redacted, pseudonyms = _redacted(
        kept, _but_aliases(findings, fields), form=form, styles=egress.redact, key=key, look=look, today=today
    )
    content_type, content = _serialised(body.tree, to)
    outbound = Outbound(
        target=target,
        endpoint=to,
        tree=body.tree,
        content=content,
        request_id=call.request_id,
        policy_hash=egress.policy_hash,
        stream=form.stream,
        whole=form.stream and not call.stream,
        times=form.times(kept),
        betas=_betas(call, to),
        version=_version(call, to),
        content_type=content_type,
        traceparent=_traceparent(call, target, today, lasting),
        seal=_SEAL,
    )
    unheard = form.unheard(kept)
    lost = {*body.lost, *dropped(call.payload, kept, fields), *_headers_lost(call, outbound), *unheard}
    return Prepared(outbound, egress, pseudonyms, redacted, findings.unknowns, tuple(sorted(lost)), unheard)


def capped(prepared: Prepared, tokens: int) -> Prepared:
    """The same with an answer of at most `tokens`, a number of ours, so that nothing has to be looked at again."""
    outbound = prepared.outbound
    tree = with_cap(outbound.tree, tokens, outbound.target.provider.kind, outbound.endpoint)
    content_type, content = _serialised(tree, outbound.endpoint)
    made = replace(outbound, tree=tree, content=content, content_type=content_type, seal=_SEAL)
    return replace(prepared, outbound=made)


def _lasting(key: bytes, call: Call, target: Target) -> bytes:
    """The key of what this caller says to this provider for longer than a conversation; nothing is hashed on the premises."""
    if target.provider.on_prem:
        return b""
    return hmac.digest(key, f"{call.caller.name}\0{target.provider.name}".encode(), "sha256")


def _traceparent(call: Call, target: Target, today: date, key: bytes) -> str:
    """What tells a target which span asks it: as it is on the premises, of a keyed hash of the trace under a BAA, else "".

    A trace's id is a caller's value of 32 digits, in which a number of somebody's has room.
    """
    provider, traced = target.provider, call.traced
    if traced is None or provider.on_prem:
        return traced.header if traced is not None else ""
    if Trait.BAA not in provider.traits_on(today):
        return ""
    hashed = hmac.digest(key, f"trace\0{traced.trace_id}".encode(), "sha256").hex()[: len(traced.trace_id)]
    return replace(traced, trace_id=hashed).header


def _betas(call: Call, to: Endpoint) -> tuple[str, ...]:
    return tuple(sorted(to.spoken.betas.intersection(call.betas))) if to.spoken else ()


def _version(call: Call, to: Endpoint) -> str:
    return call.version if to.spoken and call.version in to.spoken.versions else ""


def _headers_lost(call: Call, outbound: Outbound) -> tuple[str, ...]:
    """Features that a target was not asked for; a version only where it is asked in the words that have versions."""
    betas = ("anthropic-beta",) if set(call.betas) - set(outbound.betas) else ()
    versioned = call.version and outbound.spoken.versions
    return (*betas, "anthropic-version") if versioned and call.version != outbound.version else betas


def _but_aliases(findings: Findings, fields: Object) -> Findings:
    """The findings without those in aliases, of which nothing is left to take out."""
    if not findings.located:
        return findings
    aliases = {name for name, field in fields.fields.items() if isinstance(field, Alias)}
    if not any(at.leaf.path and at.leaf.path[0] in aliases for at in findings.located):
        return findings
    return replace(
        findings,
        located=tuple(at for at in findings.located if not (at.leaf.path and at.leaf.path[0] in aliases)),
        leaves=tuple(leaf for leaf in findings.leaves if not (leaf.path and leaf.path[0] in aliases)),
    )


def endpoint_of(target: Target, asked: Endpoint, payload: Tree) -> Endpoint:
    """The row in whose words a target is asked: Claude's and Ollama's for callers who speak them, so that nothing is lost.

    Ollama reads `num_ctx`, `keep_alive` and `top_k` in its own words only, and under `/v1` passes over them in silence.
    """
    provider, known = target.provider, profile(target.provider.kind)
    able = provider.adapter is Adapter.DIRECT and Adapter.OLLAMA in known.ways
    native = provider.adapter is Adapter.OLLAMA or (able and in_ollamas_words(asked))
    own = asked.spoken.only_for if asked.spoken and asked.name in known.also else None
    if own is not None and provider.adapter is not Adapter.LITELLM and own(payload):
        return asked
    also = known.also if provider.adapter is Adapter.DIRECT and not native else frozenset[str]()
    return spoken(asked, native=native, untranslated=known.speaks_anthropic, also=also)


@dataclass(frozen=True, slots=True)
class _Form:
    """How a redacted tree becomes the body of one target."""

    asked: Endpoint
    to: Endpoint
    target: Target
    stream: bool
    thinking: Thinking

    def times(self, tree: Tree) -> int:
        """How often the target is asked, so that it gives all the answers (`n`) that `tree` wants.

        Once off the premises, where each body that is sent has an intent of its own (law 6).
        """
        if not self.target.provider.on_prem:
            return 1
        streamed, known = self.to.reply.streamed, profile(self.target.provider.kind)
        alone = known.one_choice and self.asked.hub and streamed is not None and streamed.says_all
        return choices_of(tree) if alone and self.stream else 1

    def unheard(self, tree: Tree) -> tuple[str, ...]:
        """What `tree` wishes for that the server ignores."""
        if not (self.asked.hub and self.to.hub) or self.to.reply.streamed is None:
            return ()
        known = profile(self.target.provider.kind)
        ignored = known.ignores | known.only_whole if self.stream else known.ignores
        return unheard(tree, ignored - {"n"} if self.times(tree) > 1 else ignored)

    def body(self, tree: Tree) -> Translated:
        named: Tree = {**tree, "model": self.target.model}
        if self.times(tree) > 1:
            del named["n"]
        translated = translate(named, self.asked, self.to, context=self.target.context)
        thinking = with_thinking(translated.tree, self.thinking, self.target.provider.kind, self.to)
        fitted = sanitise(thinking, self.target.provider.kind, self.to)
        streamed = self.to.spoken.streamed(fitted, self.stream) if self.to.spoken else fitted
        refitted = gone(thinking.get("messages"), fitted.get("messages"), ("messages",))
        return Translated(streamed, (*translated.lost, *sorted({pattern(path) for path in refitted})))

    def told(self, body: Translated) -> Translated:
        """A body that was looked at, with the note about tokens if the target wants it."""
        if not self.target.token_note or self.to.reply.streamed is None:
            return body
        return Translated(with_token_note(body.tree, self.to), body.lost)


def _redacted(
    kept: Tree,
    findings: Findings,
    *,
    form: _Form,
    styles: Mapping[Kind, Style],
    key: bytes,
    look: Detect,
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
        leaves = walk_fields(body.tree, form.to.fields)
        known = pseudonyms.pseudonyms
        left = residue(leaves, look(leaves.passages), wanted=styles.keys(), known=known, written=redacted.replaced)
        if not left:
            return form.told(body) if len(known) else body, redacted.kinds, known
        located += again(findings.leaves, left)
    raise RedactionIncomplete(())


def _serialised(tree: Tree, to: Endpoint) -> tuple[str, bytes]:
    """Content type and bytes."""
    if to.spoken is not None and to.spoken.written is not None:
        return to.spoken.written(tree)
    try:
        return JSON_TYPE, orjson.dumps(tree)
    except TypeError:  # orjson's own error is one
        raise InvalidRequest(
            "The body cannot be written as JSON: it holds broken text or is nested too deep."
        ) from None
