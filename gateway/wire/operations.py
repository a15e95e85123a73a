"""The table of operations: every way to ask for one, and what it becomes for a target; one more is a file and a row here."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import cache

from gateway.domain import Dialect, Operation, Tree
from gateway.errors import InvalidRequest
from gateway.wire.anthropic import catalogue as anthropic_catalogue
from gateway.wire.anthropic import count_tokens, messages
from gateway.wire.endpoint import HUB, Endpoint
from gateway.wire.errors import UNTOLD
from gateway.wire.hub import Translated
from gateway.wire.ollama import catalogue as ollama_catalogue
from gateway.wire.ollama import chat as ollama_chat
from gateway.wire.ollama import embed, generate
from gateway.wire.openai import audio, chat, completions, embeddings, moderations, rerank
from gateway.wire.openai import catalogue as openai_catalogue
from gateway.wire.responses import create, input_tokens

ENDPOINTS: tuple[Endpoint, ...] = (
    chat.ENDPOINT,
    embeddings.ENDPOINT,
    completions.ENDPOINT,
    moderations.ENDPOINT,
    rerank.ENDPOINT,
    audio.TRANSCRIPTION,
    audio.TRANSLATION,
    create.ENDPOINT,
    input_tokens.ENDPOINT,
    messages.ENDPOINT,
    count_tokens.ENDPOINT,
    ollama_chat.ENDPOINT,
    generate.ENDPOINT,
    embed.ENDPOINT,
    embed.OLDER,
)
"""Every way to ask for something, a row each."""

KNOWN_FIELDS: frozenset[str] = frozenset(name for row in ENDPOINTS for name in row.fields.fields)
"""The fields of all requests, by name: what may be said of a request without quoting it."""
LISTINGS = (*openai_catalogue.LISTINGS, *anthropic_catalogue.LISTINGS, *ollama_catalogue.LISTINGS)
REFUSALS = (*openai_catalogue.REFUSALS, *ollama_catalogue.REFUSALS)
MARKS: Mapping[Dialect, str] = {Dialect.ANTHROPIC: "anthropic-version"}
"""The header by which a dialect's callers are known where two dialects share a path."""
_UNFIT: Mapping[Operation, str] = {
    Operation.CHAT: "That model makes embeddings and cannot chat. Ask for a chat model, or POST /v1/embeddings.",
    Operation.EMBEDDINGS: "That model cannot make embeddings. Ask for an embedding model.",
    Operation.RERANK: "That model cannot rank documents. Ask for one that is configured with `capabilities: [rerank]`.",
    Operation.TRANSCRIPTIONS: "That model hears nothing. Ask for one that is configured with `capabilities: [transcriptions]`.",
    Operation.MODERATIONS: "That model judges no texts. Ask for one that is configured with `capabilities: [moderations]`.",
}
_OPENAIS = (
    *("/v1/chat/", "/v1/completions", "/v1/embeddings", "/v1/responses", "/v1/moderations", "/v1/rerank", "/v1/audio/"),
    *("/chat/", "/responses", "/openai/"),
)
BANNERS: Mapping[Dialect, str] = {Dialect.OLLAMA: ollama_catalogue.BANNER}
"""What `GET /` answers, in plain text, where a dialect's clients look for it."""


@cache
def _spoken(rows: tuple[Endpoint, ...]) -> Mapping[tuple[Dialect, Operation], Endpoint]:
    return {(row.dialect, row.operation): row for row in rows if row.spoken is not None and row.spoken.everywhere}


@cache
def _by_path(rows: tuple[Endpoint, ...]) -> Mapping[str, Endpoint]:
    return {path: row for row in rows for path in row.paths}


def endpoint_at(path: str) -> Endpoint | None:
    """The row that answers `POST` at a path."""
    return _by_path(ENDPOINTS).get(path)


def operation_at(path: str) -> Operation:
    """What a path asks for; chat where nobody knows it."""
    row = endpoint_at(path)
    return row.operation if row else Operation.CHAT


def unfit(operation: Operation) -> str:
    """What to say of a model that cannot do what it is asked for."""
    return _UNFIT.get(operation, f"That model cannot do {operation}. Ask for one that can.")


def dialect_at(path: str, headers: Container[str]) -> Dialect:
    """The dialect to fail in, by the path; by the headers (names in lower case) where it is nobody's or two share it."""
    row = endpoint_at(path)
    if row is not None:
        return row.dialect
    if path.startswith("/api/"):
        return Dialect.OLLAMA
    if path.startswith("/v1/messages"):
        return Dialect.ANTHROPIC
    marked = MARKS[Dialect.ANTHROPIC] in headers and not path.startswith(_OPENAIS)
    return Dialect.ANTHROPIC if marked else UNTOLD


def endpoint_for(dialect: Dialect, operation: Operation | None, payload: Tree) -> Endpoint:
    """The row that a request is meant for, known by its subject; the first that fits where it has none.

    Raises:
        InvalidRequest: the dialect has no word for the operation.
    """
    rows = [row for row in ENDPOINTS if row.dialect is dialect and operation in {None, row.operation}]
    if not rows:
        raise InvalidRequest(f"The {dialect} dialect has no {operation}.", param="operation")
    return next((row for row in rows if row.subject in payload), rows[0])


def in_ollamas_words(asked: Endpoint) -> bool:
    """Whether a caller speaks Ollama's own dialect, some words of which no other has."""
    return asked.dialect is Dialect.OLLAMA


def spoken(asked: Endpoint, *, native: bool = False, untranslated: bool = False, also: Container[str] = ()) -> Endpoint:
    """The row in whose words a target is asked; the same as `asked` where nothing has to be translated.

    `native`: the target is asked by Ollama's own API. `untranslated`: it speaks Anthropic's dialect, so that callers of
    that dialect reach it without a translation. `also`: rows by name that it answers besides what everybody of its
    dialect does. All else is asked in the hub's words.

    Raises:
        InvalidRequest: nobody can ask the target for this operation.
    """
    dialect = HUB
    if native:
        dialect = Dialect.OLLAMA
    elif untranslated and asked.dialect is Dialect.ANTHROPIC:
        dialect = Dialect.ANTHROPIC
    if asked.dialect is dialect and asked.spoken is not None and (asked.spoken.everywhere or asked.name in also):
        return asked
    row = _spoken(ENDPOINTS).get((dialect, asked.operation))
    if row is None:
        raise InvalidRequest(f"This destination cannot be asked for {asked.operation}. Ask for another route.")
    return row


def translate(tree: Tree, asked: Endpoint, to: Endpoint, *, context: int | None = None) -> Translated:
    """A valid request in the words of `to`, through the hub; only repaired where both are one.

    `context` is what the target can hold, in tokens. `model` is carried as it is: whoever sends sets the target's own.

    Raises:
        InvalidRequest: the target's dialect cannot say it.
    """
    if to.spoken is None:
        raise InvalidRequest(f"Nobody is asked for {to.name} in the {to.dialect} dialect.")
    if asked is to:
        return to.spoken.repair(tree)
    hub = asked.to_hub(tree)
    made = to.spoken.from_hub(hub.tree, context)
    return (
        Translated(made.tree, tuple(sorted({*hub.lost, *made.lost}))) if made.lost else Translated(made.tree, hub.lost)
    )
