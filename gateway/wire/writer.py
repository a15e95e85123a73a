"""How an answer is written for a caller, whole or as a stream; what every dialect's writer has in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from gateway.domain import Tree
from gateway.errors import GatewayError
from gateway.wire.reply import ReplyShape


@dataclass(frozen=True, slots=True)
class Timing:
    """When a reply was made and how long it took: RFC 3339 text and nanoseconds, measured by whoever has a clock."""

    created_at: str
    total_ns: int = 0
    first_content_ns: int = 0


class Clock(Protocol):
    """The time of one request, for dialects that tell it."""

    def now(self) -> str:
        """RFC 3339 in UTC."""

    def content(self) -> None:
        """The first content is here."""

    def timing(self) -> Timing:
        """What has passed until now."""


@dataclass(frozen=True, slots=True)
class Answering:
    """What a writer knows of the request that it answers; `payload` is its body, for dialects that repeat it."""

    request_id: str
    clock: Clock
    payload: Tree = field(default_factory=dict)


class StreamWriter(Protocol):
    """How one dialect writes a stream.

    `may_commit_early`: whether the 200 may be sent before the first content, with heartbeats that every client skips.
    `opened` is told the shape of the events before the first of them.
    """

    content_type: ClassVar[str]
    may_commit_early: ClassVar[bool]

    def opened(self, shape: ReplyShape) -> None: ...
    def event(self, event: Tree) -> bytes: ...
    def error(self, error: GatewayError) -> bytes: ...
    def end(self) -> bytes: ...
    def heartbeat(self) -> bytes: ...
    def trailer(self, headers: Mapping[str, str]) -> bytes: ...
