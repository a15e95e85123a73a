"""What a web page of a configured origin may send and read (CORS); other pages get no such headers, and so read nothing."""

from __future__ import annotations

import re
from typing import Final

from gateway.api.exchange import Exchange
from gateway.config import Settings

_TOKEN: Final = re.compile(r"[a-z0-9-]{1,64}")
ALLOWED_HEADERS = (
    *("authorization", "content-type", "accept", "x-api-key", "api-key", "anthropic-version", "anthropic-beta"),
    *(
        "x-gateway-route",
        "x-gateway-agent",
        "x-gateway-conversation",
        "x-gateway-priority",
        "x-gateway-complexity",
        "traceparent",
        "tracestate",
    ),
)
"""What a page may send, and is told where it does not ask."""
ALLOWED_PREFIXES = ("x-stainless-", "x-gateway-", "anthropic-", "openai-")
"""SDKs send more headers with each version: what they ask for under these names is let through, and read by nobody."""


def cors_headers(exchange: Exchange, settings: Settings) -> dict[str, str]:
    """What lets a page of a configured origin read the answer; nothing for anyone else."""
    origin = exchange.header("origin")
    if not origin or origin.lower() not in settings.host_policy.origins:
        return {}
    return {"access-control-allow-origin": origin, "vary": "origin", "access-control-expose-headers": "*"}


def preflight(exchange: Exchange, settings: Settings) -> dict[str, str]:
    """Of the headers that a page asks for, those that it may send; a browser refuses the request if one is missing."""
    known = {*ALLOWED_HEADERS, *settings.headers.names}
    wanted = [name.strip().lower() for name in exchange.header("access-control-request-headers").split(",")]
    allowed = [
        name for name in wanted if name in known or (name.startswith(ALLOWED_PREFIXES) and _TOKEN.fullmatch(name))
    ]
    return {
        "access-control-allow-origin": exchange.header("origin"),
        "access-control-allow-methods": "GET, POST, HEAD",
        "access-control-allow-headers": ", ".join(allowed or sorted(known)),
        "access-control-max-age": "600",
        "vary": "origin, access-control-request-headers",
    }
