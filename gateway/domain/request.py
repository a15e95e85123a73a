"""One request as it is handed on: its words, and the facts a rule may ask about; no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gateway.domain.phi import Content, Kind, UnknownReason

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Tree: TypeAlias = dict[str, JSON]
Path: TypeAlias = tuple[str | int, ...]  # where a value stands: object keys and list indices, outermost first


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a rule may ask about a request: the input of `policy.decide`.

    `agents` are all agents claimed or bound; `agent_unclear` when none is and the caller may be more than one.
    `kinds` count; `reported` were found and do not count by themselves (an author, the date of a guideline).
    `covered` are the kinds that the detectors in use can find at all, `detectors` how many of them look at each text.
    `labels` are all that the request was given: by its caller, by who asks, or by the terms of a label.
    """

    caller: str
    route: str
    agents: frozenset[str] = frozenset()
    agent_unclear: bool = False
    kinds: frozenset[Kind] = frozenset()
    reported: frozenset[Kind] = frozenset()
    unknowns: frozenset[UnknownReason] = frozenset()
    content: frozenset[Content] = frozenset({Content.TEXT})
    covered: frozenset[Kind] = frozenset(Kind)
    detectors: int = 1
    labels: frozenset[str] = frozenset()
