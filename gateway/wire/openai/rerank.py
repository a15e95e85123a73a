"""`POST /v1/rerank`: documents by how well they answer a query, in the words of Jina and Cohere.

Servers are asked for places and scores only: whoever wants the documents back gets those that were sent to us, so that
no pseudonym has to be put back. Source: Jina's and Cohere's API references, "Rerank"; llama.cpp's, vLLM's and Infinity's
documentation of the path.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.domain import JSON, Operation, Tree, Usage
from gateway.errors import UpstreamFailed
from gateway.wire.endpoint import Spoken
from gateway.wire.hub import Translated
from gateway.wire.openai import embeddings
from gateway.wire.openai.chat import headers
from gateway.wire.openai.fields import RERANK as FIELDS
from gateway.wire.reply import Asked, Channels, ReplyShape

_EMPTY = "The provider answered with nothing that can be read as a ranking."


def usage_of(tree: Tree) -> Usage | None:
    """Tokens as the reply reports them: all of them are the caller's."""
    usage = tree.get("usage")
    total = usage.get("total_tokens") or usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return Usage(input_tokens=total, reported=True) if isinstance(total, int) and total >= 0 else None


def _whole(tree: Tree, asked: Asked) -> Tree:
    """The ranking, the best first, and no more of it than was asked for."""
    given, payload = tree.get("results"), asked.payload
    documents = payload.get("documents")
    if not isinstance(given, list) or not isinstance(documents, list):
        raise UpstreamFailed(_EMPTY)
    ranked = sorted((_ranked(item, len(documents)) for item in given), key=lambda one: -one[1])
    wanted = payload.get("top_n")
    results: list[JSON] = []
    for index, score in ranked[: wanted if isinstance(wanted, int) else None]:
        result: dict[str, JSON] = {"index": index, "relevance_score": score}
        if payload.get("return_documents"):
            result["document"] = _document(documents[index])
        results.append(result)
    total = (usage_of(tree) or Usage()).input_tokens
    return {
        "id": asked.reply_id.replace("chatcmpl-", "rerank-"),
        "object": "list",
        "model": asked.model,
        "results": results,
        "usage": {"prompt_tokens": total, "total_tokens": total},
    }


def _ranked(item: Any, count: int) -> tuple[int, float]:
    index, score = item["index"], item.get("relevance_score", item.get("score"))
    if not isinstance(index, int) or not 0 <= index < count or not isinstance(score, int | float):
        raise UpstreamFailed(_EMPTY)
    return index, score


def _document(document: JSON) -> JSON:
    return {"text": document} if isinstance(document, str) else document


def _places_only(tree: Tree, _stream: bool) -> Tree:  # noqa: FBT001  the shape of `Spoken.streamed`
    """The body without the wish for documents, which are texts here: hardly any server takes objects."""
    given = tree["documents"]
    texts: list[JSON] = [
        one["text"] if isinstance(one, dict) else one for one in (given if isinstance(given, list) else [])
    ]
    body = {name: value for name, value in tree.items() if name != "return_documents"}
    return {**body, "documents": texts}


ENDPOINT = replace(
    embeddings.ENDPOINT,
    name="rerank",
    operation=Operation.RERANK,
    paths=("/v1/rerank", "/v2/rerank", "/rerank"),
    subject="query",
    fields=FIELDS,
    reply=ReplyShape(channels=Channels.NONE, whole=_whole, usage_of=usage_of),
    spoken=Spoken("rerank", headers, lambda tree, _context: Translated(tree), _places_only, everywhere=False),
)
