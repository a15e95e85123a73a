"""Finds the view for a path, lets in who may see it, and answers with a page whatever becomes of it; computes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final

from gateway.api.exchange import Exchange
from gateway.config import Listener, Settings
from gateway.console import pages
from gateway.console.access import Access, Visitor, check_site
from gateway.console.assets import PREFIX, assets
from gateway.console.visit import KEY_BYTES, Answer, Elsewhere, Handler, Page, Visit, read_form
from gateway.errors import GatewayError, InvalidApiKey, MethodNotAllowed, NotFound
from gateway.events import AuthFailure, ConsoleRefused, EventSink

ROOT: Final = "/console"
START: Final = "/console/start"
SIGN_IN: Final = "/console/sign-in"
SIGN_OUT: Final = "/console/sign-out"
_READS: Final = frozenset({"GET", "HEAD"})
_FRESH: Final = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}
_FOR_EVER: Final = {"cache-control": "public, max-age=31536000, immutable"}


class Console:
    """What browsers are shown. `views` are the handlers by method and path; a path that ends in a slash takes what follows.

    `is_new`: nothing was ever answered here, and who comes is shown how to begin.
    """

    def __init__(
        self,
        access: Access,
        views: Mapping[tuple[str, str], Handler],
        *,
        settings: Callable[[], Settings],
        events: EventSink,
        is_new: Callable[[], Awaitable[bool]],
    ) -> None:
        self._access = access
        self._views = views
        self._settings = settings
        self._events = events
        self._is_new = is_new

    def take(self, exchange: Exchange, settings: Settings) -> bool:
        """Whether it answers: its own paths, and `/` for whoever reads pages. Clients of Ollama ask for none."""
        if not settings.console:
            return False
        path = exchange.path.rstrip("/")
        if path == ROOT or path.startswith(f"{ROOT}/"):
            return True
        return not path and exchange.method in _READS and "text/html" in exchange.header("accept")

    async def serve(self, exchange: Exchange, settings: Settings, listener: Listener) -> None:
        """Answer it, whatever becomes of it."""
        path = exchange.path.rstrip("/")
        visitor: Visitor | None = None
        try:
            check_site(exchange)
            if path.startswith(PREFIX):
                await _send_asset(exchange, path.removeprefix(PREFIX))
                return
            if not path:
                await _send(exchange, 303, {"location": START if await self._is_new() else ROOT, "vary": "accept"}, b"")
                return
            if path == SIGN_IN:
                answer = await self._sign_in(exchange, settings, listener)
            else:
                visitor = self._access.visitor(exchange, settings, listener)
                answer = await self._answer(path, exchange, settings, listener, visitor)
        except GatewayError as error:
            if exchange.started:
                return
            self._tell(error)
            answer = _failed(error)
        await self._give(answer, exchange, settings, visitor, view=path)

    async def _answer(
        self, path: str, exchange: Exchange, settings: Settings, listener: Listener, visitor: Visitor | None
    ) -> Answer:
        if visitor is None:
            return Page("sign_in.html", {"form": self._access.form_token(), "problem": ""}, status=401)
        visit = Visit(exchange, settings, listener, visitor, self._access, settings_now=self._settings)
        if (exchange.method, path) == ("POST", SIGN_OUT):
            await visit.form()
            return Elsewhere(ROOT, {"set-cookie": self._access.sign_out(visitor, listener)})
        handler, rest = self._handler(exchange.method, path)
        return await handler(replace(visit, rest=rest))

    def _handler(self, method: str, path: str) -> tuple[Handler, str]:
        """The view, and what of the path is its own. Raises `NotFound`, `MethodNotAllowed`."""
        method = "GET" if method == "HEAD" else method
        above, _, rest = path.rpartition("/")
        for known, name in ((path, ""), (f"{above}/", rest)):
            if (handler := self._views.get((method, known))) is not None:
                return handler, name
            if allowed := [other for other, where in self._views if where == known]:
                raise MethodNotAllowed("This page does not take this method.", allow=tuple(sorted(allowed)))
        raise NotFound("The console has no such page.")

    async def _sign_in(self, exchange: Exchange, settings: Settings, listener: Listener) -> Answer:
        token = self._access.form_token()
        if exchange.method in _READS:
            return Page("sign_in.html", {"form": token, "problem": ""})
        fields = await read_form(exchange, settings, limit=KEY_BYTES)
        self._access.check_form(fields.get("form", ""), token)
        try:
            cookie = self._access.sign_in(fields.get("key", "").strip(), settings, listener)
        except GatewayError as error:
            self._tell(error)
            return Page("sign_in.html", {"form": token, "problem": error.message}, status=error.status)
        return Elsewhere(ROOT, {"set-cookie": cookie})

    def _tell(self, error: GatewayError) -> None:
        """Tell those who look after keys of a key that was refused."""
        if isinstance(error, InvalidApiKey):
            self._events.emit(ConsoleRefused(reason=AuthFailure.UNKNOWN_KEY))
        elif error.status == 403:
            self._events.emit(ConsoleRefused(reason=AuthFailure.FORBIDDEN))

    async def _give(
        self, answer: Answer, exchange: Exchange, settings: Settings, visitor: Visitor | None, *, view: str
    ) -> None:
        match answer:
            case Page():
                around = {"visitor": visitor, "form": visitor.form if visitor else ""}
                body = pages.page(answer.template, {**around, **answer.shown}, view=view, policy=settings.policy.hash)
                await _send(exchange, answer.status, {**_FRESH, **answer.headers}, body)
            case Elsewhere():
                await _send(
                    exchange, 303, {"location": answer.path, "cache-control": "no-store", **answer.headers}, b""
                )
            case None:
                return


def _failed(error: GatewayError) -> Page:
    allow = {"allow": ", ".join(error.allow)} if isinstance(error, MethodNotAllowed) else {}
    return Page("failed.html", {"status": error.status, "message": error.message}, status=error.status, headers=allow)


async def _send_asset(exchange: Exchange, name: str) -> None:
    asset = assets().get(name)
    if asset is None or exchange.method not in _READS:
        raise NotFound("The console has no such file.")
    await _send(exchange, 200, {"content-type": asset.kind, **_FOR_EVER}, asset.content)


async def _send(exchange: Exchange, status: int, headers: Mapping[str, str], body: bytes) -> None:
    await exchange.reply(status, {**headers, **pages.HEADERS}, body)
