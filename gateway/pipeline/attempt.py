"""Tries permitted egresses in turn until one gives content; after the first content, never another (law 8)."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

from gateway.domain import Adapter, Content, Detection, Passage, Target
from gateway.errors import EgressDenied, ErrandDenied, InvalidRequest, NotRecorded, UpstreamFailed
from gateway.events import AttemptResult, Step
from gateway.kinds import profile
from gateway.outbound.prepare import Detect, Prepared, RedactionRefused, prepare
from gateway.phi.findings import Findings
from gateway.pipeline import refusal
from gateway.pipeline.aside import Aside
from gateway.pipeline.holding import Holdings
from gateway.pipeline.judge import today
from gateway.pipeline.opening import begun, whole
from gateway.pipeline.record import intent_row
from gateway.pipeline.run import Limit, Opened, Run
from gateway.pipeline.standings import Closed, Standings
from gateway.policy.decide import Egress
from gateway.ports import AuditSink, LedgerUnavailable
from gateway.routing.plan import Why
from gateway.upstream import faults
from gateway.upstream.attestation import Place
from gateway.upstream.machines import FREE, Slot, Turn
from gateway.upstream.port import AttemptFailed, Overtaken, Reply, Unheard, Upstream
from gateway.upstream.premises import Premises
from gateway.upstream.questions import Silent, Unanswered, Unreachable
from gateway.upstream.several import in_turn
from gateway.wire.endpoint import Call
from gateway.wire.pictures import formats
from gateway.wire.tokens import at_least

WORTH_ASKING_TOKENS: Final = 1_024
"""From here on a server is asked how much its model holds: there is none that holds less."""


LOOK_S: Final = 2.0
"""How long whoever asks what is loaded waits for servers that do not answer."""
_MAY_PASS: Final = frozenset({AttemptResult.CONNECT, AttemptResult.SERVER_ERROR, AttemptResult.RATE_LIMITED})
"""Failures after which the same target may be asked again: it said nothing yet, and may be well in a moment."""


class SecondLook(Protocol):
    """The second look at what is about to leave: where we are, or in slices of the event loop."""

    def allowed_s(self, passages: Sequence[Passage]) -> float: ...
    @property
    def inline_chars(self) -> int: ...
    def look(self, passages: Sequence[Passage], *, caller: str = "") -> Sequence[Detection]: ...
    def look_again(
        self, passages: Sequence[Passage], *, caller: str = ""
    ) -> Coroutine[None, None, Sequence[Detection]]: ...


class Attempts:
    """The sending half of the pipeline; one for all requests."""

    def __init__(
        self,
        *,
        upstreams: Mapping[Adapter, Upstream],
        premises: Premises,
        ledger: AuditSink,
        scanner: SecondLook,
        aside: Aside,
        audit_key: bytes,
        standings: Standings,
        holdings: Holdings,
    ) -> None:
        self.holdings = holdings
        self._upstreams = upstreams
        self._standings = standings
        self.attestation = premises.attestation
        self._windows = premises.windows
        self._machines = premises.machines
        self._meters = premises.meters
        self._warmth = premises.warmth
        self._ledger = ledger
        self._scanner = scanner
        self._aside = aside
        self._audit_key = audit_key

    async def first_content(self, run: Run) -> Opened:
        """The first answer with content among the planned egresses, in order.

        A server that would ignore what the request wishes for has its turn when all others had theirs; one that a reload
        overtook has it again.

        Raises:
            GatewayError: none gave one; it says what to start and which rule kept other targets out.
        """
        self._standings.came()
        failures: list[tuple[Target, AttemptFailed]] = []
        turns = deque((egress, len(run.planned) == 1) for egress in run.planned)
        tries = 1
        while turns:
            egress, anyway = turns.popleft()
            try:
                opened = await self._attempt(run, egress, last=not turns, anyway=anyway)
            except Unheard:
                turns.append((egress, True))
            except Overtaken:
                turns.appendleft((egress, anyway))
            except AttemptFailed as failure:
                if not failure.fallback:
                    raise failure.error from None
                failures.append((egress.target, failure))
                if run.patience.over(time.monotonic()):
                    break
                if not turns and tries <= run.retries and await self._waited(failure, tries):
                    turns.append((egress, True))
                    tries += 1
            else:
                _tell_passed(run)
                return opened
        error = refusal.nothing_answered(failures, run.decision)
        if tries > 1:  # never in two layers: it was done for the caller
            error.should_retry = False
        raise error

    async def _waited(self, failure: AttemptFailed, tries: int) -> bool:
        """Whether the last target is asked again, having waited for it: only what may pass by itself, within the budget."""
        if failure.result not in _MAY_PASS:
            return False
        wait_s = self._standings.another_try(tries, named_s=failure.retry_after_s)
        if wait_s is not None:
            await asyncio.sleep(wait_s)
        return wait_s is not None

    async def _attempt(self, run: Run, egress: Egress, *, last: bool, anyway: bool) -> Opened:
        target = egress.target
        entry = self._standings.enter(target, last=last)
        if isinstance(entry, Closed):
            run.trace.passed_over(target)
            limited = entry.result is AttemptResult.RATE_LIMITED
            raise faults.left_alone(target, limited=limited, wait_s=entry.wait_s)
        run.trace.attempting(target)
        slot: Slot | None = None
        try:
            began_s = time.monotonic()
            slot, cold = await self._turn(run, target, began_s)
            run.trace.began()
            prepared = await self._prepare(run, egress)
            if prepared.unheard and not anyway:
                raise faults.unheard(prepared.outbound.target, prepared.unheard)
            await self._fits(run, prepared)
            prepared = await self.holdings.hold(run, prepared)
            await self._record(run, prepared)
            opened = await self._open(run, prepared, Limit(began_s, cold=cold), last=last)
            opened.reply.then(slot.release)
            slot, opened.entry = None, entry
            entry.first_content()
        except BaseException as error:
            if slot is not None:
                slot.release(counts=False)
            run.trace.let_go(failed=isinstance(error, AttemptFailed))
            if isinstance(error, AttemptFailed):
                entry.ended(error.result, retry_after_s=error.retry_after_s, status=error.status)
                run.trace.attempted(error.result, status=error.status, reached=error.reached, cause=error.cause)
            else:
                entry.ended(AttemptResult.CANCELLED)
                run.trace.attempted(AttemptResult.CANCELLED)
            raise
        run.trace.answered(prepared, lacking=opened.reply.not_carried)
        return opened

    async def _turn(self, run: Run, target: Target, began_s: float) -> tuple[Slot, bool]:
        """Wait for the target's machine, and have its server say where it runs the model: before, since nothing is loaded
        for a model that is not there, and after a wait that may have taken minutes. The first token's limit holds for it.

        Returns:
            The slot, and whether the model had to be loaded when it was asked for.

        Raises:
            AttemptFailed: no slot came in time, or the server does not have the model or did not say.
        """
        minds = run.patience.minds_loading
        if not minds and self._machines.passes(target) and self._is_attested(target):
            return FREE, False  # nothing below would wait, and so nothing needs a timer
        began = time.perf_counter()
        slot: Slot | None = None
        limit, queued = Limit(began_s, cold=False), False
        try:
            async with asyncio.timeout(limit.left_s(run)) as timer:
                await self._attest(target)
                if minds and await self._warmth.is_cold(target):
                    limit = Limit(began_s, cold=True)
                    left_s = limit.left_s(run)
                    timer.reschedule(None if left_s is None else asyncio.get_running_loop().time() + left_s)
                queued = True
                slot = await self._queued(run, target)
                queued = False
                await self._attest(target)
        except BaseException as error:
            if slot is not None:
                slot.release(counts=False)
            if isinstance(error, TimeoutError):
                raise limit.missed(run, target, queued=queued) from None
            raise
        finally:
            run.trace.held(time.perf_counter() - began)
        return slot, limit.cold

    async def _queued(self, run: Run, target: Target) -> Slot:
        began = time.perf_counter()
        try:
            call = run.call
            return await self._machines.take(
                target,
                caller=call.caller.name,
                batch=run.batch,
                urgent=bool(call.emergency),
                request_id=call.request_id,
            )
        finally:
            run.trace.queued(time.perf_counter() - began)

    async def loaded(self, targets: Iterable[Target]) -> frozenset[str]:
        """The names of those targets whose models are in memory, as far as their servers say so within `LOOK_S`."""
        asked = {target.name: asyncio.create_task(self._warmth.is_warm(target)) for target in targets}
        if asked:
            _, late = await asyncio.wait(asked.values(), timeout=LOOK_S)
            for task in late:
                task.cancel()
        return frozenset(name for name, task in asked.items() if task.done() and not task.cancelled() and task.result())

    def queue_place(self, request_id: str) -> Turn | None:
        """Where a request stands that waits for its machine; None if it does not wait."""
        return self._machines.place(request_id)

    def _is_attested(self, target: Target) -> bool:
        return not target.provider.at_home or self.attestation.is_here(target)

    async def _attest(self, target: Target) -> None:
        """Have a server on the premises say where it runs the model; the decision as of now goes by it (law 10).

        Raises:
            AttemptFailed: it did not say, or does not have the model.
        """
        if not target.provider.at_home:
            return
        try:
            place = await self.attestation.place(target)
        except Unreachable as error:
            raise faults.unreachable(target, cause=error.cause) from None
        except Silent:
            raise faults.late(target) from None
        except Unanswered:
            raise faults.unattested(target) from None
        if place is Place.NOWHERE:
            raise faults.refused(404, b"", target=target)

    async def _prepare(self, run: Run, egress: Egress) -> Prepared:
        """The outbound for this egress, as far as it still holds, made from the original payload (law 2)."""
        standing = run.now(egress)
        if standing is None:
            moved = self.attestation.forwards(egress.target) and egress.target.provider.on_prem
            raise refusal.served_elsewhere(egress) if moved else refusal.no_longer(egress)
        run.trace.aimed(standing.target)
        slow = run.call.large or self._is_long(run.findings)
        try:
            work = partial(
                prepare,
                run.call_now,
                standing,
                findings=run.findings,
                key=run.key,
                look=self._second_look(run.call, slow=slow),
                today=today(),
                stream=run.streams(standing.target),
                lasting=run.lasting,
                thinking=run.thinking,
            )
            began = time.perf_counter()
            prepared = await self._aside(work, large=slow)
        except (InvalidRequest, ErrandDenied) as unable:  # what one target cannot carry another one may
            run.trace.withheld(unable)
            raise AttemptFailed(unable, result=AttemptResult.REFUSED, reached=False) from None
        except RedactionRefused as refused:
            run.trace.withheld(refused)
            if not standing.target.provider.on_prem:
                run.trace.kept_from(standing.target, refused.reason)
            raise AttemptFailed(EgressDenied(str(refused)), result=AttemptResult.REFUSED) from None
        run.trace.stepped(Step.PREPARE, time.perf_counter() - began)
        return prepared

    async def _fits(self, run: Run, prepared: Prepared) -> None:
        """Whether the request has any chance: its pictures can be read, and it fits, where somebody says what the target holds.

        Raises:
            AttemptFailed: one of its pictures cannot be read, or even at the fewest tokens that it can have it is too long.
        """
        outbound = prepared.outbound
        unread = profile(outbound.target.provider.kind).unread_pictures
        if Content.IMAGE in run.findings.content and unread and (found := formats(outbound.tree) & unread):
            raise faults.unread_picture(outbound.target, found)
        if outbound.target.context is None and len(outbound.content) < 2 * WORTH_ASKING_TOKENS:
            return  # a token takes two bytes at the least, and so it need not be counted
        tokens = at_least(outbound.tree)
        if tokens < WORTH_ASKING_TOKENS and outbound.target.context is None:
            return
        window = await self._windows.tokens(outbound.target)
        if window is not None and tokens > window:
            raise faults.surely_too_long(outbound.target, tokens=tokens, window=window)

    def _is_long(self, findings: Findings) -> bool:
        """Whether the second look would keep everybody else waiting: at much text that is new, something being replaced."""
        if not findings.located:
            return False
        return sum(len(leaf.text) for leaf in findings.leaves) > self._scanner.inline_chars

    def _second_look(self, call: Call, *, slow: bool) -> Detect:
        """The second look; at much text from the thread it is prepared in, and back here in slices."""
        if not slow:
            return partial(self._scanner.look, caller=call.caller.name)
        loop = asyncio.get_running_loop()

        def look(passages: Sequence[Passage]) -> Sequence[Detection]:
            work = self._scanner.look_again(passages, caller=call.caller.name)
            return asyncio.run_coroutine_threadsafe(work, loop).result(self._scanner.allowed_s(passages) + 1)

        return look

    async def _record(self, run: Run, prepared: Prepared) -> None:
        """The durable intent, before the first byte leaves the premises (law 6)."""
        if prepared.outbound.target.provider.on_prem:
            if run.record_all and not self._ledger.available:
                unrecorded = NotRecorded("The audit ledger cannot be written, and `ledger.local` is `refuse`.")
                raise AttemptFailed(unrecorded, result=AttemptResult.UNRECORDED)
            return
        try:
            row = intent_row(prepared, run.trace.account, key=self._audit_key)
            began = time.perf_counter()
            await self._ledger.intend(row)
            run.trace.stepped(Step.RECORD, time.perf_counter() - began)
        except LedgerUnavailable:
            error = NotRecorded("The record cannot be written, so nothing leaves: `gateway status` says why.")
            raise AttemptFailed(error, result=AttemptResult.UNRECORDED) from None

    async def _open(self, run: Run, prepared: Prepared, limit: Limit, *, last: bool) -> Opened:
        outbound = prepared.outbound
        began = time.perf_counter()
        reply: Reply | None = None
        try:
            async with asyncio.timeout(limit.left_s(run)):
                reply = await self._send(run, prepared)
                streamed = outbound.endpoint.reply.streamed
                if outbound.times > 1 and streamed is not None:
                    again = partial(self._send, run, prepared)
                    reply = in_turn(reply, again, times=outbound.times, chunks_of=streamed.chunks_of)
                if reply.tree is not None:
                    return whole(run, prepared, reply, reply.tree)
                return await begun(run, prepared, reply, last=last)
        except BaseException as error:
            if reply is not None:
                await reply.aclose()
            if isinstance(error, TimeoutError):
                raise limit.missed(run, outbound.target) from None
            if isinstance(error, UpstreamFailed):
                raise AttemptFailed(error, result=AttemptResult.BAD_REPLY, status=200) from None
            raise
        finally:
            run.trace.waited(time.perf_counter() - began)

    async def _send(self, run: Run, prepared: Prepared) -> Reply:
        """Send, as far as it still holds: what came before took time, in which somebody may have reloaded.

        Raises:
            AttemptFailed: it does not hold any more, or the upstream failed.
        """
        standing = run.now(prepared.egress)
        if standing != prepared.egress:
            raise refusal.no_longer(prepared.egress) if standing is None else refusal.overtaken(prepared.egress)
        run.trace.sending(prepared.redacted, meters=self._meters)
        return await self._upstreams[prepared.outbound.adapter].send(prepared.outbound)


def _tell_passed(run: Run) -> None:
    """Who was not asked, although it would have come before the target that answered."""
    asked = {one.target.name for one in run.trace.account.attempts}
    for one in run.passed:
        if one.why in {Why.DOWN, Why.FAILING} and one.target.name not in asked:
            run.trace.passed_over(one.target)
