"""`POST /v1/messages/count_tokens`: an estimate made here, so that counting is no way for text to leave."""

from __future__ import annotations

from dataclasses import replace

from gateway.domain import Tree
from gateway.wire import tokens
from gateway.wire.anthropic import messages
from gateway.wire.anthropic.fields import COUNTED
from gateway.wire.endpoint import AnsweredHere
from gateway.wire.writer import Answering


def _counted(tree: Tree, _answering: Answering) -> AnsweredHere:
    counted = tokens.estimate(tree["messages"], tree.get("system") or "", tree.get("tools") or [])
    return AnsweredHere({"input_tokens": counted}, tokens.HEADERS)


ENDPOINT = replace(
    messages.ENDPOINT,
    name="count_tokens",
    paths=("/v1/messages/count_tokens",),
    fields=COUNTED,
    here=_counted,
    spoken=None,
)
