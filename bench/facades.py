"""What a facade costs a request that stays in its dialect: validation, translation, its reply and a stream's event, in µs.

Run as `python bench/facades.py`. Reading and writing of JSON, scan, policy and sockets are the same code for all facades and
are not counted.
"""

from __future__ import annotations

import time
import timeit
from collections.abc import Callable

from gateway.domain import Dialect, Operation
from gateway.wire.anthropic import passthrough
from gateway.wire.anthropic.messages import ENDPOINT as MESSAGES
from gateway.wire.ollama import native_reply
from gateway.wire.ollama.chat import ENDPOINT as OLLAMA_CHAT
from gateway.wire.ollama.reply import Stream, as_chat, from_hub
from gateway.wire.openai.chat import ENDPOINT as CHAT
from gateway.wire.openai.reply import ChunkStream, chat_reply
from gateway.wire.operations import endpoint_for, spoken, translate
from gateway.wire.responses.create import ENDPOINT as RESPONSES_CREATE
from gateway.wire.responses.reply import Frame
from gateway.wire.responses.reply import from_hub as response
from gateway.wire.responses.stream import Stream as ResponseStream
from gateway.wire.writer import Timing

LIMIT_US = 50.0
RESPONSES_ADD_US = 60.0
NOW = Timing("2026-11-21T10:00:00Z", total_ns=5, first_content_ns=2)
TEXT = "What should be asked next of an adult with a cough? " * 4
SCHEMA = {"type": "object", "properties": {"question": {"type": "string"}}}
TURNS = [{"role": "user", "content": TEXT}, {"role": "assistant", "content": TEXT}] * 4
OPENAI = {
    "model": "m",
    "messages": [{"role": "system", "content": TEXT}, *TURNS, TURNS[0]],
    "temperature": 0.2,
    "tools": [{"type": "function", "function": {"name": "ask", "parameters": SCHEMA}}],
}
ANTHROPIC = {
    "model": "m",
    "max_tokens": 500,
    "system": TEXT,
    "messages": [*TURNS, TURNS[0]],
    "temperature": 0.2,
    "tools": [{"name": "ask", "input_schema": SCHEMA}],
}
OLLAMA = {"model": "m", "messages": OPENAI["messages"], "tools": OPENAI["tools"], "options": {"temperature": 0.2}}
RESPONSES = {
    "model": "m",
    "instructions": TEXT,
    "input": [*TURNS, TURNS[0]],
    "temperature": 0.2,
    "tools": [{"type": "function", "name": "ask", "parameters": SCHEMA}],
}
COUNTS = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
OPENAI_REPLY = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
    "usage": COUNTS,
}
ANTHROPIC_REPLY = {
    "type": "message",
    "content": [{"type": "text", "text": TEXT}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 9, "output_tokens": 9},
}
OLLAMA_REPLY = {
    "message": {"role": "assistant", "content": TEXT},
    "done": True,
    "done_reason": "stop",
    "prompt_eval_count": 9,
    "eval_count": 9,
}
OPENAI_CHUNK = {"choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": None}]}
ANTHROPIC_EVENT = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "word "}}


def same(tree: dict, dialect: Dialect) -> None:
    row = endpoint_for(dialect, Operation.CHAT, tree)
    translate(tree, row, spoken(row, native=dialect is Dialect.OLLAMA, untranslated=True))


def openai_request() -> None:
    CHAT.validate(OPENAI)
    same(OPENAI, Dialect.OPENAI)


def openai_reply() -> None:
    chat_reply(OPENAI_REPLY, model="m", reply_id="r", created=1)


def anthropic_request() -> None:
    MESSAGES.validate(ANTHROPIC)
    same(ANTHROPIC, Dialect.ANTHROPIC)


def anthropic_reply() -> None:
    passthrough.message_reply(ANTHROPIC_REPLY, model="m")
    passthrough.usage_of(ANTHROPIC_REPLY)


def responses_request() -> None:
    RESPONSES_CREATE.validate(RESPONSES)
    translate(RESPONSES, RESPONSES_CREATE, spoken(RESPONSES_CREATE))


def responses_reply() -> None:
    made = chat_reply(OPENAI_REPLY, model="m", reply_id="r", created=1)
    response(made, Frame.of(RESPONSES, "req_1"), completed_at=2)


def ollama_request() -> None:
    OLLAMA_CHAT.validate(OLLAMA)
    same(OLLAMA, Dialect.OLLAMA)


def ollama_reply() -> None:
    hub = native_reply.reply_to_hub(OLLAMA_REPLY, model="m", reply_id="r", created=1)
    made = chat_reply(hub, model="m", reply_id="r", created=1)
    from_hub(made, as_chat, model="m", timing=NOW)


_CHUNKS = ChunkStream(model="m", reply_id="r", created=1, include_usage=True)
_EVENTS = passthrough.EventStream(model="m")
_LINES = Stream("m", as_chat)


_RESPONSE = ResponseStream(Frame.of(RESPONSES, "req_1"))


def responses_event() -> None:
    _RESPONSE.feed(_CHUNKS.chunk(OPENAI_CHUNK) or {})


def openai_event() -> None:
    _CHUNKS.chunk(OPENAI_CHUNK)


def anthropic_event() -> None:
    _EVENTS.chunk(ANTHROPIC_EVENT)


def ollama_event() -> None:
    made = _CHUNKS.chunk(OPENAI_CHUNK)
    _LINES.feed(made or {}, created_at=NOW.created_at)


def cost_us(work: Callable[[], None]) -> float:
    """Processor time, so that a busy machine shows the same: the best of fifteen rounds."""
    return min(timeit.repeat(work, number=300, repeat=15, timer=time.process_time)) / 300 * 1e6


def main() -> None:
    print(
        f"{'facade':<10} {'request':>8} {'reply':>8} {'whole':>8} {'event':>8}   µs; limit {LIMIT_US:.0f} for the whole"
    )
    hub_us = 0.0
    for name, works in {
        "openai": (openai_request, openai_reply, openai_event),
        "responses": (responses_request, responses_reply, responses_event),
        "anthropic": (anthropic_request, anthropic_reply, anthropic_event),
        "ollama": (ollama_request, ollama_reply, ollama_event),
    }.items():
        request, reply, event = (cost_us(work) for work in works)
        if name == "openai":
            hub_us = request + reply
        if name == "responses":
            added = request + reply - hub_us
            print(f"{'':<10} {'added by Responses to a chat':>26} {added:8.1f}   limit {RESPONSES_ADD_US:.0f}")
        verdict = "" if request + reply <= LIMIT_US else "   over the limit"
        print(f"{name:<10} {request:8.1f} {reply:8.1f} {request + reply:8.1f} {event:8.1f}{verdict}")


if __name__ == "__main__":
    main()
