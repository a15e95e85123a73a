"""`POST /v1/messages/count_tokens`: an estimate made here, so that counting is no way for text to leave."""

from __future__ import annotations

from dataclasses import replace

from gateway.domain import Tree
from gateway.wire.anthropic import messages, tokens
from gateway.wire.anthropic.fields import COUNTED
from gateway.wire.endpoint import AnsweredHere
from gateway.wire.writer import Answering


def _counted(tree: Tree, _answering: Answering) -> AnsweredHere:
    return AnsweredHere({"input_tokens": tokens.estimate(tree)}, {"x-gateway-token-count": "estimate"})


ENDPOINT = replace(
    messages.ENDPOINT,
    name="count_tokens",
    paths=("/v1/messages/count_tokens",),
    fields=COUNTED,
    here=_counted,
    spoken=None,
)
