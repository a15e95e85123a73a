"""The path of a request, told in order; every step is somebody else's, and this is the only place that joins them."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from gateway.config import Settings
from gateway.config.changes import word_changes
from gateway.detectors.scanner import Scanner
from gateway.domain import Outcome, Shortfall, Target, Tree, UnknownReason, Usage
from gateway.errors import GatewayError, InternalError, PhiScanFailed, UpstreamFailed
from gateway.events import AbortPhase, AttemptResult, Cause, EventSink, Side, Step, StreamAborted
from gateway.kinds import profile
from gateway.phi.findings import Findings
from gateway.phi.replace.events import EventRestorer
from gateway.phi.replace.pseudonym import conversation_key
from gateway.phi.replace.reply import ReplyRestorer
from gateway.pipeline import refusal
from gateway.pipeline.answer import Answer
from gateway.pipeline.aside import Aside
from gateway.pipeline.attempt import Attempts
from gateway.pipeline.deadlines import patience
from gateway.pipeline.explain import Explained, explain_call
from gateway.pipeline.headers import decision_headers, price_headers
from gateway.pipeline.judge import Decisions, goes_last, judge, resolved, scanned, standing, today
from gateway.pipeline.run import Opened, Run
from gateway.pipeline.settlement import outcome_of
from gateway.pipeline.tracing import Trace
from gateway.pipeline.wish import Known
from gateway.policy.decide import Egress
from gateway.ports import AuditSink
from gateway.upstream import faults
from gateway.upstream.port import DONE, AttemptFailed
from gateway.wire.endpoint import Call
from gateway.wire.reply import Channels, choices_of
from gateway.wire.tokens import at_least_in_all

MISSING_TOKENS = 256
"""So many tokens fewer than a low estimate are no error of the estimate any more."""
TURN_CHUNKS = 16
"""After so many chunks everybody else has a turn."""
MAX_CHUNKS = 200_000
"""Chunks of a stream that is read on a caller's behalf: more than the longest answer of any model has."""
EndedBy = Callable[[], GatewayError | None]
_ENDLESS = "The answer has no end: it is longer than this gateway holds. Ask for a stream, or set `max_tokens`."


class Pipeline:
    """One for the whole gateway. `settings` and what is `known` of targets are asked anew for each request, which keeps them."""

    def __init__(
        self,
        *,
        settings: Callable[[], Settings],
        known: Callable[[], Known],
        scanner: Scanner,
        attempts: Attempts,
        events: EventSink,
        ledger: AuditSink,
        pseudonym_key: bytes,
        aside: Aside,
    ) -> None:
        self._settings = settings
        self._known = known
        self._scanner = scanner
        self._attempts = attempts
        self._attestation = attempts.attestation
        self._events = events
        self._ledger = ledger
        self._pseudonym_key = pseudonym_key
        self._aside = aside
        self._decisions = Decisions()

    async def answer(self, call: Call, *, default_agent: str = "", ended_by: EndedBy = lambda: None) -> Answer:
        """Take `call` the whole way.

        `ended_by` says, where this is cancelled or closed before its end, what for; None: the caller went away.

        Raises:
            GatewayError: it may not or cannot be answered; the message says what to do.
        """
        settings, arrived_s = self._settings(), time.monotonic()
        trace = Trace.of(call, events=self._events, ledger=self._ledger, terms=settings.terms)
        try:
            run = await self._decided(call, settings, trace, default_agent=default_agent, arrived_s=arrived_s)
            opened = await self._attempts.first_content(run)
            if not call.stream or opened.stream is None:
                return _whole(opened, await _read_out(opened, trace), trace)
        except GatewayError as error:
            trace.failed(error)
            raise
        except asyncio.CancelledError:
            left = _left(ended_by)
            trace.settle(left.outcome, status=left.status, error_code=left.code)
            if call.stream:
                self._events.emit(StreamAborted(phase=AbortPhase.BEFORE_FIRST_TOKEN, side=left.side))
            raise
        except Exception:
            trace.failed(InternalError(""))
            raise

        async def close() -> None:
            await self._finish(opened, trace, _left(ended_by))

        shape = opened.prepared.outbound.endpoint.reply
        events = self._restored(opened, trace, ended_by)
        headers = decision_headers(trace.opening()) | trace.hold_headers
        return Answer(headers, shape, events=events, close=close, ending=trace.price)

    async def _decided(
        self, call: Call, settings: Settings, trace: Trace, *, default_agent: str, arrived_s: float
    ) -> Run:
        """Resolve, scan, decide, plan: all that happens before anything is prepared."""
        resolution = resolved(call, settings, default_agent=default_agent)
        trace.resolved(resolution)
        await self._attempts.holdings.admit(call, resolution, settings.allowances)
        began = time.perf_counter()
        findings = await scanned(call, self._scanner, self._aside, settings.label_terms)
        trace.scanned(findings, duration_s=time.perf_counter() - began, by=self._scanner.version)
        forwards = self._attestation.forwards
        began = time.perf_counter()
        deciding = self._decisions
        judged = judge(call, resolution, findings, settings, known=self._known, forwards=forwards, deciding=deciding)
        trace.stepped(Step.DECIDE, time.perf_counter() - began)
        trace.decided(judged.decision, judged.facts, config_hash=settings.hash)
        planned = judged.planned
        if not planned and UnknownReason.SCAN_FAILED in findings.unknowns:
            raise PhiScanFailed(
                "The request could not be checked for identifiers in time, and no target on the premises takes it. "
                "Try again, or add a target on the premises to the route."
            )
        if not planned:
            raise refusal.nothing_permitted(judged.decision, off=judged.off, passed=judged.plan.passed)
        return Run(
            call=call,
            findings=findings,
            decision=judged.decision,
            planned=planned,
            passed=judged.plan.passed,
            trace=trace,
            key=conversation_key(self._pseudonym_key, call.caller.name, call.conversation or judged.day.isoformat()),
            lasting=self._pseudonym_key,
            model=call.model or resolution.model_label,
            patience=patience(resolution.route, others=len(planned) > 1, now_s=arrived_s),
            now=partial(self._as_of_now, call, findings, trace, judged.day, settings, default_agent),
            batch=goes_last(call, resolution, settings),
            record_all=settings.ledger_local == "refuse",
            thinking=resolution.route.thinking,
            retries=resolution.route.retries,
            allowances=settings.allowances,
        )

    def _as_of_now(
        self,
        call: Call,
        findings: Findings,
        trace: Trace,
        day: date,
        settings: Settings,
        default_agent: str,
        egress: Egress,
    ) -> Egress | None:
        """Decide again where anything changed since `settings` and `day`: a request may have waited for minutes.

        The old target is not asked, for it does not know that it was taken out of the route, or its agreement back.
        """
        current, forwards = self._settings(), self._attestation.forwards
        stays = forwards(egress.target) is egress.target.provider.forwards
        if current is settings and today() == day and stays:
            return egress
        caller = standing(call.caller, current)
        if caller is None:
            return None
        try:
            resolution = resolved(replace(call, caller=caller), current, default_agent=default_agent)
        except GatewayError:
            return None
        if word_changes(settings.own_words, current.own_words).narrower:  # more would be found now than was
            findings = findings.outdated
        if not set(current.label_terms.terms) <= set(settings.label_terms.terms):
            findings = replace(findings, labels=findings.labels | current.label_terms.labels)
        judged = judge(call, resolution, findings, current, known=self._known, forwards=forwards)
        still = next((one for one in judged.planned if one.target.name == egress.target.name), None)
        for refused in judged.decision.refusals:
            if refused.target.name == egress.target.name and not refused.target.provider.on_prem:
                trace.kept_from(refused.target, refused.reason)
        if still is not None:
            trace.decided(judged.decision, judged.facts, config_hash=current.hash)
        return still

    async def loaded(self, targets: Iterable[Target]) -> frozenset[str]:
        """The names of targets on the premises whose models are in memory."""
        return await self._attempts.loaded(targets)

    def place_of(self, request_id: str) -> dict[str, str]:
        """Headers that say where a request stands in the queue of its machine; none where it does not wait there."""
        turn = self._attempts.queue_place(request_id)
        if turn is None:
            return {}
        return {"x-gateway-queue-place": str(turn.place), "x-gateway-expected-wait-s": str(math.ceil(turn.wait_s))}

    async def explain(self, call: Call, *, outbound: bool = False) -> Explained:
        """What would become of `call`, which is not sent. Raises GatewayError where it is refused outright."""
        return await explain_call(
            call,
            self._settings(),
            scanner=self._scanner,
            aside=self._aside,
            known=self._known(),
            forwards=self._attestation.forwards,
            pseudonym_key=self._pseudonym_key,
            holdings=self._attempts.holdings,
            outbound=outbound,
        )

    async def _restored(self, opened: Opened, trace: Trace, ended_by: EndedBy) -> AsyncGenerator[Tree, None]:
        """The events of a stream, restored; settles whatever way it ends."""
        restorer = _restorer(opened, trace.account.call)
        end: _End | None = None
        try:
            async for chunk in _chunks(opened, trace):
                for event in restorer.event(chunk):
                    yield event
            for event in restorer.end():
                yield event
            last = opened.stream.last() if opened.stream else None
            if last is not None:
                for event in restorer.event(last):
                    yield event
            end = _End(Outcome.OK, 200)
        except GatewayError as error:
            end = _End(outcome_of(error), error.status, error.code)
            for event in restorer.end():
                yield event
            raise
        except Exception:
            end = _End(Outcome.INTERNAL, InternalError.status, InternalError.code)
            raise
        finally:
            trace.restored(unresolved=restorer.unresolved)
            await self._finish(opened, trace, _left(ended_by) if end is None else end)

    async def _finish(self, opened: Opened, trace: Trace, end: _End) -> None:
        await opened.reply.aclose()
        _count(opened, trace)
        if end.outcome is Outcome.OK:
            opened.ended(AttemptResult.OK, tokens=trace.account.usage.output_tokens)
        else:
            trace.left_off(opened.prepared.outbound.tree)
        opened.ended(AttemptResult.CANCELLED)
        if trace.settle(end.outcome, status=end.status, error_code=end.code) and end.outcome is not Outcome.OK:
            self._events.emit(StreamAborted(phase=AbortPhase.MID_STREAM, side=end.side))


@dataclass(frozen=True, slots=True)
class _End:
    """How a request ended, as it is recorded."""

    outcome: Outcome
    status: int
    code: str = ""
    side: Side = Side.UPSTREAM


def _left(ended_by: EndedBy) -> _End:
    """The end of a request that nobody waits for any more, or that the gateway cannot wait for."""
    why = ended_by()
    if why is None:
        return _End(Outcome.CLIENT_DISCONNECT, 499, side=Side.CLIENT)
    why.settled = True
    return _End(outcome_of(why), why.status, why.code, Side.GATEWAY)


async def _chunks(opened: Opened, trace: Trace) -> AsyncIterator[Tree]:
    """The chunks of a stream to its proper end.

    Raises:
        GatewayError: it ended without one (law 8), or took too long.
    """
    for chunk in opened.first:
        yield chunk
    if opened.rest is None or opened.stream is None:
        return
    count, began = 0, time.perf_counter()
    try:
        async for raw in opened.rest:
            trace.waited(time.perf_counter() - began)
            chunk_or_none = opened.stream.done() if raw is DONE else opened.stream.chunk(raw)
            if chunk_or_none is not None:
                yield chunk_or_none
            count += 1
            if count % TURN_CHUNKS == 0:  # a fast provider never makes us wait, and so nobody else would have a turn
                await asyncio.sleep(0)
                if opened.overdue:
                    raise faults.overdue(opened.prepared.outbound.target)
            began = time.perf_counter()
        trace.waited(time.perf_counter() - began)
    except AttemptFailed as failure:
        if opened.overdue or not opened.stream.finished:
            raise _broken(opened, trace, failure) from None
    if not opened.stream.finished:
        raise _broken(opened, trace, None)


def _broken(opened: Opened, trace: Trace, failure: AttemptFailed | None) -> GatewayError:
    """Why an answer ended that had no end: a failed attempt, though nobody else may be asked any more."""
    target = opened.prepared.outbound.target
    failure = faults.overdue(target) if opened.overdue else failure
    late = failure is not None and failure.result is AttemptResult.TIMEOUT
    opened.ended(AttemptResult.TIMEOUT if late else AttemptResult.BAD_REPLY)
    if failure is not None and (late or not failure.fallback):
        trace.broke(failure.cause)
        return failure.error
    trace.broke(Cause.BROKEN)
    return UpstreamFailed(f"Target {target.name} broke off in the middle of its answer.")


async def _read_out(opened: Opened, trace: Trace) -> Tree:
    """The answer in one piece, for a caller who wants it so: whatever way it came, it is the same."""
    try:
        chunks: list[Tree] = []
        async for chunk in _chunks(opened, trace):
            chunks.append(chunk)
            if len(chunks) > MAX_CHUNKS:
                raise UpstreamFailed(_ENDLESS)
        _count(opened, trace)
        opened.ended(AttemptResult.OK, tokens=trace.account.usage.output_tokens)
    finally:
        await opened.reply.aclose()
        opened.ended(AttemptResult.CANCELLED)
    streamed = opened.prepared.outbound.endpoint.reply.streamed
    if streamed is None or opened.stream is None:
        return chunks[0]
    last = opened.stream.last()
    return streamed.aggregate([*chunks, last] if last else chunks, opened.stream.counts)


def _whole(opened: Opened, tree: Tree, trace: Trace) -> Answer:
    restorer, began = _restorer(opened, trace.account.call), time.perf_counter()
    restored = restorer.reply(tree)
    trace.stepped(Step.RESTORE, time.perf_counter() - began)
    trace.restored(unresolved=restorer.unresolved)
    given, wanted = tree.get("choices"), choices_of(opened.prepared.outbound.tree)
    if isinstance(given, list) and len(given) < wanted:
        trace.fell_short(Shortfall.N)
    settled = trace.settle(Outcome.OK, status=200)
    headers = {**decision_headers(settled), **price_headers(settled), **trace.hold_headers} if settled else {}
    return Answer(headers, opened.prepared.outbound.endpoint.reply, tree=restored)


def _count(opened: Opened, trace: Trace) -> None:
    """Tokens as they were reported; far fewer than the request has at least were left out by the server (ollama#4967)."""
    usage, outbound = _usage(opened), opened.prepared.outbound
    trace.used(usage)
    if usage is None or not usage.input_tokens or not profile(outbound.target.provider.kind).of_people:
        return
    known = usage.input_tokens // outbound.times + MISSING_TOKENS
    # a token takes two bytes at the least, and so those of a short request need no counting
    if known < len(outbound.content) // 2 and at_least_in_all(outbound.tree) > known:
        trace.fell_short(Shortfall.MESSAGES if "messages" in outbound.tree else Shortfall.INPUT)


def _usage(opened: Opened) -> Usage | None:
    """Tokens, as far as they were reported."""
    shape = opened.prepared.outbound.endpoint.reply
    return opened.stream.usage if opened.stream else shape.usage_of(opened.first[0])


def _restorer(opened: Opened, call: Call) -> ReplyRestorer:
    """The restorer of this reply; an answer that was asked for as JSON is restored as JSON."""
    prepared = opened.prepared
    structured = call.endpoint.in_json(call.payload)
    channels = prepared.outbound.endpoint.reply.channels
    made = EventRestorer if channels is Channels.EVENTS else ReplyRestorer
    return made(channels, prepared.pseudonyms, structured=structured)
