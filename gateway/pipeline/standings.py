"""What is known of each target while the gateway runs: its breaker, its pace, the budget of further tries; keeps the clock.

`routing/` decides by it, and nothing of a request is kept: names of targets, times and counts.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gateway.domain import Target
from gateway.events import AttemptResult
from gateway.routing import breaker, budget, pace
from gateway.routing.breaker import Breaker, Ended, State
from gateway.routing.budget import Budget
from gateway.routing.order import Paces
from gateway.routing.pace import Pace

_BAD: Final = frozenset(
    {
        *(AttemptResult.CONNECT, AttemptResult.TIMEOUT, AttemptResult.SERVER_ERROR, AttemptResult.BAD_REPLY),
        AttemptResult.RATE_LIMITED,
    }
)
"""What says that a target is not well. That it refuses our key, our request or its model does not: that is to be mended."""
_KEY_REFUSED: Final = frozenset({401, 402, 403})
AT_ONCE_S: Final = 0.25
"""A server that refuses a connection this fast costs nobody anything, and is asked each time: it may be started just now."""


@dataclass(slots=True)
class Entry:
    """One attempt that a target was admitted to. `ended` it once; a second time does nothing."""

    _standings: Standings
    _name: str
    _began_s: float
    _probe: bool
    _anyway: bool
    _first_s: float | None = None
    _over: bool = False

    def first_content(self) -> None:
        """It gave its first content."""
        now_s = self._standings.now_s
        self._first_s = now_s - self._began_s
        self._standings.pace(self._name, lambda one: pace.answered(one, now_s - self._began_s, now_s))

    def ended(
        self,
        result: AttemptResult,
        *,
        retry_after_s: float | None = None,
        tokens: int = 0,
        status: int | None = None,
    ) -> None:
        """It is over, after its first content or before; `status` is what its provider answered, where it failed."""
        if self._over:
            return
        self._over = True
        self._standings.heard(self._name, result, status)
        now_s = self._standings.now_s
        took_s = now_s - self._began_s
        how = _said(result, took_s)
        tells = self._probe or (self._anyway and how is Ended.WELL)
        self._standings.learn(self._name, how, result, probe=tells, retry_after_s=retry_after_s)
        if result is AttemptResult.OK:
            writing_s = took_s - (self._first_s or 0.0)
            self._standings.pace(
                self._name, lambda one: pace.ended(one, now_s, took_s=took_s, tokens=tokens, writing_s=writing_s)
            )
            return
        if how is Ended.BADLY and self._first_s is None:
            self._standings.pace(self._name, lambda one: pace.failed(one, took_s, now_s))
        self._standings.pace(self._name, lambda one: pace.ended(one, now_s))


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a target is not asked: how it last failed, and for how long it is left alone."""

    result: AttemptResult
    wait_s: float


class Standings:
    """All targets; one for a gateway."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._breakers: dict[str, Breaker] = {}
        self._paces: dict[str, Pace] = {}
        self._last: dict[str, AttemptResult] = {}
        self._refused: dict[str, int] = {}
        self._budget = Budget()

    @property
    def now_s(self) -> float:
        return self._clock()

    def came(self) -> None:
        """A request came, and with it a share of a further try."""
        self._budget = budget.asked(self._budget)

    def open_s(self) -> Mapping[str, float]:
        """Targets that nobody may ask at the moment, and for how long."""
        now_s = self._clock()
        return {name: one.wait_s(now_s) for name, one in self._breakers.items() if not one.admits(now_s)}

    @property
    def key_refused(self) -> Mapping[str, int]:
        """Targets whose provider refused our key or account when they were last asked, and with which status."""
        return self._refused

    def paces(self, usd_per_kwh: Decimal | None, *, load_s: Mapping[str, float] | None = None) -> Paces:
        """What was measured of all of them; `load_s` is what those take to load that are not in memory."""
        return Paces(known=self._paces, load_s=load_s or {}, now_s=self._clock(), usd_per_kwh=usd_per_kwh)

    def enter(self, target: Target, *, last: bool = False) -> Entry | Closed:
        """Begin an attempt at `target`, or say why not.

        Where it is the `last` that may be asked, it is asked all the same, since a failure costs nobody more than to be
        told of one: but not before a time that it named itself, and not if callers would wait for it in vain.
        """
        now_s, known = self._clock(), self._breakers.get(target.name, breaker.NEW)
        how = self._last.get(target.name, AttemptResult.SERVER_ERROR)
        admitted = known.admits(now_s)
        if not admitted and (not last or known.named or how is AttemptResult.TIMEOUT):
            return Closed(how, known.wait_s(now_s) or breaker.FIRST_OPEN_S)
        probe = admitted and known.state(now_s) is State.HALF_OPEN
        if admitted:
            self._breakers[target.name] = breaker.entered(known, now_s)
        self.pace(target.name, pace.began)
        return Entry(self, target.name, now_s, _probe=probe, _anyway=not admitted)

    def another_try(self, tries: int, *, named_s: float | None) -> float | None:
        """How long to wait before a further try at the same target; None where there is to be none."""
        wait_s = budget.wait_s(tries, named_s=named_s, draw=random.random())  # noqa: S311  it spreads, it hides nothing
        left = budget.spend(self._budget)
        if wait_s is None or left is None:
            return None
        self._budget = left
        return wait_s

    # --- for an `Entry` ----------------------------------------------------------------------------------------------

    def heard(self, name: str, result: AttemptResult, status: int | None) -> None:
        """Whether the provider takes our key, as far as an attempt shows it."""
        if result is AttemptResult.OK:
            self._refused.pop(name, None)
        elif result is AttemptResult.MISCONFIGURED and status in _KEY_REFUSED:
            self._refused[name] = status

    def learn(self, name: str, how: Ended, result: AttemptResult, *, probe: bool, retry_after_s: float | None) -> None:
        """An attempt ended so."""
        known = self._breakers.get(name, breaker.NEW)
        self._breakers[name] = breaker.left(known, how, self._clock(), probe=probe, retry_after_s=retry_after_s)
        if how is Ended.BADLY:
            self._last[name] = result

    def pace(self, name: str, change: Callable[[Pace], Pace]) -> None:
        """What was measured changes so."""
        self._paces[name] = change(self._paces.get(name, pace.NEW))


def _said(result: AttemptResult, took_s: float) -> Ended:
    if result is AttemptResult.OK:
        return Ended.WELL
    if result not in _BAD or (result is AttemptResult.CONNECT and took_s < AT_ONCE_S):
        return Ended.UNSAID
    return Ended.BADLY
