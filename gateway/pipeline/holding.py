"""Holds for a request what budgets and limits allow before it is sent, and counts what it took when it is over.

With none configured it does nothing. Each attempt is held for by itself, by the price of its target: what it may take at the
most, so that many requests at once never take more together than there is.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gateway.domain import EVERY, Caller, Settlement, Target, Tree, UnknownReason
from gateway.domain.quota import UNITS, Allowance, Allowances, Measure, Per, Sort, window
from gateway.errors import BudgetSpent, GatewayError, NotCounted, RateLimitExceeded
from gateway.events import AttemptResult, EventSink, QuotaCounted, QuotaRefused
from gateway.outbound.prepare import JSON_TYPE, Prepared, capped
from gateway.pipeline.concern import Concern
from gateway.pipeline.record import now_us
from gateway.pipeline.run import Run
from gateway.ports import Charge, Counted, Exceeded, Quota, QuotaUnavailable
from gateway.routing.charges import (
    NOBODY,
    Held,
    Size,
    amount_of,
    bounds_output,
    concerned,
    output_within,
    unknown,
    used,
)
from gateway.routing.resolve import Resolution
from gateway.upstream.port import AttemptFailed
from gateway.wire.endpoint import Call
from gateway.wire.limits import answers, at_most, said_limit
from gateway.wire.pictures import pictures

UNSAID_TOKENS: Final = 8_192
"""How long an answer may get at most that is paid from a budget and whose request names no end: one request without a word
should not hold all that is left."""
CAP_TOKENS: Final = 40
"""Bytes of the field that ends an answer, which is written when the body was measured already."""
MAX_CONCERNS: Final = 4_096
"""So many sorts of requests are remembered, by what they are held against."""
GRACE_US: Final = 60_000_000
"""So long after the last moment of a request its lease ends by itself, if the gateway died meanwhile."""
_BYTES_PER_TOKEN_OF_SOUND: Final = 40


class Holdings:
    """Budgets and limits, as requests meet them; one for a gateway."""

    def __init__(self, quota: Quota, events: EventSink) -> None:
        self._quota = quota
        self._events = events
        self._allowances: Allowances | None = None
        self._concerns: dict[tuple[object, ...], Concern] = {}

    async def admit(self, call: Call, resolution: Resolution, allowances: Allowances) -> None:
        """Whether anything is left of what every request takes: asked before a request is scanned, and nothing is held yet.

        Raises:
            RateLimitExceeded, BudgetSpent: not one request, or not one token.
        """
        if not allowances or call.emergency:
            return
        at_us = now_us()
        concern = self._concern(allowances, call.caller, resolution, at_us)
        counts = self._quota.counted(concern.probes, now_us=at_us)
        if not any(map(_spent, concern.probes, counts)):
            return
        try:  # others may have given some back since
            counts = await self._quota.recount(concern.probes, now_us=at_us)
        except QuotaUnavailable:
            return  # what is on the premises may be asked all the same: `hold` knows the target
        for charge, count in zip(concern.probes, counts, strict=True):
            if _spent(charge, count):
                place = next(at for at, one in enumerate(concern.held) if one.account == charge.account)
                one = concern.held[place].allowance
                self._tell(one)
                error = _refused(one, Exceeded(charge, 0), ends_s=concern.spans[place][1], at_us=at_us)
                all_counts = self._quota.counted(concern.charges([0] * len(concern.held)), now_us=at_us)
                error.headers = concern.told(all_counts, at_us)
                raise error

    async def hold(self, run: Run, prepared: Prepared) -> Prepared:
        """Hold what this attempt may take; what is sent then, since an answer without an end is given one.

        Raises:
            AttemptFailed: there is too little left, or nobody can say what the target takes.
        """
        account = run.trace.account
        if not run.allowances or account.resolution is None:
            return prepared
        at_us = now_us()
        concern = self._concern(run.allowances, run.call.caller, account.resolution, at_us)
        if not concern.held:
            return prepared
        if run.call.emergency:
            return await self._held(run, prepared, concern.endless(), at_us)
        target = prepared.outbound.target
        if (measure := unknown(concern.measures, target)) is not None:
            one = next(each.allowance for each in concern.held if each.allowance.of is measure)
            self._tell(one)
            raise AttemptFailed(_unpriced(target, measure), result=AttemptResult.REFUSED, reached=False)
        return await self._held(run, prepared, concern, at_us)

    async def _held(self, run: Run, prepared: Prepared, concern: Concern, at_us: int) -> Prepared:
        outbound, held = prepared.outbound, concern.held
        number = answers(outbound.tree, outbound.times)
        speaks = outbound.endpoint.reply.streamed is not None
        said = said_limit(run.call.payload) and said_limit(outbound.tree)  # an end that the caller set, as it is sent
        bounded = not run.call.emergency and bounds_output(concern.measures, outbound.target)
        open_ended = speaks and said is None and bounded
        each = said or UNSAID_TOKENS
        left_s = max(run.patience.until_s - time.monotonic(), 0.0)
        lease = f"{run.call.request_id}/{len(run.trace.account.attempts)}"
        input_tokens = (_input(run, prepared) + open_ended * CAP_TOKENS) * outbound.times
        until_us = at_us + int(left_s * 1_000_000) + GRACE_US
        while True:
            output_tokens = each * number if speaks else 0
            size = Size(target=outbound.target, input_tokens=input_tokens, output_tokens=output_tokens, seconds=left_s)
            charges = concern.charges([amount_of(one.allowance.of, size) for one in held])
            try:
                answer = await self._quota.reserve(lease, charges, now_us=at_us, until_us=until_us)
            except QuotaUnavailable:
                return self._uncounted(run, prepared, _Lease(self._quota, self._events, lease, held, charges, {}))
            if not isinstance(answer, Exceeded):
                break
            place = next(at for at, charge in enumerate(charges) if charge is answer.charge)
            room = output_within(held[place].allowance.of, answer.left, size) // number if open_ended else 0
            if not 0 < room < each:
                self._tell(held[place].allowance)
                error = _refused(held[place].allowance, answer, ends_s=concern.spans[place][1], at_us=at_us)
                error.headers = concern.told(self._quota.counted(charges, now_us=at_us), at_us)
                raise AttemptFailed(error, result=AttemptResult.REFUSED, reached=False)
            each = room  # for which another allowance may have no room either
        run.trace.hold(_Lease(self._quota, self._events, lease, held, charges, concern.told(answer, at_us)))
        if not open_ended:
            return prepared
        run.trace.hold_headers["x-gateway-capped-tokens"] = str(each)
        return capped(prepared, each)

    def _uncounted(self, run: Run, prepared: Prepared, lease: _Lease) -> Prepared:
        """What runs on the premises goes on, and is counted later; what may cost money elsewhere is not begun."""
        if not prepared.outbound.target.provider.on_prem and not run.call.emergency:
            lease.refund()
            raise AttemptFailed(NotCounted(_UNCOUNTED), result=AttemptResult.REFUSED, reached=False)
        run.trace.hold(lease)
        return prepared

    def left(self, held: Sequence[Held]) -> list[Tree]:
        """What is left of each allowance, in what people write, and when it is whole again."""
        at_us = now_us()
        spans = [window(one.allowance.every, at_us) for one in held]
        charges = [Charge(one.account, span[0], one.allowance.amount, 0) for one, span in zip(held, spans, strict=True)]
        counts = self._quota.counted(charges, now_us=at_us)
        told: list[Tree] = []
        for one, count, span in zip(held, counts, spans, strict=True):
            allowance = one.allowance
            sort, per, rest = one.account.split("/", 2)
            name, of, every = rest.rsplit("/", 2)  # a model's name has strokes of its own
            unit = UNITS[allowance.of]
            told.append(
                {
                    "sort": sort,
                    "per": per,
                    "name": name,
                    "of": of,
                    "every": every,
                    "amount": allowance.amount / unit,
                    "left": count.left(allowance.amount) / unit,
                    "whole_again": datetime.fromtimestamp(span[1], UTC).isoformat(),
                }
            )
        return told

    def standing(self, allowances: Allowances, names: Mapping[Per, Collection[str]]) -> list[Tree]:
        """What is left of each allowance now; of those for everybody, of whoever used some of it."""
        held = []
        for one in allowances.listed:
            each = names.get(one.per, ()) if one.name == EVERY else (one.name,)
            held += [Held(one, one.account(name)) for name in each if one in allowances.concerning(one.per, name)]
        told = zip(held, self.left(held), strict=True)
        return [tree for one, tree in told if one.allowance.name != EVERY or tree["left"] != tree["amount"]]

    def is_closed(self, route: str, allowances: Allowances) -> bool:
        """Whether nobody counts now what any request of a route counts against: then none of it goes off the premises."""
        if self._quota.available:
            return False
        of_all = (allowances.concerning(per, NOBODY) for per in (Per.CALLER, Per.AGENT))
        return bool(allowances.concerning(Per.ROUTE, route)) or any(of_all)

    def _concern(self, allowances: Allowances, caller: Caller, resolution: Resolution, at_us: int) -> Concern:
        """What such a request is held against at this moment, which is the same for the next one like it."""
        if allowances is not self._allowances:
            self._allowances, self._concerns = allowances, {}
        key = (caller.name, caller.agents, resolution.route.name, resolution.agents, resolution.agent_unclear)
        known = self._concerns.get(key)
        if known is None or not known.since_us <= at_us < known.until_us:
            if len(self._concerns) >= MAX_CONCERNS:
                self._concerns.clear()
            known = self._concerns[key] = Concern.of(concerned(allowances, caller, resolution), at_us)
        return known

    def _tell(self, one: Allowance) -> None:
        self._events.emit(QuotaRefused(sort=one.sort, per=one.per, of=one.of, every=one.every))


_UNCOUNTED: Final = (
    "The gateway cannot reach what counts budgets and limits for all its replicas, so nothing is sent to targets off the "
    "premises. Try again; an administrator looks at the server that `shared.redis` names."
)


def _spent(charge: Charge, count: Counted) -> bool:
    return count.used + count.held >= charge.limit


@dataclass(frozen=True, slots=True)
class _Lease:
    """What one attempt holds."""

    _quota: Quota
    _events: EventSink
    name: str
    held: Sequence[Held]
    charges: Sequence[Charge]
    headers: dict[str, str]

    def refund(self) -> None:
        self._quota.refund(self.name, now_us=now_us())

    def settle(self, settled: Settlement, *, on_prem: bool) -> None:
        amounts: list[tuple[Allowance, int]] = []
        accounts: dict[str, int] = {}
        for one, charge in zip(self.held, self.charges, strict=True):
            took = accounts[one.account] = used(one.allowance.of, charge.amount, settled, on_prem=on_prem)
            amounts.append((one.allowance, took))
        self._events.emit(QuotaCounted(amounts=tuple(amounts)))
        self._quota.settle(self.name, accounts, now_us=now_us())


def _input(run: Run, prepared: Prepared) -> int:
    """Tokens of what is sent, at the most."""
    outbound = prepared.outbound
    if outbound.content_type != JSON_TYPE:
        return len(outbound.content) // _BYTES_PER_TOKEN_OF_SOUND
    number, taken = pictures(outbound.tree) if UnknownReason.IMAGE in run.findings.unknowns else (0, 0)
    return at_most(len(outbound.content) - taken, number, tools=bool(outbound.tree.get("tools")))


def _unpriced(target: Target, measure: Measure) -> BudgetSpent:
    what, key = ("price", "price") if measure is Measure.DOLLARS else ("power", "power_w")
    return BudgetSpent(
        f"Nobody says the {what} of target {target.name}, and so nobody can say whether the request fits into its budget. "
        f"An administrator adds `{key}` to the target."
    )


def _refused(one: Allowance, answer: Exceeded, *, ends_s: int, at_us: int) -> GatewayError:
    """What is used up, when there is more, and what would have fitted."""
    unit = UNITS[one.of]
    rest, whole = f"{answer.left / unit:g}", f"{one.amount / unit:g}"
    needs = f"{answer.charge.amount / unit:g}"
    wait_s = max(ends_s - at_us // 1_000_000, 1)
    what = f"The {one.sort} of {whole} {one.of} for this {one.per} every {one.every} has {rest} left"
    if one.of is not Measure.REQUESTS:
        what += f", and this request may take {needs}"
    error: GatewayError
    if one.sort is Sort.LIMIT:
        error = RateLimitExceeded(f"{what}. Try again in {wait_s} s, or ask for a shorter answer.")
    else:
        error = BudgetSpent(f"{what}. It is whole again in {wait_s} s; ask for a shorter answer, or an administrator.")
    error.retry_after_s = wait_s
    return error
