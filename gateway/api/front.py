"""The front door of one listener, as plain ASGI: host, origin, path, caller; then a facade, or FastAPI for the rest.

The order is the onion, outermost first: errors become the caller's dialect, Host and Origin are judged, the agent is
read off the path, the caller is authenticated, the facade answers.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import orjson

from gateway.access.callers import authenticate
from gateway.access.origin import check_host, check_origin
from gateway.api.exchange import ClientGone, Exchange, Receive, Scope, Send
from gateway.config import Listener, Settings
from gateway.domain import Caller, Dialect, Operation
from gateway.errors import (
    GatewayError,
    InternalError,
    InvalidApiKey,
    MethodNotAllowed,
    NotFound,
    OriginNotAllowed,
    Overloaded,
)
from gateway.events import AuthFailed, AuthFailure, EventSink, Faulted, RequestSettled
from gateway.pipeline.story import outcome_of
from gateway.wire.errors import render

Handler: TypeAlias = Callable[["Visit"], Awaitable[None]]
Asgi: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
OPEN_PATHS = frozenset({"/health", "/ready", "/"})
AGENT_PREFIX = "/agent/"
ANTHROPIC_HEADER = "anthropic-version"
ALLOWED_HEADERS = (
    "authorization, content-type, x-api-key, anthropic-version, anthropic-beta, x-gateway-route, x-gateway-agent, "
    "x-gateway-conversation, traceparent, x-stainless-arch, x-stainless-lang, x-stainless-os, x-stainless-runtime, "
    "x-stainless-runtime-version, x-stainless-package-version, x-stainless-retry-count, x-stainless-timeout"
)


@dataclass(slots=True)
class Visit:
    """One authenticated request at a facade, with the settings it keeps to its end."""

    exchange: Exchange
    settings: Settings
    listener: Listener
    caller: Caller
    params: Mapping[str, str] = field(default_factory=dict)

    async def json(self, body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Answer with JSON."""
        await self.exchange.reply(status, {"content-type": "application/json", **(headers or {})}, orjson.dumps(body))


@dataclass(frozen=True, slots=True)
class Facade:
    """The endpoints of one dialect: exact paths, and prefixes whose rest is a parameter (`/v1/models/`).

    `banner` is what `GET /` answers, in plain text, where its clients look for it.
    """

    dialect: Dialect
    exact: Mapping[tuple[str, str], Handler]
    prefixed: Mapping[tuple[str, str], Handler] = field(default_factory=dict)
    banner: str = ""


class Front:
    """The ASGI application of one listener."""

    def __init__(
        self,
        listener: Listener,
        *,
        settings: Callable[[], Settings],
        facades: Mapping[str, Facade],
        control: Asgi,
        events: EventSink,
    ) -> None:
        self._listener = listener
        self._settings = settings
        offered = [facades[name] for name in sorted(listener.facades) if name in facades]
        self._facades = sorted(offered, key=lambda facade: facade.dialect is Dialect.ANTHROPIC)
        self._anthropic_first = sorted(offered, key=lambda facade: facade.dialect is not Dialect.ANTHROPIC)
        self._banner = next((facade.banner for facade in offered if facade.banner), "")
        self._control = control
        self._events = events
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._control(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        settings = self._settings()
        dialect = dialect_of(exchange.path, exchange.headers)
        began = time.perf_counter()
        self._in_flight += 1
        try:
            if self._in_flight > settings.limits.max_concurrency:
                raise Overloaded("The gateway is at its limit of requests at once. Try again shortly.")
            await self._enter(exchange, settings, scope)
        except ClientGone:
            pass
        except GatewayError as error:
            if not error.settled:
                self._events.emit(_unheard(exchange, error, dialect, duration_s=time.perf_counter() - began))
            await self._fail(exchange, error, dialect, settings)
        except asyncio.CancelledError:
            raise
        except Exception as fault:  # noqa: BLE001  the edge: whatever broke, the caller gets an error of ours
            self._events.emit(Faulted(request_id=exchange.request_id, kind=type(fault).__name__, where=_where(fault)))
            broken = InternalError("Something went wrong inside the gateway. Tell the administrator the request id.")
            await self._fail(exchange, broken, dialect, settings)
        finally:
            self._in_flight -= 1

    async def _enter(self, exchange: Exchange, settings: Settings, scope: Scope) -> None:
        self._check_doors(exchange, settings, scope)
        if exchange.method == "OPTIONS":
            await exchange.reply(204, _preflight(exchange), b"")
            return
        if exchange.path.startswith(AGENT_PREFIX):
            tag, slash, rest = exchange.path.removeprefix(AGENT_PREFIX).partition("/")
            exchange.tag, exchange.path = tag, slash + rest
            if not tag:
                raise NotFound("The base URL names no agent: /agent/<name>/v1.")
        if self._banner and exchange.path == "/" and exchange.method in {"GET", "HEAD"}:
            await exchange.reply(200, {"content-type": "text/plain; charset=utf-8"}, self._banner.encode())
            return
        visit = None if exchange.path in OPEN_PATHS else self._visit(exchange, settings)
        handler, params = self._handler(exchange)
        if handler is not None and visit is not None:
            visit.params = params
            await handler(visit)
            return
        scope["path"] = exchange.path
        scope["gateway.visit"] = visit
        await self._control(scope, exchange.receive, exchange.send)

    def _check_doors(self, exchange: Exchange, settings: Settings, scope: Scope) -> None:
        try:
            host = exchange.headers.get("host")
            check_host(host, settings.doors, http_version=str(scope.get("http_version", "1.1")))
        except OriginNotAllowed:
            self._events.emit(AuthFailed(reason=AuthFailure.HOST))
            raise
        try:
            check_origin(exchange.headers.get("origin"), settings.doors)
        except OriginNotAllowed:
            self._events.emit(AuthFailed(reason=AuthFailure.ORIGIN))
            raise

    def _visit(self, exchange: Exchange, settings: Settings) -> Visit:
        try:
            caller = authenticate(
                exchange.header("authorization"),
                exchange.header("x-api-key"),
                keyring=settings.keyring,
                anonymous=self._listener.anonymous,
            )
        except InvalidApiKey:
            given = exchange.header("authorization") or exchange.header("x-api-key")
            self._events.emit(AuthFailed(reason=AuthFailure.UNKNOWN_KEY if given else AuthFailure.MISSING))
            raise
        return Visit(exchange, settings, self._listener, caller)

    def _handler(self, exchange: Exchange) -> tuple[Handler | None, Mapping[str, str]]:
        """The endpoint for method and path; where two facades share one, the header of Anthropic's API tells them apart.

        Raises:
            MethodNotAllowed: the path exists, for another method.
        """
        method, path = exchange.method, exchange.path
        facades = self._anthropic_first if ANTHROPIC_HEADER in exchange.headers else self._facades
        for facade in facades:
            handler = facade.exact.get((method, path))
            if handler is not None:
                return handler, {}
        for facade in facades:
            for (wanted, prefix), handler in facade.prefixed.items():
                if wanted == method and path.startswith(prefix) and len(path) > len(prefix):
                    return handler, {"rest": path.removeprefix(prefix)}
        if any(_serves(facade, path) for facade in self._facades):
            raise MethodNotAllowed("This path does not take this method.")
        return None, {}

    async def _fail(self, exchange: Exchange, error: GatewayError, dialect: Dialect, settings: Settings) -> None:
        if exchange.started:
            return
        rendered = render(error, dialect, request_id=exchange.request_id)
        headers = {"content-type": "application/json", **rendered.headers, **cors_headers(exchange, settings)}
        await exchange.reply(rendered.status, headers, orjson.dumps(rendered.body))


def _serves(facade: Facade, path: str) -> bool:
    """Whether the path is the facade's, for whatever method."""
    return any(path == known for _, known in facade.exact) or any(
        path.startswith(prefix) and len(path) > len(prefix) for _, prefix in facade.prefixed
    )


def dialect_of(path: str, headers: Mapping[str, str]) -> Dialect:
    """The dialect to fail in, by the path; by the headers (names in lower case) where two share it."""
    if path.startswith(AGENT_PREFIX):
        path = "/" + path.removeprefix(AGENT_PREFIX).partition("/")[2]
    if path.startswith("/v1/messages") or (path.startswith("/v1/models") and ANTHROPIC_HEADER in headers):
        return Dialect.ANTHROPIC
    return Dialect.OLLAMA if path.startswith("/api/") else Dialect.OPENAI


def cors_headers(exchange: Exchange, settings: Settings) -> dict[str, str]:
    """What lets a page of a configured origin read the answer; nothing for anyone else."""
    origin = exchange.header("origin")
    if not origin or origin.lower() not in settings.doors.origins:
        return {}
    return {"access-control-allow-origin": origin, "vary": "origin", "access-control-expose-headers": "*"}


def _preflight(exchange: Exchange) -> dict[str, str]:
    return {
        "access-control-allow-origin": exchange.header("origin"),
        "access-control-allow-methods": "GET, POST, HEAD",
        "access-control-allow-headers": ALLOWED_HEADERS,
        "access-control-max-age": "600",
        "vary": "origin",
    }


def _unheard(exchange: Exchange, error: GatewayError, dialect: Dialect, *, duration_s: float) -> RequestSettled:
    """The account of a request that was refused before the pipeline saw it: no key, no such path, no JSON."""
    operation = Operation.EMBEDDINGS if "embed" in exchange.path else Operation.CHAT
    return RequestSettled(
        request_id=exchange.request_id,
        operation=operation,
        dialect=dialect,
        facade=f"{dialect}.{operation}",
        outcome=outcome_of(error),
        status=error.status,
        duration_s=duration_s,
        overhead_s=duration_s,
        error_code=error.code,
    )


def _where(fault: BaseException) -> str:
    """The innermost place in our own code: file and line, which are ours to say."""
    where = ""
    trace = fault.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if f"{os.sep}gateway{os.sep}" in file:
            where = f"{file.rpartition(f'{os.sep}gateway{os.sep}')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return where
