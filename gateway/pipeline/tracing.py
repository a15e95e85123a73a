"""What happens to one request on its way, written down by the pipeline alone and told once; holds no text of the request."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Protocol

from gateway.domain import Facts, Kind, Outcome, Settlement, Shortfall, Target, Tree, UnknownReason, Usage
from gateway.errors import ErrandDenied, GatewayError
from gateway.events import (
    AttemptEnded,
    AttemptResult,
    AttemptStarted,
    Cause,
    Decided,
    EgressRefused,
    EventSink,
    FallbackResult,
    FellBack,
    FellShort,
    OwnList,
    OwnWordsUsed,
    PhiFound,
    ScanEnded,
    ScanFailure,
    Step,
    StepEnded,
)
from gateway.meters.sampler import Sampler
from gateway.meters.shares import Share
from gateway.outbound.prepare import Prepared, RedactionRefused
from gateway.phi.findings import Findings
from gateway.pipeline.headers import price_headers
from gateway.pipeline.record import attempt_row, now_us
from gateway.pipeline.settlement import ERRAND, Account, Attempt, outcome_of, reason_of, settlement
from gateway.policy.decide import Decision
from gateway.ports import AuditSink
from gateway.routing.price import UNSAID, Terms
from gateway.routing.resolve import Resolution
from gateway.upstream.causes import ended
from gateway.wire.endpoint import Call
from gateway.wire.tokens import about

_ENDS: Final = {
    Outcome.OK: AttemptResult.OK,
    Outcome.UPSTREAM_ERROR: AttemptResult.BAD_REPLY,
    Outcome.DEADLINE: AttemptResult.TIMEOUT,
    Outcome.CLIENT_ERROR: AttemptResult.REJECTED,
}
"""How a try ended whose answer had begun; all other ends are ours or the caller's, and none of its target's."""


class Lease(Protocol):
    """What is held of budgets and limits for one attempt."""

    @property
    def headers(self) -> dict[str, str]: ...
    def refund(self) -> None: ...
    def settle(self, settled: Settlement, *, on_prem: bool) -> None: ...


@dataclass(slots=True)
class Trace:
    """The account of one request, from its first byte to its settlement.

    The request's own task writes it down, by the methods below and by nothing else; whoever wants to show it asks for
    `settled`, which is the same for all.
    """

    account: Account
    _events: EventSink
    _ledger: AuditSink
    _trying: bool = False
    _failed: Attempt | None = None
    _settlement: Settlement | None = None
    _lease: Lease | None = None
    _broke: Cause | None = None
    _metered: tuple[Sampler, Share] | None = None
    hold_headers: dict[str, str] = field(default_factory=dict)
    """What the caller is told of the budgets and limits that its answer is held against."""

    @classmethod
    def of(cls, call: Call, *, events: EventSink, ledger: AuditSink, terms: Terms = UNSAID) -> Trace:
        """The trace of a request that begins now, and whose bill is reckoned by `terms`."""
        return cls(Account(call, began_s=time.perf_counter(), terms=terms), events, ledger)

    # --- on the way --------------------------------------------------------------------------------------------------

    def resolved(self, resolution: Resolution) -> None:
        self.account.resolution = resolution
        self.account.labels = tuple(sorted(resolution.labels))

    def scanned(self, findings: Findings, *, duration_s: float, by: str) -> None:
        """What was found; `by` is the version of what looked."""
        self.account.findings = findings
        self.account.detector = by
        failed = ScanFailure.TREATED_AS_PHI if UnknownReason.SCAN_FAILED in findings.unknowns else None
        self._events.emit(ScanEnded(duration_s=duration_s, failed=failed))
        self.stepped(Step.SCAN, duration_s)
        if not findings.located and not findings.spared:
            return
        for (kind, carrier), count in Counter((at.finding.kind, at.carrier) for at in findings.located).items():
            self._events.emit(PhiFound(kind=kind, carrier=carrier, count=count))
        added = sum(bool(at.finding.entry) for at in findings.located)
        for of, count in ((OwnList.ALSO, added), (OwnList.NEVER, len(findings.spared))):
            if count:
                self._events.emit(OwnWordsUsed(of=of, count=count))

    def decided(self, decision: Decision, facts: Facts, *, config_hash: str) -> None:
        self.account.decision = decision
        self.account.labels = tuple(sorted(facts.labels))
        self.account.config_hash = config_hash
        for refusal in decision.refusals:
            if not refusal.target.provider.on_prem:
                self.kept_from(refusal.target, refusal.reason)

    def stepped(self, step: Step, duration_s: float) -> None:
        """A step is over; told where somebody follows the request."""
        call = self.account.call
        if call.traced is not None and call.traced.sampled:
            attempt = len(self.account.attempts) if step in {Step.PREPARE, Step.RECORD} else 0
            self._events.emit(StepEnded(request_id=call.request_id, step=step, duration_s=duration_s, attempt=attempt))

    def kept_from(self, target: Target, reason: str) -> None:
        """A target off the premises may not have the request; `reason` is a code of the policy or of the redaction."""
        self.account.kept_from[target.name] = reason

    def withheld(self, why: GatewayError | RedactionRefused) -> None:
        """A target was permitted, and what was made for it may not be sent: the first one's reason is the decision's."""
        reason = why.reason if isinstance(why, RedactionRefused) else ERRAND if isinstance(why, ErrandDenied) else ""
        self.account.withheld = self.account.withheld or reason

    def attempting(self, target: Target) -> None:
        """A target is about to be tried."""
        self._trying = True
        self.account.attempts.append(Attempt(target, began_s=time.perf_counter()))

    def began(self) -> None:
        """The turn of the target came, and it is worked at."""
        attempt = self.account.attempts[-1]
        attempt.began, target = True, attempt.target
        self._events.emit(AttemptStarted(provider=target.provider.name, target=target.name))

    def passed_over(self, target: Target) -> None:
        """A target is not asked that would have been: it is down, or fails."""
        skipped = Attempt(target, began_s=time.perf_counter())
        self._tell(skipped, AttemptResult.PASSED_OVER, duration_s=0.0, status=None, cause=Cause.LEFT_ALONE)
        self._ledger.attempt(
            attempt_row(self.account, skipped, result=AttemptResult.PASSED_OVER, duration_s=0.0, status=None)
        )

    def aimed(self, target: Target) -> None:
        """The target that is being tried, as it is by what is in force now."""
        self.account.attempts[-1].target = target

    def sending(self, redacted: frozenset[Kind], *, meters: Sampler) -> None:
        """From here on the target may have received the request, without what was `redacted`, and works at it."""
        attempt = self.account.attempts[-1]
        attempt.reached, attempt.redacted = True, redacted
        if self._metered is None and (share := meters.begin(attempt.target)) is not None:
            self._metered = meters, share

    def hold(self, lease: Lease) -> None:
        """Something is held for the attempt."""
        self._lease, self.hold_headers = lease, dict(lease.headers)

    def let_go(self, *, failed: bool) -> None:
        """The attempt came to nothing. What is held for it is given back where it `failed` or nothing was sent yet; one that
        the caller left may be paid for all the same.
        """
        if self._lease is not None and (failed or not self.account.attempts[-1].reached):
            self._lease.refund()
            self._lease, self.hold_headers = None, {}

    def broke(self, cause: Cause | None) -> None:
        """The answer that began broke off, and why."""
        self._broke = cause

    def attempted(
        self, result: AttemptResult, *, status: int | None = None, reached: bool = True, cause: Cause | None = None
    ) -> None:
        """The try is over. `reached` False: the target is known to have received nothing; `cause`: why it failed.

        It has a row of its own unless it is the only one, at a target on the premises, and answers: then the outcome says
        all of it. One that gave content is over with its request, and `settle` says how.
        """
        account, attempt = self.account, self.account.attempts[-1]
        self._trying = False
        if self._metered is not None:
            (meters, share), self._metered = self._metered, None
            attempt.measured_wh, attempt.worked_s = meters.end(share), share.seconds
        attempt.reached = attempt.reached and reached
        duration_s = time.perf_counter() - attempt.began_s
        target = attempt.target
        self._tell(attempt, result, duration_s=duration_s, status=status, cause=cause)
        if not target.provider.on_prem or result is not AttemptResult.OK or len(account.attempts) > 1:
            self._ledger.attempt(attempt_row(account, attempt, result=result, duration_s=duration_s, status=status))
        attempt.result = result
        if self._failed is not None:
            made = FallbackResult.OK if result is AttemptResult.OK else FallbackResult.FAILED
            before = self._failed
            self._events.emit(FellBack(from_=before.target.name, to=target.name, reason=before.result, result=made))
        self._failed = None if result is AttemptResult.OK else attempt

    def _tell(
        self, attempt: Attempt, result: AttemptResult, *, duration_s: float, status: int | None, cause: Cause | None
    ) -> None:
        call, target = self.account.call, attempt.target
        self._events.emit(
            AttemptEnded(
                request_id=call.request_id,
                operation=call.operation,
                provider=target.provider.name,
                target=target.name,
                model=target.model,
                result=result,
                duration_s=duration_s,
                status=status,
                began=attempt.began,
                cause=cause,
                attempt=0 if result is AttemptResult.PASSED_OVER else len(self.account.attempts),
            )
        )

    def answered(self, prepared: Prepared, *, lacking: tuple[str, ...] = ()) -> None:
        """The first content of the last attempt came; its adapter left out the fields that are `lacking`."""
        self.account.answer = prepared
        self.account.lacking = lacking
        if self.account.call.stream:
            self.account.first_token_s = time.perf_counter() - self.account.began_s

    def fell_short(self, how: Shortfall) -> None:
        """The answer shows that its target did not do what it was asked; told once each."""
        if self._settlement is not None or how in self.account.shortfalls:
            return
        self.account.shortfalls.add(how)
        target = self.account.attempts[-1].target
        call = self.account.call
        self._events.emit(
            FellShort(request_id=call.request_id, provider=target.provider.name, target=target.name, how=how)
        )

    def waited(self, seconds: float) -> None:
        """Time that was the upstream's, not ours, after which something came."""
        attempt = self.account.attempts[-1]
        attempt.waited_s += seconds
        attempt.pieces += 1
        if self._metered is not None:
            self._metered[1].made()

    def held(self, seconds: float) -> None:
        """Time before anything was sent that was not ours either: the machine was busy, or its server was asked."""
        self.account.attempts[-1].held_s += seconds

    def queued(self, seconds: float) -> None:
        """Time in the queue of a machine, which is part of what it was held."""
        self.account.attempts[-1].queued_s += seconds

    def used(self, usage: Usage | None) -> None:
        """Tokens, as far as they were reported."""
        self.account.usage = usage or self.account.usage

    def left_off(self, tree: Tree) -> None:
        """The answer to `tree` ended early, and nobody reported what it took: about what was sent, and a token a piece."""
        if not self.account.usage.reported:
            made = self.account.attempts[-1].pieces
            self.account.usage = Usage(input_tokens=about(tree), output_tokens=made, estimated=True)

    def price(self) -> dict[str, str]:
        """Money and energy of a request that is over, as headers; nothing before."""
        return price_headers(self._settlement) if self._settlement else {}

    def restored(self, *, unresolved: int) -> None:
        """How many pseudonyms of the answer stand for nothing in the request."""
        self.account.pseudonyms_unresolved = unresolved

    def opening(self) -> Settlement:
        """The headers of a stream go out now: what can be said so far. Our own share of the time ends here."""
        account = self.account
        account.overhead_s = account.overhead_at(time.perf_counter())
        return settlement(account, Outcome.OK, status=200, now_s=time.perf_counter(), at_us=now_us())

    # --- the end -----------------------------------------------------------------------------------------------------

    def failed(self, error: GatewayError) -> None:
        self.settle(outcome_of(error), status=error.status, error_code=error.code)
        error.decision = reason_of(self.account)
        error.settled = True

    def settle(self, outcome: Outcome, *, status: int, error_code: str = "") -> Settlement | None:
        """Tell it, once; None if it was told before."""
        if self._settlement is not None:
            return None
        if self._trying:
            result = _ENDS.get(outcome, AttemptResult.CANCELLED)
            self.attempted(result, cause=self._broke or ended(result, None))
        settled = self._settlement = settlement(
            self.account, outcome, status=status, error_code=error_code, now_s=time.perf_counter(), at_us=now_us()
        )
        if self.account.decision is not None:
            self._events.emit(
                Decided(sensitivity=settled.sensitivity, destination=settled.destination, reason=settled.reason)
            )
        for name, why in self.account.kept_from.items():
            self._events.emit(EgressRefused(reason=why, target=name))
        if self._lease is not None:
            self._lease.settle(settled, on_prem=self.account.attempts[-1].target.provider.on_prem)
            self._lease = None
        self._events.emit(settled)
        self._ledger.settle(settled)
        return settled
