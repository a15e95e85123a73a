"""A mock of OpenAI's API made from the SDK's own types: takes only requests that fit them, answers with every field filled."""

from __future__ import annotations

import types
import typing
from typing import Any, Literal, Union

from aiohttp import web
from openai import BaseModel
from openai.types import CreateEmbeddingResponse, EmbeddingCreateParams
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from pydantic import TypeAdapter, ValidationError

from tests.kit.servers import stream

MAX_DEPTH = 12


def example(kind: Any, depth: int = 0) -> Any:
    """A JSON value of this type; optional fields are there too."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {
            field.alias or name: example(field.annotation, depth + 1)
            for name, field in kind.model_fields.items()
            if depth < MAX_DEPTH or field.is_required()
        }
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return example(arguments[0], depth)
    if origin is Literal:
        return arguments[0]
    if origin in {Union, types.UnionType}:
        return example(next(argument for argument in arguments if argument is not type(None)), depth)
    if origin is list:
        return [example(arguments[0], depth + 1)]
    if origin is dict:
        return {"key": example(arguments[1], depth + 1)}
    return {str: "text", int: 1, float: 0.5, bool: True, object: "text", Any: "text"}[kind]


def completion() -> dict:
    return example(ChatCompletion)


def chunks() -> list[dict]:
    whole = example(ChatCompletionChunk)
    choice = whole["choices"][0]
    said = {**choice, "finish_reason": None}
    return [
        {**whole, "choices": [said], "usage": None},
        {**whole, "choices": [{**choice, "delta": {}}], "usage": None},
        {**whole, "choices": []},
    ]


_CHAT = TypeAdapter(CompletionCreateParamsNonStreaming)
_CHAT_STREAM = TypeAdapter(CompletionCreateParamsStreaming)
_EMBEDDINGS = TypeAdapter(EmbeddingCreateParams)


async def api(request: web.Request) -> web.StreamResponse:
    """Answers chat completions, whole and streamed, and embeddings of one input."""
    body = await request.json()
    try:
        if request.path.endswith("/embeddings"):
            _EMBEDDINGS.validate_python(body)
            return web.json_response(example(CreateEmbeddingResponse))
        (_CHAT_STREAM if body.get("stream") else _CHAT).validate_python(body)
    except ValidationError:
        return web.json_response({"error": {"message": "That is not a request of this API."}}, status=400)
    model = {"model": body["model"]}
    if body.get("stream"):
        return await stream(request, [chunk | model for chunk in chunks()])
    return web.json_response(completion() | model)
