"""`POST /v1/responses/input_tokens`: an estimate made here, so that counting is no way for text to leave."""

from __future__ import annotations

from dataclasses import replace

from gateway.domain import Tree
from gateway.wire import tokens
from gateway.wire.endpoint import AnsweredHere
from gateway.wire.responses import create
from gateway.wire.responses.request import to_hub
from gateway.wire.writer import Answering


def _counted(tree: Tree, _answering: Answering) -> AnsweredHere:
    asked = to_hub(tree).tree
    counted = tokens.estimate(asked["messages"], asked.get("tools") or [])
    return AnsweredHere({"object": "response.input_tokens", "input_tokens": counted}, tokens.HEADERS)


ENDPOINT = replace(
    create.ENDPOINT,
    name="input_tokens",
    paths=("/v1/responses/input_tokens", "/responses/input_tokens"),
    here=_counted,
    spoken=None,
)
