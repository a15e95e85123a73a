"""How many further tries there may be (no money): a share of the requests, so that an outage is not answered with more load.

Pure. A token bucket as Finagle's retry budget has it: each request puts in a share of a token, each further try takes one out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

SHARE: Final = 0.2
"""Further tries for each request, in the long run."""
AT_REST: Final = 10.0
"""Further tries that a quiet gateway may make at once; never more are saved up."""
FIRST_WAIT_S: Final = 0.1
LONGEST_WAIT_S: Final = 5.0
"""A target that names a longer wait is not tried again within the request: the caller is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may still be spent."""

    tokens: float = AT_REST


def asked(budget: Budget) -> Budget:
    """A request came."""
    return budget if budget.tokens >= AT_REST else Budget(tokens=min(budget.tokens + SHARE, AT_REST))


def spend(budget: Budget) -> Budget | None:
    """The budget after one further try, or None where none is left."""
    return replace(budget, tokens=budget.tokens - 1.0) if budget.tokens >= 1.0 else None


def wait_s(tries: int, *, named_s: float | None, draw: float) -> float | None:
    """How long to wait before try number `tries` + 1: what the target named, else about twice as long each time.

    `draw` is a number from 0 to 1, so that many who failed together do not come back together. None: too long.
    """
    if named_s is not None:
        return named_s if named_s <= LONGEST_WAIT_S else None
    return FIRST_WAIT_S * float(2 ** (tries - 1)) * (0.5 + draw)
