"""Who was not let in, and why: nothing of what they showed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gateway.events.closed_sets import AuthFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthFailed:
    """A request was refused for its key, its origin or its host; the line of the request says it."""

    event: ClassVar[str] = "auth.failed"
    reason: AuthFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleRefused:
    """The console did not let somebody in. Attempts to log in are to be watched (45 CFR 164.308(a)(5)(ii)(C))."""

    event: ClassVar[str] = "console.refused"
    reason: AuthFailure
