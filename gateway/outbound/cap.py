"""Writes into a body how long its answer may get at most, in the words of its server; looks at no text."""

from __future__ import annotations

from gateway.domain import ProviderKind, Tree
from gateway.outbound.sanitise import sanitise
from gateway.wire.endpoint import Endpoint
from gateway.wire.limits import LIMITS, with_limit


def with_cap(body: Tree, tokens: int, kind: ProviderKind, endpoint: Endpoint) -> Tree:
    """A body that is ready to be sent, with an answer of at most `tokens`; `body` stays as it is."""
    native = endpoint.spoken is not None and endpoint.spoken.native is not None
    return with_limit(body, _names(kind, endpoint), tokens, native=native)


def _names(kind: ProviderKind, endpoint: Endpoint) -> frozenset[str]:
    """The fields that this server reads the limit from: of two that a chat has, the one that its repairs leave."""
    known = endpoint.fields.fields
    if endpoint.hub and "messages" in known:
        fitted = sanitise({"messages": [], "max_tokens": 1}, kind, endpoint)
        return frozenset(LIMITS).intersection(fitted)
    own = frozenset(LIMITS).intersection(known)
    return own if len(own) == 1 else own & {"max_tokens"}
