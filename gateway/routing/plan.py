"""Orders permitted egresses into attempts by what is known of their targets; never adds one not permitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Generic, TypeVar

from gateway.domain import Capability, Operation, Order, Route, Target
from gateway.routing.needs import lacking
from gateway.routing.order import ANYTHING, UNMEASURED, Aimed, Asking, Estimate, Paces, ordered, reaches

A = TypeVar("A", bound=Aimed)


class Why(StrEnum):
    """Why a target is not tried where it would have been."""

    DOWN = "down"  # its server did not answer when it was last asked
    FAILING = "failing"  # it failed too often of late, or said itself for how long to leave it alone
    LACKS = "lacks"  # it does not list what the request needs, and another one does
    TOO_SMALL = "too_small"  # the request is longer than its context
    BELOW = "below"  # its quality is under the route's floor


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A permitted target that is not tried, or only when all others were."""

    target: Target
    why: Why
    lacks: frozenset[Capability] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a route and a request want of a target. `needs` are capabilities, `tokens` the fewest that the request has."""

    order: Order = Order.LISTED
    floor: float | None = None
    needs: frozenset[Capability] = frozenset()
    asking: Asking = ANYTHING

    @property
    def tokens(self) -> int:
        return self.asking.tokens


USUAL: Final = Wish()


@dataclass(frozen=True, slots=True)
class Plan(Generic[A]):
    """Attempts in order, who is passed over and why, and what is expected of each that could take it."""

    attempts: tuple[A, ...] = ()
    passed: tuple[PassedOver, ...] = ()
    estimates: Mapping[str, Estimate] = field(default_factory=dict)


def plan(
    permitted: Sequence[A],
    health: Mapping[str, bool],
    *,
    auto_fallback: bool,
    operation: Operation,
    wish: Wish = USUAL,
    paces: Paces = UNMEASURED,
    failing: Mapping[str, float] | None = None,
) -> Plan[A]:
    """Attempts in the order of the route; those known to be down or `failing` last, since news of it may be old.

    `health` maps a provider's name to whether it answered last; unknown counts as up. Providers that are off are left
    out, and so are targets that cannot do what the request needs as long as another one can. Without `auto_fallback` there
    is one attempt, the first in order: to step over one that is down would be a fallback. An operation of one model keeps
    to it: vectors of two cannot be compared.
    """
    usable = [egress for egress in permitted if not egress.target.provider.off]
    if operation.one_model and usable:
        usable = [egress for egress in usable if egress.target.model == usable[0].target.model]
    usable, passed = _able(usable, wish)
    in_order = ordered(usable, wish.order, wish.asking, paces)
    estimates = {} if wish.order is Order.LISTED else {
        one.target.name: paces.estimate(one.target, wish.asking) for one in in_order
    }  # fmt: skip
    if not auto_fallback:
        return Plan(in_order[:1], tuple(passed), estimates)
    kept_back = {
        one.target.name: why for one in in_order if (why := _kept_back(one.target, health, failing or {})) is not None
    }
    attempts = tuple(sorted(in_order, key=lambda egress: egress.target.name in kept_back))
    if len(kept_back) < len(attempts):
        last_well = max(place for place, one in enumerate(in_order) if one.target.name not in kept_back)
        overtaken = [one.target for one in in_order[:last_well] if one.target.name in kept_back]
        passed += [PassedOver(target, kept_back[target.name]) for target in overtaken]
    return Plan(attempts, tuple(passed), estimates)


def alone(permitted: Sequence[A], route: Route) -> Plan[A] | None:
    """The plan where there is nothing to choose, as most requests have it: one target, of a route that takes its targets as
    they are listed. What `plan` says then, without asking what is known of anybody; None: it has to be asked.
    """
    if len(permitted) != 1 or route.order is not Order.LISTED or route.min_quality is not None:
        return None
    return None if permitted[0].target.provider.off else Plan(tuple(permitted))


def _kept_back(target: Target, health: Mapping[str, bool], failing: Mapping[str, float]) -> Why | None:
    if not health.get(target.provider.name, True):
        return Why.DOWN
    return Why.FAILING if target.name in failing else None


def _able(usable: Sequence[A], wish: Wish) -> tuple[list[A], list[PassedOver]]:
    """Who can do what is needed, at the quality that is asked for. A floor is kept also where nobody reaches it; what
    nobody lists, or holds, is asked of all: the server knows better than a list that says nothing.
    """
    passed: list[PassedOver] = []
    above = [one for one in usable if reaches(one.target, wish.floor)]
    passed += [PassedOver(one.target, Why.BELOW) for one in usable if not reaches(one.target, wish.floor)]
    among = [one.target for one in above]
    lacks = lacking(wish.needs, among) if wish.needs else {}
    able = [one for one in above if not lacks.get(one.target.name)]
    if able:
        passed += [PassedOver(t, Why.LACKS, lacks[t.name]) for t in among if lacks.get(t.name)]
    else:
        able = above
    held = [one for one in able if _holds(one.target, wish.tokens)]
    if held:
        passed += [PassedOver(one.target, Why.TOO_SMALL) for one in able if not _holds(one.target, wish.tokens)]
        able = held
    return able, passed


def _holds(target: Target, tokens: int) -> bool:
    return target.context is None or target.context >= tokens
