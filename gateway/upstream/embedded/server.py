"""The child process: one llama.cpp server for one model on a loopback port that the system picks; prints no log.

What to serve and the key come as one line of JSON on standard input, the port goes back as one on standard output.
It ends when standard input does, or when its parent is gone: a gateway that was killed leaves no orphan behind.
"""

from __future__ import annotations

import json
import os
import select
import sys
from dataclasses import asdict, dataclass
from typing import BinaryIO, Protocol, cast
from urllib.parse import urlsplit

PARENT_CHECK_S = 1.0
"""Another child of the gateway may hold our input open after its death; so the parent is looked for as well."""
SILENT = -1
HTTP_THREADS = 4
ANSWER_TOKENS = 512
"""An answer's length where the request names none: so small a model may go on until its context is full."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the child is to serve; `context` is tokens for each of `parallel` requests."""

    path: str
    alias: str
    api_key: str
    embedding: bool
    context: int
    parallel: int
    threads: int

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


class Listening(Protocol):
    """What is needed of llama.cpp's server: `http://host:port`. It serves from its own threads until it is dropped."""

    listening_address: str


def main() -> None:
    """Serve until the gateway ends; exit status 0 then, 1 where the model cannot be loaded."""
    parent = os.getppid()
    answer = _take_stdout()
    order = Order(**json.loads(sys.stdin.buffer.readline()))
    server = _serve(order)
    answer.write(json.dumps({"port": urlsplit(server.listening_address).port}).encode() + b"\n")
    answer.close()
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin.buffer], [], [], PARENT_CHECK_S)
        if readable and not sys.stdin.buffer.readline():
            break
    os._exit(0)  # requests in flight are the gateway's, and it is gone


def _take_stdout() -> BinaryIO:
    """Keep standard output for the one answer; whatever the native code prints goes nowhere."""
    answer = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answer


def _serve(order: Order) -> Listening:
    import xllamacpp  # noqa: PLC0415  # 100 MB of native code: only this process pays for it

    params = xllamacpp.CommonParams()
    params.model.path = order.path
    params.model_alias = {order.alias}
    params.embedding = order.embedding
    params.n_parallel = order.parallel
    params.n_predict = ANSWER_TOKENS
    params.n_ctx = order.context * order.parallel
    if order.embedding:
        params.n_batch = params.n_ubatch = order.context  # a text is embedded in one batch or not at all
    params.cpuparams.n_threads = order.threads
    params.n_threads_http = HTTP_THREADS
    params.api_keys = [order.api_key]
    params.cors_origins = ""
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = SILENT
    params.cache_ram_mib = 0
    return cast("Listening", xllamacpp.Server(params))


if __name__ == "__main__":
    main()
