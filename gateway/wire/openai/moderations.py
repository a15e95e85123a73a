"""`POST /v1/moderations`: whether a text is harmful, in OpenAI's dialect; scores come back, and no text.

Source: OpenAI API reference, "Moderations".
"""

from __future__ import annotations

from dataclasses import replace

from gateway.domain import Operation, Tree
from gateway.errors import UpstreamFailed
from gateway.wire.openai import embeddings
from gateway.wire.openai.fields import MODERATIONS as FIELDS
from gateway.wire.openai.reply import usage_of
from gateway.wire.reply import Asked, Channels, ReplyShape


def _whole(tree: Tree, asked: Asked) -> Tree:
    results = tree.get("results")
    if not isinstance(results, list) or not results or not all(isinstance(one, dict) for one in results):
        raise UpstreamFailed("The provider answered with nothing that can be read as a moderation.")
    return {"id": asked.reply_id.replace("chatcmpl-", "modr-"), "model": asked.model, "results": results}


ENDPOINT = replace(
    embeddings.ENDPOINT,
    name="moderations",
    operation=Operation.MODERATIONS,
    paths=("/v1/moderations", "/moderations"),
    subject="input",
    fields=FIELDS,
    reply=ReplyShape(channels=Channels.NONE, whole=_whole, usage_of=usage_of),
    spoken=replace(embeddings.SPOKEN, path="moderations", everywhere=False),
)
