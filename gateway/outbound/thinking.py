"""Fits a body to what a route says of reasoning: not at all, or with room for it beside the answer; looks at no text."""

from __future__ import annotations

from gateway.domain import ProviderKind, Thinking, Tree
from gateway.kinds import profile
from gateway.wire.endpoint import Endpoint

_LIMITS = ("max_tokens", "max_completion_tokens")


def with_thinking(body: Tree, thinking: Thinking, kind: ProviderKind, endpoint: Endpoint) -> Tree:
    """A chat body in the words of `endpoint`, before it is fitted to its server; `body` stays as it is.

    Models that reason spend the limit of the answer on it: as many tokens more as the route or, in the hub's words, the
    request (`thinking_budget`) says are added to a limit that is there. A budget of the route goes first.
    """
    if "messages" not in endpoint.fields.fields:
        return body
    made = dict(body)
    if not thinking.wanted:
        _at_once(made, kind, endpoint)
        return made
    own = made.get("thinking_budget") if endpoint.hub else None
    budget = thinking.budget or (own if isinstance(own, int) and own > 0 else 0)
    for name in _LIMITS:
        limit = made.get(name)
        if isinstance(limit, int) and budget:
            made[name] = limit + budget
    options = made.get("options")
    if isinstance(options, dict) and budget and isinstance(limit := options.get("num_predict"), int) and limit > 0:
        made["options"] = {**options, "num_predict": limit + budget}
    return made


def _at_once(body: Tree, kind: ProviderKind, endpoint: Endpoint) -> None:
    if endpoint.spoken is not None and endpoint.spoken.native is not None:
        body["think"] = False
    elif not endpoint.hub:
        body.pop("thinking", None)
    elif at_once := profile(kind).at_once:
        at_once(body)
