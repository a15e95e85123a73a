"""What is asked of every system: the rows of the table. Each is one sort of request at one number of connections."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from bench.speed import texts

EVERYONE = frozenset({"direct", "nginx", "gateway", "ferrogw", "litellm"})
OURS = frozenset({"direct", "nginx", "gateway"})
"""Who takes requests of other dialects: the upstream and nginx take everything, and the gateway turns it into another."""
FIFTY = "[[c=50]]"
STREAMED = "[[c=25,d=20]]"
ECHOED = "[[c=25,d=20,e=4]]"
NOTE = "The patient (MRN 48213377) was seen again."


@dataclass(frozen=True)
class Row:
    """A sort of request. `make` gives a body for a model; without `new` there is only one, which is sent again and again."""

    title: str
    connections: int
    make: Callable[[str, random.Random], dict[str, object]]
    path: str = "/v1/chat/completions"
    new: bool = True
    chunks: int = 0
    bodies: int = 3_000
    who: frozenset[str] = EVERYONE
    away: bool = False
    """Whether it goes to a target off the premises, where the system knows the difference."""
    has: str = "|"
    """What every answer holds: the stamp of the upstream, unless another dialect hides it."""


def _responses(model: str, draw: random.Random) -> dict[str, object]:
    return {"model": model, "input": f"{texts.text(draw, 700)} {FIFTY}", "max_output_tokens": 256}


def _messages(model: str, draw: random.Random) -> dict[str, object]:
    said = [{"role": "user", "content": f"{texts.text(draw, 700)} {FIFTY}"}]
    return {"model": model, "system": texts.SYSTEM, "messages": said, "max_tokens": 256}


def _embeddings(model: str, draw: random.Random) -> dict[str, object]:
    return {"model": model, "input": texts.text(draw, 200)}


ROWS = {
    "repeated": Row(
        "small chat, the same body again and again", 64, lambda model, draw: texts.small(model, draw, FIFTY), new=False
    ),
    "unique": Row("small chat, each of 0.7 KB of new text", 16, lambda model, draw: texts.small(model, draw, FIFTY)),
    "alone": Row("the same body, one connection", 1, lambda model, draw: texts.small(model, draw, FIFTY), new=False),
    "stream": Row(
        "16 streams of 25 chunks, 20 ms apart",
        16,
        lambda model, draw: texts.small(model, draw, STREAMED, stream=True),
        new=False,
        chunks=25,
    ),
    "restored": Row(
        "the same to a cloud target, an identifier taken out, and put back into every fourth chunk",
        16,
        lambda model, draw: texts.small(model, draw, f"{NOTE} {ECHOED}", stream=True),
        new=False,
        chunks=25,
        away=True,
        who=OURS,
    ),
    "history": Row(
        "60 messages resent, a new last one of 0.1 KB",
        16,
        lambda model, draw: texts.resent(model, draw, FIFTY, 60),
        bodies=400,
    ),
    "embeddings": Row("embeddings of 0.2 KB", 64, _embeddings, path="/v1/embeddings", has="0.07"),
    "responses": Row("OpenAI Responses, 0.7 KB", 64, _responses, path="/v1/responses", who=frozenset({"gateway"})),
    "anthropic": Row(
        "Anthropic Messages to a server of OpenAI's dialect, 0.7 KB",
        64,
        _messages,
        path="/v1/messages",
        who=frozenset({"gateway"}),
    ),
    "prompt32": Row(
        "a new prompt of 32 KB, one connection",
        1,
        lambda model, draw: texts.small(model, draw, FIFTY, size=32_000),
        bodies=60,
    ),
    "prompt128": Row(
        "a new prompt of 128 KB, one connection",
        1,
        lambda model, draw: texts.small(model, draw, FIFTY, size=128_000),
        bodies=16,
    ),
}
QUICK = ("repeated", "unique", "alone", "stream")
