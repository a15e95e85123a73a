"""What a request wants of a target, beside what policy says: read off its fields, as far as the route's order asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

import orjson

from gateway.domain import Complexity, Order, Route, Tree
from gateway.phi.findings import Findings
from gateway.routing.complexity import score
from gateway.routing.needs import needs
from gateway.routing.order import Asking, Paces
from gateway.routing.plan import Wish
from gateway.wire.endpoint import Call
from gateway.wire.tokens import at_least

_POOLED: Final = frozenset({Order.FASTEST, Order.CHEAPEST, Order.BY_COMPLEXITY})
_BY_LENGTH: Final = frozenset({Order.CHEAPEST, Order.BY_COMPLEXITY})
_READ_CHARS: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of servers and targets when a request is judged: who answers, who fails, how fast they are.

    `key` is that of the hash by which the turns of a conversation are known again.
    """

    health: Mapping[str, bool] = field(default_factory=dict)
    failing: Mapping[str, float] = field(default_factory=dict)
    paces: Paces = field(default_factory=Paces)
    key: bytes = b""


NOTHING: Final = Known()
"""Of a gateway that does not run: `gateway explain` on the command line."""


def wish_of(call: Call, route: Route, findings: Findings, *, key: bytes) -> Wish:
    """What `call` wants on `route`."""
    tree = call.payload
    sized = route.order in _BY_LENGTH or any(target.context is not None for target in route.targets)
    asking = Asking(
        complexity=_complexity(call) if route.order is Order.BY_COMPLEXITY else Complexity.SIMPLE,
        tokens=at_least(tree) if sized else 0,
        affinity=_affinity(call, key) if route.order in _POOLED else b"",
    )
    return Wish(
        order=route.order,
        floor=route.min_quality,
        needs=needs(tree, findings.content, call.operation),
        asking=asking,
    )


def _complexity(call: Call) -> Complexity:
    """As the caller says, else by the score."""
    return Complexity(call.complexity) if call.complexity else score(call.payload).complexity


def _affinity(call: Call, key: bytes) -> bytes:
    """The keyed hash of how the conversation begins, or of its name: the same for each of its turns, and tells nothing."""
    said = call.conversation or _beginning(call.payload)
    whole = f"{call.caller.name}\0{said}".encode("utf-8", "surrogatepass")
    return blake2b(whole, key=key[:64], person=b"affinity", digest_size=16).digest()


def _beginning(tree: Tree) -> str:
    """The system prompt and what comes up to the first turn of the user."""
    said = tree.get("messages", tree.get("input", tree.get("prompt")))
    first = []
    for message in said if isinstance(said, list) else [said]:
        first.append(message)
        if isinstance(message, dict) and message.get("role") == "user":
            break
    beginning = orjson.dumps([tree.get("system"), tree.get("instructions"), first], default=str)
    return beginning[:_READ_CHARS].decode("utf-8", "replace")
