"""What the requests in flight take up of this process, over all listeners together; knows neither HTTP nor a dialect."""

from __future__ import annotations

from gateway.errors import Overloaded


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
