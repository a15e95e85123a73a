"""What this gateway offers, as OpenAI's API lists models: names, and nothing about the servers behind them.

Source: OpenAI API reference, "Models" and "Chat completions". Endpoints that would make the gateway keep something for a
caller do not exist here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from gateway.domain import Dialect, Tree
from gateway.errors import MethodNotAllowed, NotFound
from gateway.wire.listing import Listing, Refusal

CREATED = 1_735_689_600
"""2025-01-01: the API wants a date of creation for each model, and our names have none."""
_STORED = (
    "This gateway keeps no completions, and reaches none that a provider stored because of `store`. "
    "Ask that provider itself."
)


def page(models: Sequence[str]) -> Tree:
    """The body of `GET /v1/models`."""
    return {"object": "list", "data": [model(name) for name in models]}


def model(name: str) -> Tree:
    """The body of `GET /v1/models/{id}`."""
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "gateway"}


_RESPONSES_KEPT = (
    "This gateway keeps no responses, and each says so with `store: false`. Send the whole conversation in `input`, "
    "and run long answers as a stream."
)

LISTINGS = (Listing(Dialect.OPENAI, ("/v1/models", "/models"), page, model),)
_RESPONSES = ("/v1/responses", "/responses")
_COMPLETIONS = ("/v1/chat/completions", "/chat/completions")
REFUSALS = (
    Refusal(Dialect.OPENAI, ("GET",), _COMPLETIONS, partial(MethodNotAllowed, allow=("POST",)), _STORED),
    Refusal(Dialect.OPENAI, ("GET", "POST", "DELETE"), _COMPLETIONS, NotFound, _STORED, below=True),
    Refusal(Dialect.OPENAI, ("GET",), _RESPONSES, partial(MethodNotAllowed, allow=("POST",)), _RESPONSES_KEPT),
    Refusal(Dialect.OPENAI, ("GET", "POST", "DELETE"), _RESPONSES, NotFound, _RESPONSES_KEPT, below=True),
)
"""Refused and not answered with an empty list: a provider may well have stored something under an id we do not know."""
