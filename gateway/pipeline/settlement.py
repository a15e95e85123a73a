"""The sum of one request, reckoned from what happened to it; pure: no clock, no sink, no text of the request."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from gateway.domain import Destination, Kind, Outcome, Sensitivity, Settlement, Shortfall, Target, Usage
from gateway.domain.settlement import MICRO, NANO
from gateway.errors import (
    AccessDenied,
    BudgetSpent,
    EgressDenied,
    GatewayError,
    InsufficientQuota,
    NotCounted,
    NotRecorded,
    Overloaded,
    QueueFull,
    RateLimitExceeded,
    UpstreamLimited,
    UpstreamOverloaded,
    UpstreamTimeout,
)
from gateway.events import AttemptResult
from gateway.outbound.prepare import Prepared
from gateway.phi.findings import Findings
from gateway.policy.decide import Decision
from gateway.routing.price import UNSAID, Bill, Terms, bill
from gateway.routing.resolve import Resolution
from gateway.wire.endpoint import Call

PERMITTED = "permitted"
REDACTED = "redacted"
ERRAND = "errand"
"""A target was not asked because it would have had to fetch, store or call something (law 11)."""
KEPT_BACK = frozenset({401, 403})
"""Statuses of requests that a key, a grant or a rule kept back."""


@dataclass(slots=True)
class Attempt:
    """One try of one target. `waited_s` is how long its answer kept us waiting, `held_s` how long we waited before it was
    sent (for its machine's queue, which is `queued_s` of it, and for what its server says of itself), `began` whether its turn
    came, `reached` whether it may have got the request, and `redacted` what was taken out of what it was sent. `pieces` is how
    often something of its answer came, `measured_wh` the energy that meters give it, and `worked_s` its part of the time that its
    machine worked, where that is known.
    """

    target: Target
    began_s: float
    waited_s: float = 0.0
    held_s: float = 0.0
    began: bool = False
    queued_s: float = 0.0
    pieces: int = 0
    measured_wh: float | None = None
    worked_s: float | None = None
    reached: bool = False
    redacted: frozenset[Kind] = frozenset()
    result: AttemptResult = AttemptResult.CANCELLED


@dataclass(slots=True)
class Account:
    """What is known of one request so far. Only its `Trace` changes it. `…_s` are seconds of the monotonic clock."""

    call: Call
    began_s: float
    terms: Terms = UNSAID
    resolution: Resolution | None = None
    findings: Findings | None = None
    decision: Decision | None = None
    kept_from: dict[str, str] = field(default_factory=dict)
    """Targets off the premises that may not have the request, each with the code of the reason."""
    withheld: str = ""
    """What kept a target out that was permitted, found when the request was prepared for it; the first one's code."""
    labels: tuple[str, ...] = ()
    attempts: list[Attempt] = field(default_factory=list)
    answer: Prepared | None = None
    lacking: tuple[str, ...] = ()
    first_token_s: float | None = None
    overhead_s: float | None = None
    usage: Usage = field(default_factory=Usage)
    shortfalls: set[Shortfall] = field(default_factory=set)
    pseudonyms_unresolved: int = 0
    config_hash: str = ""
    detector: str = ""

    @property
    def detectors(self) -> int | None:
        """How many detectors looked at each text; None before any did."""
        return self.findings.detectors if self.findings else None

    @property
    def route_name(self) -> str:
        return self.resolution.route.name if self.resolution else ""

    @property
    def agent(self) -> str:
        """The agent, where there is exactly one."""
        agents = self.resolution.agents if self.resolution else frozenset()
        return next(iter(agents)) if len(agents) == 1 else ""

    @property
    def agents(self) -> tuple[str, ...]:
        """The agents, where there are several."""
        agents = self.resolution.agents if self.resolution else frozenset()
        return tuple(sorted(agents)) if len(agents) > 1 else ()

    @property
    def sensitivity(self) -> Sensitivity:
        return self.decision.sensitivity if self.decision else Sensitivity.UNKNOWN

    def overhead_at(self, now_s: float) -> float:
        """Our own share of the time until `now_s`, unless it was fixed before."""
        if self.overhead_s is not None:
            return self.overhead_s
        theirs = sum(attempt.waited_s + attempt.held_s for attempt in self.attempts)
        return max(0.0, now_s - self.began_s - theirs)


def settlement(
    account: Account, outcome: Outcome, *, status: int, now_s: float, at_us: int, error_code: str = ""
) -> Settlement:
    """What the request came to at `now_s` (monotonic) and `at_us` (UTC, microseconds)."""
    call, findings, decision, answer = account.call, account.findings, account.decision, account.answer
    target = answer.outbound.target if answer else None
    owed = bill_of(account)
    return Settlement(
        at_us=at_us,
        request_id=call.request_id,
        traced=call.traced,
        operation=call.operation,
        dialect=call.dialect,
        outcome=outcome,
        status=status,
        duration_us=micro(now_s - account.began_s),
        overhead_us=micro(account.overhead_at(now_s)),
        caller=call.caller.name,
        route=account.route_name,
        agent=account.agent,
        target=target.name if target else "",
        provider=target.provider.name if target else "",
        provider_kind=target.provider.kind if target else None,
        model=target.model if target else "",
        error_code=error_code,
        sensitivity=account.sensitivity,
        destination=destination_of(account, status),
        reason=reason_of(account),
        policy_hash=decision.policy_hash if decision else "",
        rules=_rules(decision),
        found=Counter(at.finding.kind for at in findings.located) if findings else {},
        unknowns=findings.unknowns if findings else frozenset(),
        redacted=redacted_of(account),
        labels=account.labels,
        agents=account.agents,
        agent_unclear=account.resolution.agent_unclear if account.resolution else False,
        counted=tuple(sorted(findings.kinds)) if findings else (),
        not_carried=tuple(sorted({*answer.not_carried, *account.lacking, *account.shortfalls})) if answer else (),
        stream=call.stream,
        attempts=len(account.attempts),
        queued_us=micro(sum(attempt.queued_s for attempt in account.attempts)),
        first_token_us=None if account.first_token_s is None else micro(account.first_token_s),
        usage=account.usage,
        cost_nano_usd=None if owed.cost_usd is None else round(owed.cost_usd * NANO),
        energy_nwh=None if owed.energy_wh is None else round(owed.energy_wh * NANO),
        cost_quality=owed.cost_quality,
        energy_quality=owed.energy_quality,
        baseline_nano_usd=None if owed.baseline_usd is None else round(owed.baseline_usd * NANO),
        pseudonyms_unresolved=account.pseudonyms_unresolved,
        config_hash=account.config_hash,
        detectors=account.detectors,
        detector=account.detector,
        emergency=call.emergency,
    )


def bill_of(account: Account) -> Bill:
    """Money and energy of the attempt that answered.

    What a failed attempt cost nobody reports, and the time it hung is not time in which the one that answered worked.
    """
    if account.answer is None:
        return Bill()
    attempt = account.attempts[-1]
    target = account.answer.outbound.target
    return bill(
        target,
        account.usage,
        busy_s=attempt.waited_s,
        terms=account.terms,
        measured_wh=attempt.measured_wh,
        worked_s=attempt.worked_s,
    )


def reason_of(account: Account) -> str:
    """The code of the decision: what kept a target out, else what was taken out, else that all was permitted."""
    if account.decision is None:
        return ""
    if account.decision.refusals:
        return account.decision.refusals[0].reason
    if account.withheld:
        return account.withheld
    return REDACTED if redacted_of(account) else PERMITTED


def destination_of(account: Account, status: int) -> Destination:
    """The farthest place that may have received any of the request: what left is told as left, whatever came back.

    Where nothing left, it was denied if a rule, a grant or a key was in the way, and an outage is not a denial.
    """
    farthest = _farthest(account)
    if farthest:
        return Destination.LOCAL if farthest[0].target.provider.on_prem else Destination.CLOUD
    if account.decision is not None and not account.decision.egresses:
        return Destination.DENIED
    return destination_of_refusal(status)


def redacted_of(account: Account) -> frozenset[Kind]:
    """What was taken out of all that left for the farthest place, whichever target answered in the end.

    What one target got as it was has left as it was, although another one got it without.
    """
    farthest = [attempt.redacted for attempt in _farthest(account)]
    return frozenset.intersection(*farthest) if farthest else frozenset()


def _farthest(account: Account) -> list[Attempt]:
    """The tries that may have received the request: those off the premises where there are any, else all."""
    reached = [attempt for attempt in account.attempts if attempt.reached]
    return [attempt for attempt in reached if not attempt.target.provider.on_prem] or reached


def destination_of_refusal(status: int) -> Destination:
    """Where a request is told to have gone that reached nobody and was answered with `status`."""
    return Destination.DENIED if status in KEPT_BACK else Destination.NONE


def outcome_of(error: GatewayError) -> Outcome:
    """How a request that ended with `error` ended, as a label."""
    match error:
        case EgressDenied():
            return Outcome.POLICY_DENIED
        case AccessDenied():
            return Outcome.CLIENT_ERROR
        case Overloaded() | RateLimitExceeded() | BudgetSpent() | QueueFull() | NotCounted():
            return Outcome.SHED
        case NotRecorded():
            return Outcome.UNRECORDED
        case UpstreamTimeout():
            return Outcome.DEADLINE
        case UpstreamLimited() | UpstreamOverloaded() | InsufficientQuota():
            return Outcome.UPSTREAM_ERROR
        case _ if error.status < 500:
            return Outcome.CLIENT_ERROR
        case _ if error.status == 500:
            return Outcome.INTERNAL
        case _:
            return Outcome.UPSTREAM_ERROR


def micro(seconds: float) -> int:
    """Whole microseconds."""
    return max(round(seconds * MICRO), 0)


def _rules(decision: Decision | None) -> tuple[str, ...]:
    """The ids of the rules that applied to any candidate, or refused one."""
    if decision is None:
        return ()
    applied = {rule for egress in decision.egresses for rule in egress.rules}
    return tuple(sorted((applied | {refusal.rule for refusal in decision.refusals}) - {""}))
