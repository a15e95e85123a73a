"""Sessions of people who showed a key: bounded, in memory, over by themselves; keeps digests of tokens, and no key."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.domain import Caller

MOST: Final = 64
LIFE_S: Final = 8 * 3600.0
"""A session ends after a shift, whatever its user does."""
IDLE_S: Final = 3600.0
"""It ends after so long without a request: a page that watches asks all the time."""
_MAX_TOKEN_CHARS: Final = 64


@dataclass(slots=True)
class _Session:
    caller: Caller
    began_s: float
    used_s: float


class Sessions:
    """All of them; one for a gateway. The one that was not used for the longest makes room for a new one."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[bytes, _Session] = {}

    def begin(self, caller: Caller) -> str:
        """The token of a new session of `caller`, who has shown a key."""
        self._sweep()
        if len(self._known) >= MOST:
            del self._known[min(self._known, key=lambda digest: self._known[digest].used_s)]
        token, now_s = secrets.token_urlsafe(32), self._clock()
        self._known[_digest(token)] = _Session(caller, now_s, now_s)
        return token

    def of(self, token: str) -> Caller | None:
        """Whose session this is, as they were when it began; None where there is none, or none any more."""
        if not token or len(token) > _MAX_TOKEN_CHARS:
            return None
        found = self._known.get(_digest(token))
        if found is None:
            return None
        if self._is_over(found):
            self.end(token)
            return None
        found.used_s = self._clock()
        return found.caller

    def end(self, token: str) -> None:
        """End it, if it is one."""
        self._known.pop(_digest(token), None)

    def _is_over(self, session: _Session) -> bool:
        now_s = self._clock()
        return now_s - session.began_s >= LIFE_S or now_s - session.used_s >= IDLE_S

    def _sweep(self) -> None:
        for digest in [digest for digest, session in self._known.items() if self._is_over(session)]:
            del self._known[digest]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
