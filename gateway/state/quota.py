"""Counts what is used up, in the memory of this process; keeps nothing beyond it, and reads no clock."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.ports import Charge, Counted, Exceeded

KEPT_US: Final = 86_400_000_000
"""How long after its end a lease can still be settled: longer than any request takes."""
SWEEP: Final = 4_096
"""From so many spans on, those that are long over are forgotten."""
OLD_S: Final = 40 * 86_400
"""No span is longer, and so one that began before has ended."""

Span = tuple[str, int]
"""An account and when its span began."""


@dataclass(slots=True)
class Lease:
    """What one request holds; `ended`: its time is up, and it holds nothing any more."""

    until_us: int
    held: dict[Span, int]
    ended: bool = False


class MemoryQuota:
    """A `Quota` of this process alone."""

    def __init__(self) -> None:
        self._used: dict[Span, int] = {}
        self._held: dict[Span, int] = {}
        self._leases: dict[str, Lease] = {}
        self._ends: list[tuple[int, str]] = []
        self._sweep_at = SWEEP
        self._lock: Final = threading.Lock()

    @property
    def available(self) -> bool:
        return True

    async def reserve(
        self, lease: str, charges: Sequence[Charge], *, now_us: int, until_us: int
    ) -> Exceeded | tuple[Counted, ...]:
        with self._lock:
            if self._ends and self._ends[0][0] <= now_us:
                self._expire(now_us)
            used, held = self._used, self._held
            wanted: dict[Span, int] = {}
            counts = []
            for charge in charges:
                span = (charge.account, charge.since_s)
                now_used, now_held = used.get(span, 0), held.get(span, 0)
                together = wanted[span] = wanted.get(span, 0) + charge.amount
                if now_used + now_held + together > charge.limit:
                    return Exceeded(charge, max(charge.limit - now_used - now_held, 0))
                counts.append(Counted(now_used, now_held + together))
            for span, amount in wanted.items():
                held[span] = held.get(span, 0) + amount
            self._take(lease, Lease(until_us, wanted))
            if len(used) > self._sweep_at:
                self._sweep(now_us)
            return tuple(counts)

    def settle(self, lease: str, used: Mapping[str, int], *, now_us: int) -> None:
        with self._lock:
            ended = self._end(lease)
            for span in ended.held if ended else ():
                amount = used.get(span[0], 0)
                if amount:
                    self._used[span] = self._used.get(span, 0) + amount
                    self._changed(span)
        del now_us

    def refund(self, lease: str, *, now_us: int) -> None:
        with self._lock:
            self._end(lease)
        del now_us

    def counted(self, charges: Sequence[Charge], *, now_us: int) -> tuple[Counted, ...]:
        with self._lock:
            if self._ends and self._ends[0][0] <= now_us:
                self._expire(now_us)
            used, held = self._used, self._held
            return tuple([Counted(used.get(one[:2], 0), held.get(one[:2], 0)) for one in charges])  # a span begins each

    async def recount(self, charges: Sequence[Charge], *, now_us: int) -> tuple[Counted, ...]:
        return self.counted(charges, now_us=now_us)

    async def aclose(self) -> None:
        return

    # --- for who keeps it elsewhere too; called with the lock held ------------------------------------------------------

    def _changed(self, span: Span) -> None:
        """What was used in `span` is another number now."""

    def _begun(self, name: str, lease: Lease) -> None:
        """A lease began."""

    def _over(self, name: str) -> None:
        """A lease is over, and forgotten."""

    def _forgotten(self, spans: Iterable[Span]) -> None:
        """Spans that are long over."""

    # --- within ---------------------------------------------------------------------------------------------------------

    def _take(self, name: str, lease: Lease) -> None:
        self._leases[name] = lease
        heapq.heappush(self._ends, (lease.until_us, name))
        if len(self._ends) > 2 * len(self._leases) + SWEEP:  # most were settled long before their time was up
            self._ends = [(one.until_us + KEPT_US * one.ended, name) for name, one in self._leases.items()]
            heapq.heapify(self._ends)
        self._begun(name, lease)

    def _end(self, name: str) -> Lease | None:
        """The lease that is over now; None for one that was settled or given back before."""
        lease = self._leases.pop(name, None)
        if lease is not None:
            self._let_go(lease)
            self._over(name)
        return lease

    def _let_go(self, lease: Lease) -> None:
        if lease.ended:
            return
        lease.ended = True
        for span, amount in lease.held.items():
            left = self._held.get(span, 0) - amount
            if left > 0:
                self._held[span] = left
            else:
                self._held.pop(span, None)

    def _expire(self, now_us: int) -> None:
        """Leases whose time is up give back what they hold, and are forgotten a day later."""
        while self._ends and self._ends[0][0] <= now_us:
            _, name = heapq.heappop(self._ends)
            lease = self._leases.get(name)
            if lease is None:
                continue
            if lease.ended:
                del self._leases[name]
                self._over(name)
                continue
            self._let_go(lease)
            heapq.heappush(self._ends, (lease.until_us + KEPT_US, name))

    def _sweep(self, now_us: int) -> None:
        old = [span for span in self._used if span[1] < now_us // 1_000_000 - OLD_S and span not in self._held]
        minutes = now_us // 1_000_000 - 3_600
        old += [span for span in self._used if span[0].endswith("/minute") and span[1] < minutes]
        for span in old:
            self._used.pop(span, None)
        self._sweep_at = max(SWEEP, 2 * len(self._used))
        self._forgotten(old)
