"""`POST /v1/completions`: text that goes on, in OpenAI's dialect; a chat where a server has no other way.

Source: OpenAI API reference, "Completions"; llama.cpp's, vLLM's, LM Studio's and Ollama's documentation of the path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from typing_extensions import override

from gateway.domain import JSON, Tree
from gateway.errors import InvalidRequest
from gateway.wire.hub import Translated
from gateway.wire.openai import chat
from gateway.wire.openai.fields import COMPLETIONS as FIELDS
from gateway.wire.openai.pieces import aggregate, chunks_of
from gateway.wire.openai.reply import ChunkStream, chat_reply, has_content, usage_of
from gateway.wire.reply import Asked, Channels, ReplyShape, Streamed

_SAID_ONLY_HERE: Mapping[str, tuple[JSON, ...]] = {
    "suffix": (None, ""),
    "echo": (None, False),
    "logprobs": (None, 0),
    "best_of": (None, 0, 1),
}
"""Fields that a chat has no word for, and the values with which they ask for nothing."""


def to_hub(tree: Tree) -> Translated:
    """The chat that goes on with the prompt.

    Raises:
        InvalidRequest: a chat would lose something of it, by the field's name.
    """
    for name, nothing in _SAID_ONLY_HERE.items():
        if tree.get(name) not in nothing:
            raise _only_as_text(name)
    prompt = tree["prompt"]
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise _only_as_text("prompt")
    hub = {name: value for name, value in tree.items() if name != "prompt" and name not in _SAID_ONLY_HERE}
    return Translated({**hub, "messages": [{"role": "user", "content": prompt}]})


def _only_as_text(name: str) -> InvalidRequest:
    return InvalidRequest(
        f"`{name}`: this destination only chats, and a chat cannot carry that. Send one prompt as text without it, or ask "
        "for a model on llama.cpp, vLLM, LM Studio or Ollama.",
        param=name,
    )


def as_chat(tree: Tree, *, part: str) -> Tree:
    """A reply or chunk whose texts stand where a chat has them: under `part`, which is `message` or `delta`."""
    choices = tree.get("choices")
    if not isinstance(choices, list):
        return tree
    made: list[JSON] = [_said(choice, part) if isinstance(choice, dict) else choice for choice in choices]
    return {**tree, "choices": made}


def _said(choice: Tree, part: str) -> Tree:
    if part in choice:  # a server that answers in the words of a chat
        return choice
    rest = {name: value for name, value in choice.items() if name != "text"}
    return {**rest, part: {"content": choice.get("text") or ""}}


def as_text(tree: Tree, *, part: str) -> Tree:
    """The same the other way."""
    choices = tree.get("choices")
    made: list[JSON] = [
        _text(choice, part) for choice in (choices if isinstance(choices, list) else []) if isinstance(choice, dict)
    ]
    reply_id = str(tree.get("id") or "").replace("chatcmpl-", "cmpl-")
    return {**tree, "id": reply_id, "object": "text_completion", "choices": made}


def _text(choice: Tree, part: str) -> Tree:
    said = choice.get(part)
    content = said.get("content") if isinstance(said, dict) else None
    rest = {name: value for name, value in choice.items() if name != part}
    return {"text": content or "", "logprobs": None, **rest}


class TextStream(ChunkStream):
    """Chunks of texts, as the chunks of a chat."""

    __slots__ = ()

    @override
    def chunk(self, tree: Tree) -> Tree | None:
        return super().chunk(as_chat(tree, part="delta"))


def _open(asked: Asked) -> TextStream:
    return TextStream(model=asked.model, reply_id=asked.reply_id, created=asked.created, include_usage=asked.usage)


def _whole(tree: Tree, asked: Asked) -> Tree:
    said = as_chat(tree, part="message")
    return chat_reply(said, model=asked.model, reply_id=asked.reply_id, created=asked.created)


REPLY = ReplyShape(
    channels=Channels.CHOICES,
    whole=_whole,
    usage_of=usage_of,
    streamed=Streamed(
        _open,
        has_content,
        chunks_of,
        aggregate,
        says_all=False,  # `best_of` has no stream, and several prompts have one on few servers
    ),
)
"""A `text_completion` and its chunks, read as those of a chat: what restores and gathers one does so with both."""


class TextWriter(chat.SseWriter):
    """Chunks of text as server-sent events."""

    @override
    def event(self, event: Tree) -> bytes:
        return super().event(as_text(event, part="delta"))


ENDPOINT = replace(
    chat.ENDPOINT,
    name="completions",
    paths=("/v1/completions", "/completions"),
    subject="prompt",
    fields=FIELDS,
    to_hub=to_hub,
    reply=REPLY,
    whole=lambda tree, _shape, _answering: as_text(tree, part="message"),
    writer=TextWriter,
    in_json=lambda _tree: False,
    spoken=replace(chat.SPOKEN, path="completions", everywhere=False),
)
