"""A question to `explain`: a request, and who is imagined to send it; sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from gateway.api.calls import metadata_labels
from gateway.config import Settings
from gateway.domain import Caller, Dialect, Operation, Tree
from gateway.errors import InvalidRequest
from gateway.wire.endpoint import Call
from gateway.wire.errors import UNTOLD
from gateway.wire.operations import endpoint_for

REQUEST_ID = "req_explained000000000"


@dataclass(frozen=True, slots=True)
class Question:
    """The call in question, and whether to show what would leave."""

    call: Call
    outbound: bool


def ask(
    tree: Tree,
    settings: Settings,
    *,
    asker: Caller,
    stored: Callable[[str], Caller | None] = lambda _name: None,
    large: bool = False,
) -> Question:
    """The question in `tree`: a bare request, or `{"request": {...}}` with what a caller would say beside the body.

    Beside `request`: `agent`, `route`, `caller` (a configured one or, as `stored` knows, one of the key store; else the
    asker), `label`, `conversation`, `dialect` (openai, anthropic, ollama), `operation` (chat, embeddings), `outbound` (true:
    show the bytes that would leave).

    Raises:
        InvalidRequest: it is neither, or the request is one that its facade would refuse.
    """
    request = tree.get("request")
    beside: Tree = tree if isinstance(request, dict) else {}
    payload = request if isinstance(request, dict) else tree
    dialect = _word(beside, "dialect", Dialect) or UNTOLD
    operation = _word(beside, "operation", Operation)
    endpoint = endpoint_for(dialect, operation, payload)
    endpoint.validate(payload)
    if payload.get(endpoint.subject) is None:
        raise InvalidRequest(
            f"`{endpoint.subject}` is missing: a request without it asks no model for anything, and goes nowhere.",
            param=endpoint.subject,
        )
    agent, label, model = _text(beside, "agent"), _text(beside, "label"), payload.get("model")
    call = Call(
        endpoint=endpoint,
        payload=payload,
        model=model if isinstance(model, str) else "",
        stream=endpoint.streams(payload),
        caller=_caller(_text(beside, "caller"), settings, asker, stored),
        request_id=REQUEST_ID,
        claimed_agents=frozenset({agent} - {""}),
        claimed_route=_text(beside, "route"),
        conversation=_text(beside, "conversation"),
        large=large,
        labels=frozenset({label} - {""}) | metadata_labels(payload),
    )
    return Question(call, beside.get("outbound") is True)


def _caller(name: str, settings: Settings, asker: Caller, stored: Callable[[str], Caller | None]) -> Caller:
    if not name:
        return asker
    for caller in settings.callers:
        if caller.name == name:
            return caller
    if (found := stored(name)) is not None:
        return found
    raise InvalidRequest("There is no such caller in the configuration or the key store.", param="caller")


def _text(tree: Tree, name: str) -> str:
    value = tree.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidRequest(f"`{name}` must be a string.", param=name)
    return value


Word = TypeVar("Word", Dialect, Operation)


def _word(tree: Tree, name: str, words: type[Word]) -> Word | None:
    value = _text(tree, name)
    if not value:
        return None
    try:
        return words(value)
    except ValueError:
        raise InvalidRequest(f"`{name}` must be one of {', '.join(words)}.", param=name) from None
