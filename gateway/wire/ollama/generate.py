"""`POST /api/generate`: one prompt in Ollama's dialect; targets are asked for it as a chat."""

from __future__ import annotations

from dataclasses import replace

from gateway.wire.hub import Translated
from gateway.wire.ollama import chat, reply
from gateway.wire.ollama.fields import GENERATE as FIELDS
from gateway.wire.ollama.request import generate_to_hub

ENDPOINT = replace(
    chat.ENDPOINT,
    name="generate",
    paths=("/api/generate",),
    subject="prompt",
    fields=FIELDS,
    to_hub=lambda tree: Translated(generate_to_hub(tree)),
    whole=lambda tree, _shape, answering: chat.whole(tree, reply.as_generate, answering),
    writer=lambda answering: chat.LineWriter(reply.as_generate, answering),
    here=lambda tree, answering: chat.loaded(tree, reply.as_generate, answering, subject="prompt"),
    spoken=None,
)
