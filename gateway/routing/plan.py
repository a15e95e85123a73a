"""Orders permitted egresses into attempts by what is known of their providers; never adds one not permitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from gateway.domain import Operation, Target


class Aimed(Protocol):
    """Anything that leads to a target."""

    @property
    def target(self) -> Target: ...


A = TypeVar("A", bound=Aimed)


def plan(
    permitted: Sequence[A], health: Mapping[str, bool], *, auto_fallback: bool, operation: Operation
) -> tuple[A, ...]:
    """Attempts in order: as listed, those whose provider is known to be down last, since news of it may be old.

    `health` maps a provider's name to whether it answered last; unknown counts as up. Providers that are off are left
    out. Without `auto_fallback` there is one attempt, the first listed: to step over one that is down would be a
    fallback. An operation of one model keeps to it: vectors of two cannot be compared.
    """
    usable = [egress for egress in permitted if not egress.target.provider.off]
    if not usable:
        return ()
    if operation.one_model:
        usable = [egress for egress in usable if egress.target.model == usable[0].target.model]
    if not auto_fallback:
        return (usable[0],)
    return tuple(sorted(usable, key=lambda egress: not health.get(egress.target.provider.name, True)))
