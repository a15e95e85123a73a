"""A question to `explain`: a request, and who is imagined to send it; sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from gateway.config import Settings
from gateway.domain import Call, Caller, Dialect, Operation, Tree
from gateway.errors import InvalidRequest
from gateway.wire.anthropic import validation as anthropic
from gateway.wire.ollama import validation as ollama
from gateway.wire.openai.validation import validate_chat, validate_embeddings

REQUEST_ID = "req_explained000000000"


@dataclass(frozen=True, slots=True)
class Question:
    """The call in question, and whether to show what would leave."""

    call: Call
    outbound: bool


def ask(tree: Tree, settings: Settings, *, asker: Caller) -> Question:
    """The question in `tree`: a bare request, or `{"request": {...}}` with what a caller would say beside the body.

    Beside `request`: `agent`, `route`, `caller` (a configured one, else the asker), `conversation`, `dialect` (openai,
    anthropic, ollama), `operation` (chat, embeddings), `outbound` (true: show the bytes that would leave).

    Raises:
        InvalidRequest: it is neither, or the request is one that its facade would refuse.
    """
    request = tree.get("request")
    beside: Tree = tree if isinstance(request, dict) else {}
    payload = request if isinstance(request, dict) else tree
    dialect = _word(beside, "dialect", Dialect) or Dialect.OPENAI
    operation = _word(beside, "operation", Operation) or _operation(payload)
    _validate(payload, dialect, operation)
    agent, model = _text(beside, "agent"), payload.get("model")
    call = Call(
        operation=operation,
        dialect=dialect,
        payload=payload,
        model=model if isinstance(model, str) else "",
        stream=_streams(payload, dialect, operation),
        caller=_caller(_text(beside, "caller"), settings, asker),
        request_id=REQUEST_ID,
        claimed_agents=frozenset({agent} - {""}),
        claimed_route=_text(beside, "route"),
        conversation=_text(beside, "conversation"),
    )
    return Question(call, beside.get("outbound") is True)


def _operation(payload: Tree) -> Operation:
    return Operation.EMBEDDINGS if "input" in payload and "messages" not in payload else Operation.CHAT


def _streams(payload: Tree, dialect: Dialect, operation: Operation) -> bool:
    """Whether the caller wants a stream: Ollama's do unless they say otherwise."""
    if operation is not Operation.CHAT:
        return False
    return payload.get("stream") is not False if dialect is Dialect.OLLAMA else payload.get("stream") is True


def _validate(payload: Tree, dialect: Dialect, operation: Operation) -> None:
    match dialect, operation:
        case Dialect.ANTHROPIC, _:
            anthropic.validate(payload)
        case Dialect.OLLAMA, Operation.EMBEDDINGS:
            ollama.validate_embed(payload)
        case Dialect.OLLAMA, _ if "messages" in payload:
            ollama.validate_chat(payload)
        case Dialect.OLLAMA, _:
            ollama.validate_generate(payload)
        case _, Operation.EMBEDDINGS:
            validate_embeddings(payload)
        case _:
            validate_chat(payload)


def _caller(name: str, settings: Settings, asker: Caller) -> Caller:
    if not name:
        return asker
    for caller in settings.callers:
        if caller.name == name:
            return caller
    raise InvalidRequest("There is no such caller in the configuration.", param="caller")


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
