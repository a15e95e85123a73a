"""Requests that are over, as values: for whoever hears of them and shows them."""

from __future__ import annotations

from gateway.domain import Dialect, Operation, Outcome, Settlement


def settled(number=0, **more):
    told = {"operation": Operation.CHAT, "dialect": Dialect.OPENAI, "outcome": Outcome.OK, "status": 200, **more}
    return Settlement(
        at_us=1_700_000_000_000_000 + number,
        request_id=f"req_{number:032x}",
        duration_us=1000,
        overhead_us=100,
        **told,
    )
