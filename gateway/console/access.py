"""Says who looks at the console, and whether a form is one of ours; everybody needs `may: [console]`, whoever they are."""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from gateway.access.callers import authenticate, presented
from gateway.access.origin import is_loopback
from gateway.api.exchange import Exchange
from gateway.api.holders import Holders
from gateway.config import Listener, Settings
from gateway.console.sessions import LIFE_S, Sessions
from gateway.domain import Caller, Permission
from gateway.errors import InvalidApiKey, OriginNotAllowed, PermissionDenied
from gateway.events import Noted
from gateway.ports import AuditSink, EventRow

COOKIE: Final = "console_session"
_NOBODY: Final = "nobody"
_OURS: Final = frozenset({"", "same-origin", "none"})
"""What `Sec-Fetch-Site` says of a page of ours, of an address that was typed, and of a program."""
STALE: Final = "This page is an old one. Load it again, and send the form once more."


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks. `token` is of their session, "" where there is none; `form` what a form of theirs must bring."""

    caller: Caller
    token: str = field(default="", repr=False)
    form: str = field(default="", repr=False)

    def may(self, permission: Permission) -> bool:
        return permission in self.caller.may


class Access:
    """One for a gateway. What somebody does on a page is told to the record, with who did it."""

    def __init__(self, holders: Holders, ledger: AuditSink, sessions: Sessions | None = None) -> None:
        self.holders: Final = holders
        self._ledger = ledger
        self._sessions = sessions or Sessions()
        self._secret = secrets.token_bytes(32)

    def visitor(self, exchange: Exchange, settings: Settings, listener: Listener) -> Visitor | None:
        """Who asks: by a key in the headers, by their session, or whoever calls this listener without one; None: nobody known.

        Raises:
            InvalidApiKey: a key is in the headers, and it is none of ours.
            PermissionDenied: they may not see the console.
        """
        keyed = presented(exchange.header("authorization"), exchange.header("x-api-key"))
        token = "" if keyed else _cookie(exchange.header("cookie"))
        caller = self._in_session(token, settings)
        if caller is None:
            token = ""
            caller = self._by_header(exchange, settings, listener)
        if caller is None:
            return None
        if Permission.CONSOLE not in caller.may:
            raise PermissionDenied("This key may not see the console: its caller needs `may: [console]`.")
        return Visitor(caller, token, self.form_token(token, caller))

    def still(self, visitor: Visitor, settings: Settings, listener: Listener) -> bool:
        """Whether they may go on watching: not after their session, their key, or that nobody needs one, has ended."""
        known: Caller | None
        if visitor.token:
            known = self._in_session(visitor.token, settings)
        elif visitor.caller.key:
            known = self._now(visitor.caller, settings)
        else:
            without = any(one.anonymous is not None for one in settings.listeners)
            known = self.holders.anonymous(listener) if without else None
        return settings.console and known is not None and Permission.CONSOLE in known.may

    def sign_in(self, key: str, settings: Settings, listener: Listener) -> str:
        """A cookie for whoever shows this key.

        Raises:
            InvalidApiKey: it is none of ours, or none any more.
            PermissionDenied: its caller may not see the console.
        """
        caller = authenticate("", key, keys=(settings.keyring, self.holders.keys), anonymous=lambda: None)
        if Permission.CONSOLE not in caller.may:
            raise PermissionDenied("This key may not see the console: its caller needs `may: [console]`.")
        token = self._sessions.begin(caller)
        self.note(Noted.SIGNED_IN, caller)
        return _set_cookie(token, listener, age_s=int(LIFE_S))

    def sign_out(self, visitor: Visitor, listener: Listener) -> str:
        """End the session; the cookie that takes the place of theirs."""
        if visitor.token:
            self._sessions.end(visitor.token)
            self.note(Noted.SIGNED_OUT, visitor.caller)
        return _set_cookie("", listener, age_s=0)

    def note(self, what: Noted, caller: Caller, *, digest: bytes = b"", reason: str = "") -> None:
        """Have the record say what `caller` did."""
        at_us = time.time_ns() // 1000
        self._ledger.noted(EventRow(at_us=at_us, what=what, subject=caller.name, digest=digest, reason=reason))

    def form_token(self, token: str = "", caller: Caller | None = None) -> str:
        """What a form must bring that was made for this session, or for this caller without one."""
        about = token or (caller.name if caller else _NOBODY)
        return hmac.digest(self._secret, about.encode(), "sha256").hex()

    def check_form(self, given: str, wanted: str) -> None:
        """Raise `PermissionDenied` for a form that is not of a page that this visitor was given."""
        if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode()):
            raise PermissionDenied(STALE)

    def _in_session(self, token: str, settings: Settings) -> Caller | None:
        caller = self._sessions.of(token)
        return None if caller is None else self._now(caller, settings)

    def _now(self, caller: Caller, settings: Settings) -> Caller | None:
        """The caller as they are configured now; None where their key admits nobody any more. Raises `KeysUnavailable`."""
        if caller.prefix:
            return caller if self.holders.keys.holds(caller) else None
        same = (one for _, one in settings.keyring.entries if one.name == caller.name)
        return next((one for one in same if hmac.compare_digest(one.key, caller.key)), None)

    def _by_header(self, exchange: Exchange, settings: Settings, listener: Listener) -> Caller | None:
        authorization, key = exchange.header("authorization"), exchange.header("x-api-key")
        try:
            return authenticate(
                authorization,
                key,
                keys=(settings.keyring, self.holders.keys),
                anonymous=partial(self.holders.anonymous, listener),
            )
        except InvalidApiKey:
            if presented(authorization, key):
                raise
            return None


def check_site(exchange: Exchange) -> None:
    """Raise `OriginNotAllowed` where a page of another site asks: one may link to the console, and nothing else."""
    if exchange.header("sec-fetch-site") in _OURS:
        return
    if exchange.method in {"GET", "HEAD"} and exchange.header("sec-fetch-mode") == "navigate":
        return
    raise OriginNotAllowed("Only pages of the gateway itself may use its console.")


def is_secure(listener: Listener) -> bool:
    """Whether browsers speak TLS to this listener, or to a proxy before it; beyond loopback they do."""
    return listener.tls is not None or listener.proxied or not is_loopback(listener.host)


def _cookie(header: str) -> str:
    """The token in a `Cookie` header; of several none, since somebody else has set one of them."""
    named = [pair.partition("=") for pair in header.split(";")]
    tokens = [value.strip() for name, _, value in named if name.strip() == COOKIE]
    return tokens[0] if len(tokens) == 1 else ""


def _set_cookie(token: str, listener: Listener, *, age_s: int) -> str:
    secure = "; Secure" if is_secure(listener) else ""
    return f"{COOKIE}={token}; Path=/console; Max-Age={age_s}; HttpOnly; SameSite=Strict{secure}"
