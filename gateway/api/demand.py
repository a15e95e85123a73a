"""Asks of a control request that its caller may what it wants; knows no endpoint."""

from __future__ import annotations

from fastapi import Request

from gateway.api.exchange import Message
from gateway.api.front import AuthenticatedRequest
from gateway.domain import Permission
from gateway.errors import InvalidApiKey, PermissionDenied


async def unsent(_message: Message) -> None:
    """A sender for an exchange that only reads."""


def demand(request: Request, permission: Permission) -> AuthenticatedRequest:
    """The request, if its caller has `permission`.

    Raises:
        PermissionDenied: the key is good, the grant does not say `may: [...]`.
    """
    authenticated = request.scope.get("gateway.request")
    if not isinstance(authenticated, AuthenticatedRequest):
        raise InvalidApiKey("A valid key is needed.")
    if permission not in authenticated.caller.may:
        raise PermissionDenied(f"This key may not do that: its caller needs `may: [{permission}]`.")
    return authenticated
