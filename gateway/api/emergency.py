"""Endpoints of emergency access: a caller opens, sees and closes a window; who may, and what it means, is said elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from gateway.access.emergency import Emergencies
from gateway.api.calls import CheckedBody
from gateway.api.demand import demand, unsent
from gateway.api.exchange import Exchange
from gateway.domain import Permission, Tree
from gateway.domain.emergency import Window
from gateway.errors import InvalidRequest

PATH = "/gateway/emergency"


def add_emergency(app: FastAPI, emergencies: Emergencies) -> None:
    """Add them to the control application; all need `may: [emergency]`."""

    @app.post(PATH)
    async def opened(request: Request) -> JSONResponse:
        authenticated = demand(request, Permission.EMERGENCY)
        reading = replace(authenticated, exchange=Exchange(request.scope, request.receive, unsent))
        async with CheckedBody(reading) as tree:
            reason, minutes = _asked(tree)
        terms = authenticated.settings.emergency
        window = emergencies.open(authenticated.caller, reason, terms, minutes=minutes)
        return JSONResponse(_told(window), status_code=201)

    @app.get(PATH)
    async def listed(request: Request) -> JSONResponse:
        authenticated = demand(request, Permission.EMERGENCY)
        terms = authenticated.settings.emergency
        return JSONResponse(
            {
                "open": [_told(window) for window in emergencies.listed()],
                "reasons": dict(terms.reasons),
                "longest_minutes": terms.longest_minutes,
            }
        )

    @app.delete(PATH)
    async def closed(request: Request) -> JSONResponse:
        authenticated = demand(request, Permission.EMERGENCY)
        return JSONResponse({"closed": emergencies.close(authenticated.caller)})


def _asked(tree: Tree) -> tuple[str, int | None]:
    """The reason and the minutes of the body. Raises `InvalidRequest`."""
    unknown = sorted(set(tree) - {"reason", "minutes"})
    reason, minutes = tree.get("reason"), tree.get("minutes")
    if unknown:
        raise InvalidRequest("The body has `reason`, and may have `minutes`; nothing else.")
    if not isinstance(reason, str):
        raise InvalidRequest("`reason` must be a reason code of the configuration.", param="reason")
    if minutes is not None and (not isinstance(minutes, int) or isinstance(minutes, bool)):
        raise InvalidRequest("`minutes` must be a whole number.", param="minutes")
    return reason, minutes


def _told(window: Window) -> dict[str, str]:
    return {
        "caller": window.caller,
        "reason": window.reason,
        "opened": _moment(window.opened_us),
        "until": _moment(window.until_us),
    }


def _moment(at_us: int) -> str:
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).isoformat()
