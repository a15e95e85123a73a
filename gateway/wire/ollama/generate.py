"""`POST /api/generate`: one prompt in Ollama's dialect; a chat, unless it says what only Ollama's own path can."""

from __future__ import annotations

from dataclasses import replace

from gateway.domain import Tree
from gateway.errors import InvalidRequest
from gateway.wire.endpoint import Native, Spoken
from gateway.wire.hub import Translated
from gateway.wire.ollama import chat, native_reply, reply
from gateway.wire.ollama.fields import GENERATE as FIELDS
from gateway.wire.ollama.request import BESIDE_CHAT, generate_to_hub
from gateway.wire.openai import chat as hub
from gateway.wire.reply import Asked


def _beside_chat(tree: Tree) -> bool:
    return any(tree.get(name) for name in BESIDE_CHAT)


def _unshortened(tree: Tree) -> Translated:
    """A body by which the server refuses what it cannot hold, and drops nothing of it (ollama#4967)."""
    return Translated({**tree, "truncate": False, "shift": False})


def _not_from_hub(_tree: Tree, _context: int | None) -> Translated:
    raise InvalidRequest("A chat is no prompt. Ask for it as a chat.")


def _whole(tree: Tree, asked: Asked) -> Tree:
    said = native_reply.of_generate(tree)
    return native_reply.reply_to_hub(said, model=asked.model, reply_id=asked.reply_id, created=asked.created)


def _chunks(asked: Asked) -> native_reply.Chunks:
    return native_reply.PromptChunks(model=asked.model, reply_id=asked.reply_id, created=asked.created)


ENDPOINT = replace(
    chat.ENDPOINT,
    name="generate",
    paths=("/api/generate",),
    subject="prompt",
    fields=FIELDS,
    to_hub=lambda tree: Translated(generate_to_hub(tree)),
    whole=lambda tree, _shape, answering: chat.whole(tree, reply.as_generate, answering),
    writer=lambda answering: chat.LineWriter(reply.as_generate, answering),
    here=lambda tree, answering: chat.loaded(tree, reply.as_generate, answering, subject="prompt"),
    spoken=Spoken(
        "api/generate",
        hub.headers,
        _not_from_hub,
        lambda tree, stream: {**tree, "stream": stream},
        from_root=True,
        system_field="system",
        everywhere=False,
        native=Native(_whole, _chunks),
        repair=_unshortened,
        only_for=_beside_chat,
    ),
)
