"""`GET /openapi.json`: what a listener serves, as OpenAPI 3.1; nothing of what is configured but the names of headers.

Paths of the dialects come from the table of operations (`wire/openapi.py`), those beside them from the routes themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from gateway import __version__
from gateway.api.calls import PRIORITIES
from gateway.api.front import LIVENESS, READINESS, AuthenticatedRequest
from gateway.config.settings import Headers
from gateway.domain import Complexity, Dialect
from gateway.errors import InvalidApiKey
from gateway.wire import openapi
from gateway.wire.errors import UNTOLD
from gateway.wire.schemas import Schema

PATH = "/openapi.json"
_TITLE = "Triage Gateway"
_ABOUT = (
    "Decides for every request where it may go. Each path is also served below /agent/{name}, which says who asks. "
    "What becomes of each field stands in gateway/FIELDS.md. Integers beyond 64 bits, NaN and deep nesting are refused."
)
_KEYS: Schema = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "x_api_key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "api_key": {"type": "apiKey", "in": "header", "name": "api-key"},
}
"""Any of the three will do; none is needed where no caller is configured."""


def add_description(app: FastAPI) -> None:
    """Add the document to the control application; it is for whoever may ask this listener anything."""

    @app.get(PATH)
    async def openapi_document(request: Request) -> Response:
        """What this listener serves, as OpenAPI."""
        authenticated = request.scope.get("gateway.request")
        if not isinstance(authenticated, AuthenticatedRequest):
            raise InvalidApiKey("A valid key is needed.")
        listener, headers = authenticated.listener, authenticated.settings.headers
        return Response(described(app.routes, listener.facades, headers), media_type=openapi.JSON_TYPE)


def described(routes: Sequence[BaseRoute], facades: Iterable[str], headers: Headers) -> bytes:
    """The document of a listener that offers these facades, beside `routes` that every one has."""
    beside = get_openapi(title=_TITLE, version=__version__, routes=routes)["paths"]
    return _written(frozenset(facades), headers, orjson.dumps(beside))


@cache
def _written(facades: frozenset[str], headers: Headers, beside: bytes) -> bytes:
    words = {headers.priority: PRIORITIES, headers.complexity: tuple(Complexity)}
    offered = sorted(Dialect(name) for name in facades)
    vital: Schema = {LIVENESS: {"get": _vital_sign(LIVENESS)}, READINESS: {"get": _readiness()}}
    document: Schema = {
        "openapi": openapi.VERSION,
        "info": {"title": _TITLE, "version": __version__, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{}, *({name: []} for name in _KEYS)],
        "paths": {
            **openapi.paths(offered, {name: words.get(name, ()) for name in headers.names}),
            **_beside(orjson.loads(beside)),
            **vital,
        },
        "components": {"securitySchemes": _KEYS, "schemas": openapi.components({UNTOLD, *offered})},
    }
    return orjson.dumps(document)


def _beside(paths: Schema) -> Schema:
    """FastAPI's paths, with what it cannot know: these read their bodies themselves, and fail in our words."""
    body = {"required": True, "content": {openapi.JSON_TYPE: {"schema": {"type": "object"}}}}
    return {
        path: {
            method: {
                **operation,
                **({"requestBody": body} if method == "post" else {}),
                "responses": {**operation["responses"], "default": openapi.failure(UNTOLD)},
            }
            for method, operation in operations.items()
        }
        for path, operations in paths.items()
    }


def _readiness() -> Schema:
    """Without a key; `deep` tells all that `gateway status` shows to a key that may read metrics, and so may refuse."""
    routes: Schema = {"type": "array", "items": {"type": "string"}}
    named: Schema = {"name": "route", "in": "query", "schema": routes}
    deep: Schema = {"name": "deep", "in": "query", "schema": {"type": "string", "enum": ["1"]}}
    return {
        **_vital_sign(READINESS),
        "parameters": [
            {
                **named,
                "description": "Ready also means that each of these routes has a target that would be asked now.",
            },
            {**deep, "description": "All that `gateway status` shows, as JSON; for a key that `may: [metrics]`."},
        ],
        "security": [{}, *({name: []} for name in _KEYS)],
    }


def _vital_sign(path: str) -> Schema:
    told: Schema = {openapi.JSON_TYPE: {"schema": {"type": "object"}}}
    answers: Schema = {
        status: {"description": said, "content": told} for status, said in (("200", "Yes."), ("503", "No."))
    }
    default = {"default": openapi.failure(UNTOLD)}
    return {"operationId": path.strip("/"), "security": [{}], "responses": {**answers, **default}}
