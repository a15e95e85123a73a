"""One request as it is handed on: its words, its call, the facts a rule may ask about; no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gateway.domain.phi import Content, Kind, UnknownReason
from gateway.domain.routing import Caller, Dialect, Operation

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Tree: TypeAlias = dict[str, JSON]
Path: TypeAlias = tuple[str | int, ...]  # where a value stands: object keys and list indices, outermost first


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a facade hands it to the pipeline.

    `payload` is the parsed body in the caller's dialect: what is scanned, and all that is ever sent from (law 7).
    `model` is what the caller asked for ("" when it named none); `claimed_agents` come from the base URL, header or
    metadata; `conversation` is the caller's name for the conversation, or "".
    """

    operation: Operation
    dialect: Dialect
    payload: Tree
    model: str
    stream: bool
    caller: Caller
    request_id: str
    claimed_agents: frozenset[str] = frozenset()
    claimed_route: str = ""
    conversation: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a rule may ask about a request: the input of `policy.decide`.

    `agents` are all agents claimed or bound; `agent_unclear` when none is and the caller may be more than one.
    `covered` are the kinds that the detectors in use can find at all, `detectors` how many of them look at each text.
    """

    caller: str
    route: str
    agents: frozenset[str] = frozenset()
    agent_unclear: bool = False
    kinds: frozenset[Kind] = frozenset()
    unknowns: frozenset[UnknownReason] = frozenset()
    content: frozenset[Content] = frozenset({Content.TEXT})
    covered: frozenset[Kind] = frozenset(Kind)
    detectors: int = 1
