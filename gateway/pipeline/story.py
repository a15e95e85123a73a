"""What one request came to, told once: times, attempts, tokens, money, energy; holds no text of the request."""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal

from gateway.audit.records import AuditSink
from gateway.domain import Call, Destination, Kind, Outcome, Sensitivity, Target, UnknownReason, Usage
from gateway.errors import (
    AccessDenied,
    EgressDenied,
    GatewayError,
    Overloaded,
    RateLimitExceeded,
    UpstreamTimeout,
)
from gateway.events import (
    AttemptEnded,
    AttemptResult,
    AttemptStarted,
    Decided,
    EventSink,
    FallbackResult,
    FellBack,
    PhiFound,
    RequestSettled,
)
from gateway.outbound.prepare import Prepared
from gateway.phi.findings import Findings
from gateway.pipeline.record import attempt_row, outcome_row
from gateway.policy.decide import Decision
from gateway.routing.price import Bill, bill
from gateway.routing.resolve import Resolution

PERMITTED = "permitted"
REDACTED = "redacted"


class Story:
    """The account of one request, from its first byte to its settlement; `settle` tells it exactly once."""

    def __init__(self, call: Call, *, events: EventSink, ledger: AuditSink, usd_per_kwh: Decimal | None) -> None:
        self.call = call
        self._ledger = ledger
        self._usd_per_kwh = usd_per_kwh
        self._events = events
        self._began = time.perf_counter()
        self._waited = 0.0
        self._first_token_s: float | None = None
        self._settled = False
        self._failed: tuple[Target, AttemptResult] | None = None
        self.resolution: Resolution | None = None
        self.findings: Findings | None = None
        self.decision: Decision | None = None
        self.target: Target | None = None
        self.redacted: frozenset[Kind] = frozenset()
        self._not_carried: tuple[str, ...] = ()
        self.usage = Usage()
        self.attempts = 0
        self.tokens_unresolved = 0

    @property
    def route_name(self) -> str:
        return self.resolution.route.name if self.resolution else ""

    @property
    def agent(self) -> str:
        """The agent, where there is exactly one."""
        agents = self.resolution.agents if self.resolution else frozenset()
        return next(iter(agents)) if len(agents) == 1 else ""

    @property
    def sensitivity(self) -> Sensitivity:
        return self.decision.sensitivity if self.decision else Sensitivity.UNKNOWN

    @property
    def unknowns(self) -> frozenset[UnknownReason]:
        return self.findings.unknowns if self.findings else frozenset()

    # --- on the way --------------------------------------------------------------------------------------------

    def waited(self, seconds: float) -> None:
        """Time that was the upstream's, not ours."""
        self._waited += seconds

    def found(self, findings: Findings) -> None:
        self.findings = findings
        for (kind, carrier), count in Counter((at.finding.kind, at.carrier) for at in findings.located).items():
            self._events.emit(PhiFound(kind=kind, carrier=carrier, count=count))

    def attempt_started(self, target: Target) -> float:
        self.attempts += 1
        self._events.emit(AttemptStarted(provider=target.provider.name, target=target.name))
        return time.perf_counter()

    def attempt_ended(self, target: Target, result: AttemptResult, *, began: float, status: int | None = None) -> None:
        self._events.emit(
            AttemptEnded(
                request_id=self.call.request_id,
                operation=self.call.operation,
                provider=target.provider.name,
                target=target.name,
                model=target.model,
                result=result,
                duration_s=time.perf_counter() - began,
                status=status,
            )
        )
        if target.provider.on_prem:
            self._ledger.attempt(
                attempt_row(
                    self.call,
                    target,
                    attempt=self.attempts,
                    result=result,
                    duration_s=time.perf_counter() - began,
                    status=status,
                )
            )
        if self._failed is not None:
            before, reason = self._failed
            made = FallbackResult.OK if result is AttemptResult.OK else FallbackResult.FAILED
            self._events.emit(FellBack(from_=before.name, to=target.name, reason=reason, result=made))
        self._failed = None if result is AttemptResult.OK else (target, result)

    def content_came(self, prepared: Prepared) -> None:
        self.target = prepared.outbound.target
        self.redacted = prepared.redacted
        self._not_carried = prepared.not_carried
        if self.call.stream:
            self._first_token_s = time.perf_counter() - self._began

    # --- what the caller may see ---------------------------------------------------------------------------------

    def headers(self) -> dict[str, str]:
        """The headers of the decision."""
        headers = {
            "x-gateway-target": self.target.name if self.target else "none",
            "x-gateway-route": self.route_name or "none",
            "x-gateway-decision": self.reason() or "none",
            "x-gateway-overhead-ms": f"{self._overhead_s() * 1000:.2f}",
        }
        if self.redacted:
            headers["x-gateway-redacted"] = ",".join(sorted(self.redacted))
        if self._not_carried:
            headers["x-gateway-not-carried"] = ",".join(self._not_carried)
        return headers

    def price_headers(self) -> dict[str, str]:
        """Money and energy of a call that is over; what nobody knows is left out."""
        headers = {}
        bill = self._bill()
        if bill.cost_usd is not None:
            headers["x-gateway-cost-usd"] = f"{bill.cost_usd:.6f}"
        if bill.energy_wh is not None:
            headers["x-gateway-energy-wh"] = f"{bill.energy_wh:.4f}"
        return headers

    def reason(self) -> str:
        """The code of the decision: what kept a target out, else what was taken out, else that all was permitted."""
        if self.decision is None:
            return ""
        if self.decision.refusals:
            return self.decision.refusals[0].reason
        return REDACTED if self.redacted else PERMITTED

    # --- the end -------------------------------------------------------------------------------------------------

    def failed(self, error: GatewayError) -> None:
        self.settle(outcome_of(error), status=error.status, error_code=error.code)
        error.settled = True

    def settle(self, outcome: Outcome, *, status: int, error_code: str = "") -> bool:
        """Tell it, once; False if it was told before."""
        if self._settled:
            return False
        self._settled = True
        settled = self._settlement(outcome, status, error_code)
        if self.decision is not None:
            self._events.emit(
                Decided(sensitivity=settled.sensitivity, destination=settled.destination, reason=self.reason())
            )
        self._events.emit(settled)
        self._ledger.settle(outcome_row(settled, self.findings, self.decision))
        return True

    def _settlement(self, outcome: Outcome, status: int, error_code: str) -> RequestSettled:
        target, bill = self.target, self._bill()
        return RequestSettled(
            request_id=self.call.request_id,
            operation=self.call.operation,
            dialect=self.call.dialect,
            facade=f"{self.call.dialect}.{self.call.operation}",
            outcome=outcome,
            status=status,
            duration_s=time.perf_counter() - self._began,
            overhead_s=self._overhead_s(),
            caller=self.call.caller.name,
            route=self.route_name,
            agent=self.agent,
            target=target.name if target else "",
            provider=target.provider.name if target else "",
            provider_kind=target.provider.kind if target else None,
            model=target.model if target else "",
            error_code=error_code,
            first_token_s=self._first_token_s,
            usage=self.usage,
            cost_usd=bill.cost_usd,
            energy_wh=bill.energy_wh,
            stream=self.call.stream,
            attempts=self.attempts,
            sensitivity=self.sensitivity,
            destination=self._destination(),
            decision_reason=self.reason(),
            found=self.findings.kinds if self.findings else frozenset(),
            redacted=self.redacted,
            tokens_unresolved=self.tokens_unresolved,
        )

    def _overhead_s(self) -> float:
        return max(0.0, time.perf_counter() - self._began - self._waited)

    def _destination(self) -> Destination:
        if self.target is None:
            return Destination.DENIED
        return Destination.LOCAL if self.target.provider.on_prem else Destination.CLOUD

    def _bill(self) -> Bill:
        if self.target is None:
            return Bill(cost_usd=None, energy_wh=None)
        return bill(self.target, self.usage, busy_s=self._waited, usd_per_kwh=self._usd_per_kwh)


def outcome_of(error: GatewayError) -> Outcome:
    """How a request that ended with `error` ended, as a label."""
    match error:
        case EgressDenied():
            return Outcome.POLICY_DENIED
        case AccessDenied():
            return Outcome.CLIENT_ERROR
        case Overloaded() | RateLimitExceeded():
            return Outcome.SHED
        case UpstreamTimeout():
            return Outcome.DEADLINE
        case _ if error.status < 500:
            return Outcome.CLIENT_ERROR
        case _ if error.status == 500:
            return Outcome.INTERNAL
        case _:
            return Outcome.UPSTREAM_ERROR
