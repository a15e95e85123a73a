"""Tries of targets: one begins, one is over, one took the place of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gateway.domain import Operation
from gateway.events.closed_sets import AttemptResult, Cause, FallbackResult


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStarted:
    """A target works at a request, whose turn in the queue has come. Each is followed by one `AttemptEnded` that `began`."""

    event: ClassVar[str] = "attempt.started"
    provider: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptEnded:
    """One try of one target is over. `status` is the provider's HTTP status or None without one, `cause` why it failed.

    `began` False: it ended in the queue, or before, and no `AttemptStarted` came before it. `attempt` is its number in its
    request, from 1; 0: it was passed over.
    """

    event: ClassVar[str] = "attempt.ended"
    request_id: str
    operation: Operation
    provider: str
    target: str
    model: str
    result: AttemptResult
    duration_s: float
    status: int | None = None
    began: bool = True
    cause: Cause | None = None
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FellBack:
    """Target `from_` failed for `reason` and `to` was tried instead; emitted when the try of `to` is over."""

    event: ClassVar[str] = "request.fell_back"
    from_: str
    to: str
    reason: AttemptResult
    result: FallbackResult
