"""What the requests in flight take up of this process, over all listeners together; knows neither HTTP nor a dialect."""

from __future__ import annotations

from typing import Final, Self

from gateway.errors import Overloaded

COPIES: Final = 2
"""A body is in memory about twice while its request lives: read as a tree, and written again for its target."""
VALUE_BYTES: Final = 400
"""What a value takes beside its text, measured: up to 120 in the tree, and 280 laid open for the scan."""
_FULL: Final = "Too many large requests at once. Try again shortly."


class InFlight:
    """The places that requests hold and the memory of their bodies: one for each gateway, made by whoever composes it."""

    __slots__ = ("body_bytes", "requests")

    def __init__(self) -> None:
        self.requests = 0
        self.body_bytes = 0

    def enter(self, limit: int) -> None:
        """Take a place; `leave` gives it back.

        Raises:
            Overloaded: `limit` requests hold one already.
        """
        if self.requests >= limit:
            raise Overloaded("The gateway is at its limit of requests at once. Try again shortly.")
        self.requests += 1

    def leave(self) -> None:
        self.requests -= 1

    def body(self, budget: int) -> BodyShare:
        """The share of one body in the `budget` (bytes) of all; `with` gives it back at the end."""
        return BodyShare(self, budget)


class BodyShare:
    """What one body takes up. A request alone is always taken, so that no budget shuts out a body of permitted size."""

    __slots__ = ("_all", "_budget", "held")

    def __init__(self, everything: InFlight, budget: int) -> None:
        self._all = everything
        self._budget = budget
        self.held = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.give_back()

    def give_back(self) -> None:
        """The body is no more."""
        self._all.body_bytes -= self.held
        self.held = 0

    def hold(self, size: int, *, values: int = 0) -> None:
        """Hold what a body takes of which `size` bytes came so far (or were announced), with `values` values in it.

        Raises:
            Overloaded: all bodies together would be too much for the process.
        """
        more = size * COPIES + values * VALUE_BYTES - self.held
        if more <= 0:
            return
        others = self._all.body_bytes - self.held
        if others and self._all.body_bytes + more > self._budget:
            raise Overloaded(_FULL)
        self.held += more
        self._all.body_bytes += more
