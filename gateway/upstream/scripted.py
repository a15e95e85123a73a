"""A provider that answers from a script: deterministic replies and faults; opens no socket.

`params` of the provider steer it: `reply` (text; `{echo}` stands for the last message), `fault` (a name of `FAULTS`),
`chunk` (characters per streamed piece, default 4), `dimensions` (of an embedding, default 8).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from gateway.domain import JSON, Tree
from gateway.outbound.prepare import Outbound
from gateway.upstream import faults
from gateway.upstream.port import AttemptFailed, Reply

FAULTS = ("connect", "429", "500", "503", "404", "hang", "broken", "empty", "error200")


class Scripted:
    """The upstream that does what it was told."""

    async def send(self, outbound: Outbound) -> Reply:
        """Answer from the script.

        Raises:
            AttemptFailed: the script says so.
        """
        params = outbound.target.provider.params
        fault = params.get("fault", "")
        await self._fail(fault, outbound)
        if outbound.endpoint.reply.streamed is None:
            return Reply(tree=_embeddings(outbound.tree, int(params.get("dimensions", "8"))))
        if fault == "error200":
            return Reply(tree={"error": "scripted"})
        text = "" if fault == "empty" else params.get("reply", "A scripted reply.")
        text = text.replace("{echo}", _last_message(outbound.tree))
        if outbound.stream:
            return Reply(events=_chunks(text, size=int(params.get("chunk", "4")), broken=fault == "broken"))
        if fault == "broken":
            raise faults.bad_reply(outbound.target)
        return Reply(tree=_completion(text))

    async def aclose(self) -> None:
        """Nothing to close."""

    async def _fail(self, fault: str, outbound: Outbound) -> None:
        failure: AttemptFailed | None = None
        if fault == "connect":
            failure = faults.unreachable(outbound.target)
        elif fault.isdigit():
            failure = faults.refused(int(fault), b"", target=outbound.target)
        elif fault == "hang":
            await asyncio.Event().wait()
        if failure is not None:
            raise failure


def _last_message(tree: Tree) -> str:
    messages = tree.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    content = last.get("content") if isinstance(last, dict) else None
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(text for text in texts if isinstance(text, str))
    return content if isinstance(content, str) else ""


def _usage(text: str) -> Tree:
    words = len(text.split())
    return {"prompt_tokens": 1, "completion_tokens": words, "total_tokens": words + 1}


def _completion(text: str) -> Tree:
    message: Tree = {"role": "assistant", "content": text}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": _usage(text)}


async def _chunks(text: str, *, size: int, broken: bool) -> AsyncIterator[Tree]:
    yield {"choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}]}
    for start in range(0, len(text), size):
        yield {"choices": [{"index": 0, "delta": {"content": text[start : start + size]}, "finish_reason": None}]}
    if broken:
        return
    yield {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    yield {"choices": [], "usage": _usage(text)}


def _embeddings(tree: Tree, dimensions: int) -> Tree:
    given = tree.get("input")
    inputs: list[JSON] = given if isinstance(given, list) and given and not isinstance(given[0], int) else [given]
    data: list[JSON] = [
        {"index": index, "embedding": [float(len(str(item)) + place) for place in range(dimensions)]}
        for index, item in enumerate(inputs)
    ]
    return {"data": data, "usage": {"prompt_tokens": len(inputs), "total_tokens": len(inputs)}}
