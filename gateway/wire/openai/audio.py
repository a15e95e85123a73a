"""`POST /v1/audio/transcriptions` and `/v1/audio/translations`: what somebody dictated, as text, in OpenAI's dialect.

Source: OpenAI API reference, "Audio"; the documentation of speaches, vLLM, LocalAI and whisper.cpp's server.
"""

from __future__ import annotations

from dataclasses import replace

import orjson
from typing_extensions import override

from gateway.domain import Dialect, Operation, Tree
from gateway.wire.endpoint import Endpoint, Spoken
from gateway.wire.framing import sse
from gateway.wire.hub import Translated
from gateway.wire.openai import chat, forms
from gateway.wire.openai.fields import TRANSCRIPTIONS, TRANSLATIONS
from gateway.wire.openai.transcripts import (
    TranscriptStream,
    aggregate,
    events_of,
    has_content,
    transcript,
    usage_of,
)
from gateway.wire.reply import Channels, ReplyShape, Streamed

_PLAIN = frozenset({"text", "srt", "vtt"})
"""Formats of an answer that is no JSON."""
REPLY = ReplyShape(
    channels=Channels.EVENTS,
    whole=transcript,
    usage_of=usage_of,
    streamed=Streamed(TranscriptStream, has_content, events_of, lambda events, _usage: aggregate(events)),
)
"""A transcript; one in a plain format is held as the `text` of an object until it is written."""


def _media(tree: Tree) -> str:
    return "text/plain; charset=utf-8" if tree.get("response_format") in _PLAIN else ""


def _streamed(tree: Tree, _stream: bool) -> Tree:  # noqa: FBT001  the shape of `Spoken.streamed`
    """The body as it is: whether a model streams depends on what it is, and so the caller has to ask for it."""
    return tree


class TranscriptWriter(chat.SseWriter):
    """Events as they are, and nothing after the last."""

    @override
    def event(self, event: Tree) -> bytes:
        return sse.encode(orjson.dumps(event))

    @override
    def end(self) -> bytes:
        return b""


TRANSCRIPTION = Endpoint(
    name="transcriptions",
    dialect=Dialect.OPENAI,
    operation=Operation.TRANSCRIPTIONS,
    paths=("/v1/audio/transcriptions", "/audio/transcriptions"),
    subject="file",
    fields=TRANSCRIPTIONS,
    form=True,
    to_hub=Translated,
    reply=REPLY,
    whole=lambda tree, _shape, _answering: tree,
    media=_media,
    writer=TranscriptWriter,
    streams=lambda tree: tree.get("stream") is True,
    spoken=Spoken(
        "audio/transcriptions",
        chat.headers,
        lambda tree, _context: Translated(tree),
        _streamed,
        everywhere=False,
        written=forms.form,
        plain=True,
    ),
)
TRANSLATION = replace(
    TRANSCRIPTION,
    name="translations",
    paths=("/v1/audio/translations", "/audio/translations"),
    fields=TRANSLATIONS,
    writer=None,
    streams=lambda _tree: False,
    reply=replace(REPLY, streamed=None),
    spoken=replace(TRANSCRIPTION.spoken or chat.SPOKEN, path="audio/translations"),
)
