"""Reads the meters of this machine, while it works and at rest, and says what each answer took of it; it decides nothing."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.domain import Target, Tree
from gateway.events import EventSink, MeterKind, MeterLoss, MeterSeen
from gateway.meters.port import MeterUnreadable, PowerMeter
from gateway.meters.shares import Idle, Share, Shares

EVERY_S: Final = 1.0
SETTLE_S: Final = 2.0
"""So long after an answer a machine is not at rest yet."""
DUTY: Final = 20
"""Reading takes at most one part in so many of the time: meters that are slow are read less often, ..."""
CHEAP_S: Final = 0.000_5
"""... and others whenever an answer begins or ends."""
COSTS: Final = 8
"""So many of the latest readings say how long one takes."""
SLOW_S: Final = 0.1
"""A meter that takes so long keeps all requests waiting meanwhile."""
AGAIN_S: Final = 60.0
"""How long one is left alone that failed, or was so slow."""
JOULES_PER_WH: Final = 3600
Found = Callable[[], PowerMeter]


@dataclass(slots=True)
class _Meter:
    """One meter, as far as it could be found. `why` says why it does not measure."""

    kind: MeterKind
    found: Found
    meter: PowerMeter | None = None
    loss: MeterLoss | None = None
    why: str = ""
    last_j: float | None = None
    again_s: float = 0.0
    told: bool = False


@dataclass(frozen=True, slots=True)
class MeterNow:
    """One meter at this moment; `why` "" where it measures."""

    kind: MeterKind
    of: str
    why: str


@dataclass(slots=True, kw_only=True)
class Sampler:
    """One for a gateway. `machine` is the name of the one that it runs on, "" where nobody says; then it measures nothing.

    Readings are taken on the event loop: they take microseconds, and an answer gets what was read when it began and ended.
    """

    machine: str = ""
    found: Mapping[MeterKind, Found] = field(default_factory=dict)
    idle_w: float | None = None
    events: EventSink
    clock: Callable[[], float] = time.perf_counter
    _shares: Shares = field(init=False)
    _meters: list[_Meter] = field(init=False)
    _read_s: float | None = None
    _busy_s: float = float("-inf")
    _took_s: float = 0.0
    _costs_s: deque[float] = field(default_factory=lambda: deque(maxlen=COSTS))
    _task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._shares = Shares(Idle(self.idle_w))
        self._meters = [_Meter(kind, found) for kind, found in self.found.items()]

    # --- of answers --------------------------------------------------------------------------------------------------

    def begin(self, target: Target) -> Share | None:
        """An answer of `target` is being made from now on; None if that is not measured."""
        if not self._meters or not target.provider.on_prem or target.provider.machine_name != self.machine:
            return None
        self.read()
        return self._shares.begin()

    def end(self, share: Share) -> float | None:
        """The answer is over: how many watt-hours it took above idle; None where nobody knows."""
        self.read()
        self._shares.end(share)
        self._busy_s = self.clock()
        return share.joules / JOULES_PER_WH if share.known and share.seconds > 0 else None

    # --- of the machine ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Look for the meters, and read them from now on."""
        if self._meters:
            self.read()
            self._task = asyncio.create_task(self._keep())

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def read(self) -> None:
        """End an interval here, unless the last one ended so short a time ago that reading would take too much of it."""
        began = self.clock()
        cost_s = min(self._costs_s, default=0.0)  # at best of late: a processor that was taken away is no slow meter
        if self._read_s is not None and began - self._read_s <= (DUTY * cost_s if cost_s > CHEAP_S else 0.0):
            return
        self._took_s = 0.0
        joules = self._read_all(began)
        self._costs_s.append(self._took_s)
        before, self._read_s = self._read_s, began
        if before is None:
            return
        seconds = began - before
        at_rest = not self._shares.busy and before - self._busy_s >= SETTLE_S
        if at_rest and joules is not None and seconds >= EVERY_S / 2:
            self._shares.idle.seen(joules, seconds)
        self._shares.passed(seconds, joules)

    @property
    def idle_now_w(self) -> float | None:
        """What the machine takes at rest; None until that is known."""
        return self._shares.idle.watts

    @property
    def unshared_j(self) -> float:
        """What the machine took above idle while no answer was made."""
        return self._shares.unshared_j

    def look(self) -> list[MeterNow]:
        """Each meter as it is now."""
        return [MeterNow(one.kind, one.meter.of if one.meter else "", one.why) for one in self._meters]

    def tree(self) -> Tree:
        """How energy is measured now, as JSON."""
        meters: Tree = {one.kind.value: {"of": one.of, "why_not": one.why} for one in self.look()}
        return {"machine": self.machine, "idle_w": self.idle_now_w, "meters": meters}

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            self.read()

    def _read_all(self, now_s: float) -> float | None:
        """What all meters counted since the last time; None where one of them does not say."""
        parts = [self._joules(one, now_s) for one in self._meters]
        return None if None in parts else sum(part for part in parts if part is not None)

    def _joules(self, one: _Meter, now_s: float) -> float | None:
        if now_s < one.again_s:
            return None
        try:
            if one.meter is None:
                one.meter = one.found()
            began = self.clock()
            joules = one.meter.joules()
            took_s = self.clock() - began
            self._took_s += took_s
        except MeterUnreadable as unreadable:
            self._lost(one, now_s, unreadable.loss, str(unreadable))
            return None
        if took_s > SLOW_S:
            self._lost(one, now_s, MeterLoss.SLOW, f"Reading it took {took_s:.2f} s, in which all requests waited.")
            return None
        before, one.last_j = one.last_j, joules
        one.why = ""
        self._tell(one, None)
        return None if before is None or joules < before else joules - before  # a driver that was loaded again

    def _lost(self, one: _Meter, now_s: float, loss: MeterLoss, why: str) -> None:
        one.meter, one.last_j, one.again_s, one.why = None, None, now_s + AGAIN_S, why
        self._tell(one, loss)

    def _tell(self, one: _Meter, loss: MeterLoss | None) -> None:
        if one.told and one.loss is loss:
            return
        one.told, one.loss = True, loss
        self.events.emit(MeterSeen(meter=one.kind, loss=loss))
