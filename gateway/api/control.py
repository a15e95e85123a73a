"""Endpoints off the hot path, as an ordinary FastAPI application: metrics, status, explain, emergency access."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException

from gateway.api.astray import advice
from gateway.api.calls import CheckedBody
from gateway.api.demand import demand, unsent
from gateway.api.described import add_description
from gateway.api.emergency import add_emergency
from gateway.api.exchange import Exchange
from gateway.api.front import BROKEN, WRONG_METHOD, AuthenticatedRequest, dialect_of
from gateway.api.holders import Holders
from gateway.api.question import ask
from gateway.domain import Permission
from gateway.errors import GatewayError, InternalError, MethodNotAllowed, NotFound
from gateway.pipeline import Pipeline
from gateway.pipeline.watch import Watch
from gateway.wire.errors import render


class Exposition(Protocol):
    """The metrics, as text for Prometheus."""

    def render(self, accept: str) -> tuple[str, bytes]: ...


def control(*, metrics: Exposition, pipeline: Pipeline, watch: Watch, holders: Holders) -> FastAPI:
    """The control application."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    add_emergency(app, holders.emergencies)
    add_description(app)

    @app.get("/metrics", response_class=PlainTextResponse)
    async def exposition(request: Request) -> Response:
        demand(request, Permission.METRICS)
        watch.tell()
        content_type, body = metrics.render(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type})

    @app.get("/ready")
    async def status(request: Request) -> JSONResponse:
        """`?deep=1`: all that `gateway status` shows (`may: [metrics]`)."""
        demand(request, Permission.METRICS)
        ready = watch.can_answer(request.query_params.getlist("route"))
        return JSONResponse(watch.look().tree(), status_code=200 if ready else 503)

    @app.post("/gateway/explain")
    async def explain(request: Request) -> JSONResponse:
        """What would become of a request, which is not sent (`may: [explain]`)."""
        authenticated = demand(request, Permission.EXPLAIN)
        reading = replace(authenticated, exchange=Exchange(request.scope, request.receive, unsent))
        async with CheckedBody(reading) as tree:
            question = ask(
                tree, authenticated.settings, asker=authenticated.caller, stored=holders.keys.named, large=reading.large
            )
            explained = await pipeline.explain(question.call, outbound=question.outbound)
        return JSONResponse(explained.tree())

    @app.exception_handler(GatewayError)
    async def refuse(request: Request, error: GatewayError) -> JSONResponse:
        authenticated = request.scope.get("gateway.request")
        if isinstance(authenticated, AuthenticatedRequest):
            authenticated.tell(error)
        return _shown(request, error)

    @app.exception_handler(Exception)
    async def fail(request: Request, _fault: Exception) -> JSONResponse:
        """A fault of ours in our shape; it is raised again behind this answer, and the front tells of it."""
        return _shown(request, InternalError(BROKEN))

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> JSONResponse:
        """FastAPI's own 404 and 405, in our shape and without its words."""
        if error.status_code == 405:
            allowed = (error.headers or {}).get("Allow", "").split(", ")
            more = ("HEAD",) if "GET" in allowed else ()
            return await refuse(request, MethodNotAllowed(WRONG_METHOD, allow=(*allowed, *more)))
        return await refuse(request, NotFound(advice(str(request.scope["path"]), ())))

    return app


def _shown(request: Request, error: GatewayError) -> JSONResponse:
    authenticated = request.scope.get("gateway.request")
    request_id = authenticated.exchange.request_id if isinstance(authenticated, AuthenticatedRequest) else ""
    rendered = render(error, dialect_of(str(request.scope["path"]), request.headers), request_id=request_id)
    return JSONResponse(rendered.body, status_code=rendered.status, headers=rendered.headers)
