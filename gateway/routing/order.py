"""In which order permitted targets are tried, by a route's strategy and what is known of each; pure.

It is given targets that policy permits and gives some of them back: whatever it decides, nothing leaves for anybody else.
Time and whatever is drawn come in as arguments, so that the same request in the same moment has the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Final, Protocol, TypeVar

from gateway.domain import Complexity, Order, Target, Usage
from gateway.routing import pace
from gateway.routing.pace import Pace
from gateway.routing.price import Terms, bill

AS_FAST: Final = 1.25
"""Targets that are expected to take no longer than this times the fastest one are as good as it: a pool."""
STAY: Final = 1.1
"""Of the two of a pool that a conversation draws, its first one is kept unless the other is faster by so much."""
MIDDLE: Final = 0.5
"""The quality of a target of which nobody says it, where some have to be compared."""


class Aimed(Protocol):
    """Anything that leads to a target."""

    @property
    def target(self) -> Target: ...


A = TypeVar("A", bound=Aimed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the order depends on of one request: how much it asks, about how many tokens it has, and the keyed hash of how
    its conversation begins, which is the same for every turn of it.
    """

    complexity: Complexity = Complexity.SIMPLE
    tokens: int = 0
    affinity: bytes = b""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is expected of one target: seconds, dollars (None: nobody says), the quality that an administrator gave it, and how
    many of the seconds go by until its model is loaded.
    """

    seconds: float
    usd: Decimal | None
    quality: float | None
    load_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """What was measured of targets, by name, at `now_s`; `load_s`: how long those take to load that are not in memory."""

    known: Mapping[str, Pace] = field(default_factory=dict)
    load_s: Mapping[str, float] = field(default_factory=dict)
    now_s: float = 0.0
    usd_per_kwh: Decimal | None = None

    def estimate(self, target: Target, asking: Asking) -> Estimate:
        """What is expected of `target`."""
        known = self.known.get(target.name, pace.NEW)
        load_s = self.load_s.get(target.name, 0.0)
        seconds = pace.expected_s(known, self.now_s, slots=target.slots)
        usage = Usage(input_tokens=asking.tokens, output_tokens=int(pace.USUAL_TOKENS), reported=True)
        owed = bill(target, usage, busy_s=known.serve_s or seconds, terms=Terms(self.usd_per_kwh))
        return Estimate(seconds + load_s, owed.cost_usd, target.quality, load_s)


ANYTHING: Final = Asking()
UNMEASURED: Final = Paces()


def ordered(permitted: Sequence[A], order: Order, asking: Asking, paces: Paces) -> tuple[A, ...]:
    """`permitted`, all of it, in the order in which it is tried; what an order does not tell apart stays as listed."""
    match order:
        case Order.LISTED:
            return tuple(permitted)
        case Order.LOCAL_FIRST:
            return tuple(sorted(permitted, key=_elsewhere))
        case Order.FASTEST:
            return _fastest(permitted, asking, paces)
        case Order.CHEAPEST:
            return _cheapest(permitted, asking, paces)
        case Order.BY_COMPLEXITY:
            return _by_complexity(permitted, asking, paces)


def reaches(target: Target, floor: float | None) -> bool:
    """Whether an administrator gives the target the quality that a route asks for at least."""
    return floor is None or (target.quality is not None and target.quality >= floor)


def _elsewhere(one: Aimed) -> bool:
    return not one.target.provider.on_prem


def _quality(target: Target) -> float:
    return MIDDLE if target.quality is None else target.quality


def _by_complexity(permitted: Sequence[A], asking: Asking, paces: Paces) -> tuple[A, ...]:
    """Those first that are meant for the level, and those last that are meant for others. Among them what is complex goes
    to the best; what is not stays near and cheap, but for what is medium not under a quality of `MIDDLE` where one has more.
    """
    level = asking.complexity
    if level is Complexity.COMPLEX:
        good = sorted(permitted, key=lambda one: -_quality(one.target))
    else:
        good = sorted(_cheapest(permitted, asking, paces), key=_elsewhere)
    if level is Complexity.MEDIUM:
        good.sort(key=lambda one: _quality(one.target) < MIDDLE)
    return tuple(sorted(good, key=lambda one: _meant(one.target, level)))


def _meant(target: Target, level: Complexity) -> int:
    """0 for a target that is meant for the level, 1 where nobody says, 2 for one that is meant for others."""
    if not target.complexity:
        return 1
    return 0 if level in target.complexity else 2


def _fastest(permitted: Sequence[A], asking: Asking, paces: Paces) -> tuple[A, ...]:
    """By expected time. Where several are about as fast, the better one of the two that the conversation draws comes first:
    that spreads conversations, and a model reads again faster what it has read before.
    """
    seconds = {one.target.name: paces.estimate(one.target, asking).seconds for one in permitted}
    by_time = sorted(permitted, key=lambda one: seconds[one.target.name])
    untried = [one for one in by_time if not seconds[one.target.name]]
    if untried or len(by_time) < 2:
        return tuple(by_time)
    limit_s = AS_FAST * seconds[by_time[0].target.name]
    pool = [one for one in by_time if seconds[one.target.name] <= limit_s]
    rest = by_time[len(pool) :]
    drawn = _drawn(pool, asking.affinity)
    if len(drawn) > 1 and seconds[drawn[0].target.name] > STAY * seconds[drawn[1].target.name]:
        drawn[0], drawn[1] = drawn[1], drawn[0]
    first = drawn[:1]
    return (*first, *(one for one in pool if one is not first[0]), *rest)


def _cheapest(permitted: Sequence[A], asking: Asking, paces: Paces) -> tuple[A, ...]:
    """By expected cost; what nobody knows the price of comes last, and is never taken for free off the premises."""
    costs = {one.target.name: paces.estimate(one.target, asking).usd for one in permitted}

    def key(one: A) -> tuple[bool, Decimal]:
        usd = costs[one.target.name]
        if usd is None and one.target.provider.on_prem:
            usd = Decimal(0)  # nobody says what its power costs; it asks for no money
        return usd is None, usd or Decimal(0)

    drawn = _drawn(permitted, asking.affinity) if asking.affinity else list(permitted)
    place = {one.target.name: number for number, one in enumerate(drawn if _same_model(permitted) else permitted)}
    return tuple(sorted(permitted, key=lambda one: (*key(one), place[one.target.name])))


def _same_model(permitted: Sequence[Aimed]) -> bool:
    """Whether all of them are copies of one model, among which only the conversation chooses."""
    return len({(one.target.model, one.target.quality) for one in permitted}) == 1


def _drawn(pool: Sequence[A], affinity: bytes) -> list[A]:
    """The pool in the order that a conversation draws (rendezvous hashing): a target that comes or goes moves few others."""
    return sorted(pool, key=lambda one: blake2b(one.target.name.encode(), key=affinity[:64], digest_size=8).digest())
