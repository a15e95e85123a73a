"""`POST /api/embed` and its older form `POST /api/embeddings`: vectors in Ollama's dialect."""

from __future__ import annotations

from dataclasses import replace

from gateway.domain import Dialect, Operation, Tree
from gateway.wire.endpoint import AnsweredHere, Endpoint, Native, Spoken
from gateway.wire.hub import Translated
from gateway.wire.ollama import native_reply, native_request, reply
from gateway.wire.ollama.chat import loads_only
from gateway.wire.ollama.fields import EMBED, EMBEDDINGS
from gateway.wire.ollama.request import embed_to_hub
from gateway.wire.openai import chat as hub
from gateway.wire.openai import embeddings as vectors
from gateway.wire.reply import ReplyShape
from gateway.wire.writer import Answering


def _from_hub(tree: Tree, context: int | None) -> Translated:
    return Translated(native_request.embed_from_hub(tree, model=str(tree.get("model") or ""), num_ctx=context))


def _whole(tree: Tree, _shape: ReplyShape, answering: Answering) -> Tree:
    return reply.embed_from_hub(tree, model=str(tree.get("model") or ""), timing=answering.clock.timing())


def _nothing(tree: Tree, _answering: Answering) -> AnsweredHere | None:
    model = str(tree.get("model") or "")
    return AnsweredHere({"model": model, "embeddings": []}, model=model) if loads_only(tree, key="input") else None


def _nothing_older(tree: Tree, _answering: Answering) -> AnsweredHere | None:
    return AnsweredHere({"embedding": []}) if loads_only(tree, key="prompt") else None


ENDPOINT = Endpoint(
    name="embed",
    dialect=Dialect.OLLAMA,
    operation=Operation.EMBEDDINGS,
    paths=("/api/embed",),
    subject="input",
    fields=EMBED,
    to_hub=lambda tree: Translated(embed_to_hub(tree)),
    reply=vectors.REPLY,
    whole=_whole,
    here=_nothing,
    spoken=Spoken(
        "api/embed",
        hub.headers,
        _from_hub,
        lambda tree, _stream: tree,
        from_root=True,
        native=Native(lambda tree, asked: native_reply.embed_to_hub(tree, model=asked.model)),
    ),
)
OLDER = replace(
    ENDPOINT,
    name="embeddings",
    paths=("/api/embeddings",),
    subject="prompt",
    fields=EMBEDDINGS,
    whole=lambda tree, _shape, _answering: reply.embeddings_from_hub(tree),
    here=_nothing_older,
    spoken=None,
)
"""The older form: one prompt, one vector."""
