"""What an answer shows against its target: an error in its place, another model, a thought that nobody wanted; holds no text."""

from __future__ import annotations

from gateway.domain import Shortfall, Target, Thinking, Tree
from gateway.kinds import profile
from gateway.kinds.substitution import Substitution, another
from gateway.pipeline.tracing import Trace
from gateway.upstream import faults
from gateway.wire.openai.reply import reasons


def heed(said: Tree, target: Target, trace: Trace) -> None:
    """What a reply or a chunk of `target` says against itself, as long as somebody else may take its place.

    Raises:
        AttemptFailed: it is an error under status 200, or another model's.
    """
    if said.get("error") is not None:
        raise faults.told(said["error"], target=target)
    substitutes = profile(target.provider.kind).substitutes
    if substitutes is not Substitution.UNTOLD and another(target.model, _model(said)):
        if substitutes is Substitution.WRONG:
            raise faults.another_model(target)
        trace.fell_short(Shortfall.MODEL)


def _model(said: Tree) -> object:
    """Who it says it is, in whatever dialect: Anthropic and Responses name it in the first event of a stream, a step down."""
    for place in (said, said.get("message"), said.get("response")):
        if isinstance(place, dict) and place.get("model") is not None:
            return place["model"]
    return None


def thought_anyway(said: Tree, thinking: Thinking, trace: Trace) -> None:
    """Nobody promises that a server has a word for it, and so its answer shows whether it had."""
    if not thinking.wanted and reasons(said):
        trace.fell_short(Shortfall.REASONING)
