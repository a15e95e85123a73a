"""The front door of one listener, as plain ASGI: host, origin, path, caller; then a facade, or FastAPI for the rest.

The order is the onion, outermost first: errors become the caller's dialect, Host and Origin are judged, liveness is
answered, a place among the requests in flight is taken, the agent is read off the path, the caller is authenticated, the
facade answers.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeAlias

import orjson

from gateway.access.callers import authenticate
from gateway.access.origin import check_host, check_origin, check_same_origin
from gateway.api.admission import InFlight
from gateway.api.astray import advice
from gateway.api.cors import cors_headers, preflight
from gateway.api.exchange import ClientGone, Exchange, Receive, Scope, Send
from gateway.api.holders import Held, Holders
from gateway.api.refused import auth_failure, unheard
from gateway.api.traces import begin
from gateway.config import Listener, Settings
from gateway.config.settings import Traces
from gateway.domain import Caller, Dialect
from gateway.errors import (
    GatewayError,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PermissionDenied,
    Stopping,
)
from gateway.events import AuthFailed, EventSink, Faulted
from gateway.pipeline.aside import Aside
from gateway.ports import AuditSink
from gateway.wire.errors import render
from gateway.wire.openai import azure
from gateway.wire.operations import dialect_at

Handler: TypeAlias = Callable[["AuthenticatedRequest"], Awaitable[None]]
Asgi: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
LIVENESS, READINESS = "/health", "/ready"
CONTROL_PATHS = frozenset({"/metrics", READINESS, "/gateway/explain", "/gateway/emergency", "/openapi.json"})
SINGULAR = frozenset({"host", "origin", "authorization", "x-api-key", "api-key", "content-encoding"})
"""Headers that decide something and may stand once: of two, another reader might believe the other one."""
AGENT_PREFIX = "/agent/"
BROKEN = "Something went wrong inside the gateway. Tell the administrator the request id."
WRONG_METHOD = "This path does not take this method."


@dataclass(slots=True)
class AuthenticatedRequest:
    """One authenticated request at a facade, with the settings it keeps to its end."""

    exchange: Exchange
    settings: Settings
    listener: Listener
    held: Held
    in_flight: InFlight
    aside: Aside
    tell: Callable[[GatewayError], None]
    """Tells of a refusal that is not raised to the front."""
    large: bool = False
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def caller(self) -> Caller:
        return self.held.caller

    def ended_by(self) -> GatewayError | None:
        """Why it is ended before it was answered: its key was, or the gateway is; None: nobody is left to tell."""
        return None if self.exchange.gone else self.held.error or Stopping()

    async def json(self, body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Answer with JSON."""
        await self.exchange.reply(status, {"content-type": "application/json", **(headers or {})}, orjson.dumps(body))


@dataclass(frozen=True, slots=True)
class Facade:
    """The endpoints of one dialect: exact paths, and prefixes whose rest is a parameter (`/v1/models/`).

    `mark` is the header of its callers, where two facades share a path. `banner` is what `GET /` answers, in plain text,
    where its clients look for it.
    """

    dialect: Dialect
    exact: Mapping[tuple[str, str], Handler]
    prefixed: Mapping[tuple[str, str], Handler] = field(default_factory=dict)
    mark: str = ""
    banner: str = ""


class Pages(Protocol):
    """What is served to people with a browser, beside the APIs: it says itself who may see it."""

    def take(self, exchange: Exchange, settings: Settings) -> bool:
        """Whether it answers this request."""
        ...

    async def serve(self, exchange: Exchange, settings: Settings, listener: Listener) -> None:
        """Answer it, whatever becomes of it."""
        ...


@dataclass(frozen=True, slots=True)
class _Offer:
    """What one listener offers, as it is configured now. `withheld` are the facades that it does not."""

    listener: Listener
    facades: Sequence[Facade]
    marked: Sequence[Facade]
    withheld: Mapping[str, Facade]
    banner: str

    @classmethod
    def of(cls, listener: Listener, facades: Mapping[str, Facade]) -> _Offer:
        offered = [facades[name] for name in sorted(listener.facades) if name in facades]
        return cls(
            listener,
            facades=sorted(offered, key=lambda facade: bool(facade.mark)),
            marked=[facade for facade in offered if facade.mark],
            withheld={name: facade for name, facade in facades.items() if name not in listener.facades},
            banner=next((facade.banner for facade in offered if facade.banner), ""),
        )


class Front:
    """The ASGI application of one listener. `listener` says how it is configured now; None: not any more."""

    def __init__(  # noqa: PLR0913  (each is one thing that it asks or tells)
        self,
        *,
        listener: Callable[[], Listener | None],
        settings: Callable[[], Settings],
        facades: Mapping[str, Facade],
        control: Asgi,
        events: EventSink,
        ledger: AuditSink,
        in_flight: InFlight,
        holders: Holders,
        aside: Aside,
        ready: Callable[[Collection[str]], bool],
        pages: Pages | None = None,
        traces: Traces | None = None,
    ) -> None:
        self._listener = listener
        self._settings = settings
        self._facades = facades
        self._offered: _Offer | None = None
        self._control = control
        self._events = events
        self._ledger = ledger
        self._in_flight = in_flight
        self._holders = holders
        self._aside = aside
        self._ready = ready
        self._pages = pages
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._control(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        settings = self._settings()
        dialect = dialect_of(exchange.path, exchange.headers)
        began = time.perf_counter()
        exchange.every = cors_headers(exchange, settings)
        if self._traces is not None:
            exchange.traced = begin(exchange.header("traceparent"), self._traces)
        try:
            pages = self._pages if self._pages is not None and self._pages.take(exchange, settings) else None
            self._check_doors(exchange, settings, scope, own=pages is not None)
            path = _plain(exchange.path)
            query = exchange.query() if path == READINESS else {}
            if path == LIVENESS or (path == READINESS and "deep" not in query):
                await self._vital_sign(exchange, alive=path == LIVENESS, routes=query.get("route", ()))
                return
            self._in_flight.enter(settings.limits.max_concurrency)
            try:
                if pages is not None:
                    await pages.serve(exchange, settings, self._offer().listener)
                    return
                await self._enter(exchange, settings, scope, partial(self._tell, exchange, dialect, began))
            finally:
                self._in_flight.leave()
        except ClientGone:
            pass
        except GatewayError as error:
            self._tell(exchange, dialect, began, error)
            await self._fail(exchange, error, dialect)
        except asyncio.CancelledError:  # a caller who went away is a ClientGone: this is the server, which stops
            await self._fail(exchange, Stopping(), dialect)
        except Exception as fault:  # noqa: BLE001  the edge: whatever broke, the caller gets an error of ours
            self._events.emit(Faulted(request_id=exchange.request_id, kind=type(fault).__name__, where=_where(fault)))
            await self._fail(exchange, InternalError(BROKEN), dialect)

    async def _vital_sign(self, exchange: Exchange, *, alive: bool, routes: Collection[str]) -> None:
        """Liveness and readiness: without a key and without a place, since whoever asks may restart us over a 503.

        Ready also means that each of `routes` has a target that would be asked now.
        """
        if exchange.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(WRONG_METHOD, allow=("GET", "HEAD"))
        status = 200 if alive or self._ready(routes) else 503
        body = {"status": "ok"} if alive else {"ready": status == 200}
        await exchange.reply(status, {"content-type": "application/json"}, orjson.dumps(body))

    def _tell(self, exchange: Exchange, dialect: Dialect, began: float, error: GatewayError) -> None:
        """Tell of a refusal, wherever it was made: to who looks after keys and doors, and where nobody else settled it."""
        failure = auth_failure(exchange, error)
        if failure is not None:
            self._events.emit(AuthFailed(reason=failure))
        if not error.settled:
            error.settled = True
            settled = unheard(exchange, error, dialect, duration_s=time.perf_counter() - began)
            self._events.emit(settled)
            self._ledger.settle(settled)

    async def _enter(
        self, exchange: Exchange, settings: Settings, scope: Scope, tell: Callable[[GatewayError], None]
    ) -> None:
        if exchange.method == "OPTIONS":
            await exchange.reply(204, preflight(exchange, settings), b"")
            return
        path = "/" + exchange.path.lstrip("/")
        if path.startswith(AGENT_PREFIX):
            exchange.tag, slash, rest = path.removeprefix(AGENT_PREFIX).partition("/")
            path = slash + rest
            if not path:
                raise NotFound(advice("", ()))
            if not exchange.tag:
                raise NotFound("The base URL names no agent: /agent/<name>/v1.")
        path, exchange.deployment = azure.plain(_plain(path))
        exchange.path = path
        offer = self._offer()
        if path == "/":
            await _root(exchange, offer.banner)
            return
        request = self._request(exchange, settings, offer.listener, tell)
        handler, request.params = _handler(exchange, offer)
        if handler is not None:
            await self._holders.run(request.held, handler(request))
            return
        if path not in CONTROL_PATHS:
            raise NotFound(advice(path, [name for name, facade in offer.withheld.items() if _endpoints(facade, path)]))
        method = "GET" if exchange.method == "HEAD" else exchange.method  # the server itself leaves the body out
        inner = {**scope, "path": path, "method": method, "gateway.request": request}
        await self._control(inner, exchange.receive, exchange.send)

    def _offer(self) -> _Offer:
        """What the configuration in force has this listener offer.

        Raises:
            PermissionDenied: it is not in the configuration any more.
        """
        listener = self._listener()
        if listener is None:
            raise PermissionDenied("This listener is not in the configuration any more: it serves nobody.")
        if self._offered is None or self._offered.listener is not listener:
            self._offered = _Offer.of(listener, self._facades)
        return self._offered

    def _check_doors(self, exchange: Exchange, settings: Settings, scope: Scope, *, own: bool) -> None:
        """Raise where host or origin is none that may be; `own`: only pages of our own may ask."""
        if exchange.repeated:
            _refuse_repeated(exchange.repeated, settings)
        host = exchange.headers.get("host")
        check_host(host, settings.host_policy, http_version=str(scope.get("http_version", "1.1")))
        origin = exchange.headers.get("origin")
        if own:
            check_same_origin(origin, host)
        else:
            check_origin(origin, settings.host_policy)

    def _request(
        self, exchange: Exchange, settings: Settings, listener: Listener, tell: Callable[[GatewayError], None]
    ) -> AuthenticatedRequest:
        key = exchange.header("x-api-key") or exchange.header("api-key")
        caller = authenticate(
            exchange.header("authorization"),
            key,
            keys=(settings.keyring, self._holders.keys),
            anonymous=partial(self._holders.anonymous, listener),
        )
        exchange.caller = caller.name
        held = self._holders.held(caller)
        return AuthenticatedRequest(exchange, settings, listener, held, self._in_flight, self._aside, tell)

    async def _fail(self, exchange: Exchange, error: GatewayError, dialect: Dialect) -> None:
        if exchange.started:
            return
        rendered = render(error, dialect, request_id=exchange.request_id)
        headers = {"content-type": "application/json", **rendered.headers}
        await exchange.reply(rendered.status, headers, orjson.dumps(rendered.body))


async def _root(exchange: Exchange, banner: str) -> None:
    """What clients of Ollama look for, and nothing else."""
    if not banner or exchange.method not in {"GET", "HEAD"}:
        raise NotFound(advice("/", ()))
    await exchange.reply(200, {"content-type": "text/plain; charset=utf-8"}, banner.encode())


def _handler(exchange: Exchange, offer: _Offer) -> tuple[Handler | None, Mapping[str, str]]:
    """The endpoint for method and path; where two facades share one, a header of the caller's tells them apart.

    HEAD is answered as GET is, where there is nothing else for it: the server leaves the body out (RFC 9110, 9.3.2).

    Raises:
        MethodNotAllowed: the path exists, for other methods.
    """
    method, path = exchange.method, exchange.path
    marked = [facade for facade in offer.marked if facade.mark in exchange.headers]
    facades = [*marked, *offer.facades] if marked else offer.facades
    for facade in facades:
        handler = facade.exact.get((method, path))
        if handler is not None:
            return handler, {}
    methods: dict[str, tuple[Handler, Mapping[str, str]]] = {}
    for facade in facades:
        methods = {**_endpoints(facade, path), **methods}
    if "GET" in methods:
        methods.setdefault("HEAD", methods["GET"])
    if methods and method not in methods:
        raise MethodNotAllowed(WRONG_METHOD, allow=tuple(sorted(methods)))
    return methods.get(method, (None, {}))


def _endpoints(facade: Facade, path: str) -> dict[str, tuple[Handler, Mapping[str, str]]]:
    """What the facade has at the path, by method."""
    found: dict[str, tuple[Handler, Mapping[str, str]]] = {
        method: (handler, {"rest": path.removeprefix(prefix)})
        for (method, prefix), handler in facade.prefixed.items()
        if path.startswith(prefix) and len(path) > len(prefix)
    }
    return found | {method: (handler, {}) for (method, known), handler in facade.exact.items() if path == known}


def _refuse_repeated(names: frozenset[str], settings: Settings) -> None:
    once = SINGULAR | settings.headers.names
    for name in sorted(names & once):
        raise InvalidRequest(f"The header `{name}` stands more than once: two readers could believe two of them.")


def _plain(path: str) -> str:
    """The path without doubled slashes and without one at its end, which base URLs that end in a slash bring along."""
    if "//" not in path and not path.endswith("/") and path:
        return path
    return "/" + "/".join(step for step in path.split("/") if step)


def dialect_of(path: str, headers: Mapping[str, str]) -> Dialect:
    """The dialect to fail in, by the path and the headers (names in lower case)."""
    path = _plain(path)
    if path.startswith(AGENT_PREFIX):
        path = "/" + path.removeprefix(AGENT_PREFIX).partition("/")[2]
    return dialect_at(path, headers)


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
