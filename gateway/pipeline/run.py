"""What is known of one request while it is being sent, and of an answer that has begun; it sends nothing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.domain import UNSAID_THINKING, Target, Thinking, Tree
from gateway.domain.quota import Allowances
from gateway.events import AttemptResult
from gateway.outbound.prepare import Prepared
from gateway.phi.findings import Findings
from gateway.pipeline.deadlines import Patience
from gateway.pipeline.judge import streams
from gateway.pipeline.standings import Entry
from gateway.pipeline.tracing import Trace
from gateway.policy.decide import Decision, Egress
from gateway.routing.plan import PassedOver
from gateway.upstream import faults
from gateway.upstream.port import AttemptFailed, Reply
from gateway.wire.endpoint import Call
from gateway.wire.reply import Stream

NO_ALLOWANCES: Final = Allowances()


@dataclass(frozen=True, slots=True)
class Run:
    """What is known of one request when its sending begins. `key` is that of its pseudonyms (caller, conversation), `lasting`
    outlasts them.

    `now` is the egress to the same target by what is in force at this moment, or None where that permits none any more.
    `passed` are targets that would have come earlier. `batch`: everybody else goes first where requests queue.
    `record_all`: without a ledger that can be written, targets on the premises are not used either. `allowances` are the
    budgets and limits that held when it came.
    """

    call: Call
    findings: Findings
    decision: Decision
    planned: tuple[Egress, ...]
    passed: tuple[PassedOver, ...]
    trace: Trace
    key: bytes
    lasting: bytes
    model: str
    patience: Patience
    now: Callable[[Egress], Egress | None]
    batch: bool = False
    record_all: bool = False
    thinking: Thinking = UNSAID_THINKING
    retries: int = 0
    allowances: Allowances = NO_ALLOWANCES

    @property
    def call_now(self) -> Call:
        """The call, as its current attempt stands in the trace."""
        traced = self.call.traced
        return self.call if traced is None else replace(self.call, traced=traced.at(len(self.trace.account.attempts)))

    def streams(self, target: Target) -> bool:
        """Whether `target` is asked for a stream."""
        return streams(self.call, target, others=len(self.planned) > 1, first_token_s=self.patience.first_token_s)


@dataclass(frozen=True, slots=True)
class Limit:
    """When the first token of one attempt is due. A model that has to be loaded first is granted more."""

    began_s: float
    cold: bool

    def left_s(self, run: Run) -> float | None:
        return run.patience.left_s(self.began_s, time.monotonic(), cold=self.cold)

    def missed(self, run: Run, target: Target, *, queued: bool = False) -> AttemptFailed:
        """What it means that it did not come: a model that is being loaded is no failure, nor is our queue."""
        if run.patience.over(time.monotonic()):
            return faults.overdue(target)
        if self.cold:
            return faults.loading(target)
        return faults.no_turn(target) if queued else faults.late(target)


@dataclass(slots=True)
class Opened:
    """An answer that has begun: a stream of which `first` was read already, all of it where the answer came whole.

    `stream` is None where the operation has no streams: then `first` is the one piece that the answer is. `until_s` is when
    it has to be over, on the monotonic clock.
    """

    prepared: Prepared
    reply: Reply
    stream: Stream | None
    first: Sequence[Tree]
    rest: AsyncIterator[Tree] | None = None
    until_s: float = float("inf")
    entry: Entry | None = None

    def ended(self, result: AttemptResult, *, tokens: int = 0) -> None:
        """How the answer ended that had begun; only the first word on it counts."""
        entry, self.entry = self.entry, None
        if entry is not None:
            entry.ended(result, tokens=tokens)

    @property
    def overdue(self) -> bool:
        """Whether the request has taken all the time that it may take."""
        return time.monotonic() >= self.until_s
