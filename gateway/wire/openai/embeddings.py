"""`POST /v1/embeddings`: vectors in OpenAI's dialect, which is the hub's."""

from __future__ import annotations

from gateway.domain import Dialect, Operation, Tree
from gateway.wire.endpoint import Endpoint, Spoken
from gateway.wire.hub import Translated
from gateway.wire.openai.chat import headers
from gateway.wire.openai.fields import EMBEDDINGS as FIELDS
from gateway.wire.openai.reply import usage_of
from gateway.wire.openai.vectors import count_inputs, embeddings_reply
from gateway.wire.reply import Asked, Channels, ReplyShape


def _whole(tree: Tree, asked: Asked) -> Tree:
    dimensions = asked.payload.get("dimensions")
    return embeddings_reply(
        tree,
        model=asked.model,
        inputs=count_inputs(asked.payload),
        encoding=str(asked.payload.get("encoding_format") or "float"),
        dimensions=dimensions if isinstance(dimensions, int) else None,
    )


REPLY = ReplyShape(channels=Channels.NONE, whole=_whole, usage_of=usage_of)
"""A list of vectors: the hub's reply."""
SPOKEN = Spoken("embeddings", headers, lambda tree, _context: Translated(tree), lambda tree, _stream: tree)
ENDPOINT = Endpoint(
    name="embeddings",
    dialect=Dialect.OPENAI,
    operation=Operation.EMBEDDINGS,
    paths=("/v1/embeddings", "/embeddings"),
    subject="input",
    fields=FIELDS,
    to_hub=Translated,
    reply=REPLY,
    whole=lambda tree, _shape, _answering: tree,
    spoken=SPOKEN,
)
