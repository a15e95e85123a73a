"""The names a caller may ask for, and what each leads to; a value that looks things up and decides nothing."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.domain import PRIVATE, Agent, Operation, Order, Provider, Route, Target
from gateway.kinds import profile
from gateway.kinds.ollama_models import is_cloud_name

MAX_MODEL_CHARS: Final = 256
_WILDCARDS: Final = "*?["


@dataclass(frozen=True, slots=True)
class Alias:
    """A pattern of foreign model names, and the route that serves them.

    `prefer_agent`: the route of the agent who asks comes first, and `route` is for everyone else. For applications
    whose agents all send the same model name.
    """

    pattern: str
    route: str
    prefer_agent: bool = False

    @property
    def exact(self) -> bool:
        return not any(sign in self.pattern for sign in _WILDCARDS)

    def matches(self, model: str) -> bool:
        """Whether `model` is meant, by the case."""
        return fnmatch.fnmatchcase(model, self.pattern)


@dataclass(frozen=True, slots=True)
class RoutingTable:
    """Routes, aliases (most specific first), agents, and the models that local servers were found to offer.

    `tasks` maps values of the task header to agents; `defaults` are the routes of calls that name none; `discovered`
    maps `provider/model` to a target. `labels` are those that a request may have.
    """

    routes: Mapping[str, Route] = field(default_factory=dict)
    aliases: tuple[Alias, ...] = ()
    agents: Mapping[str, Agent] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[Operation, str] = field(default_factory=dict)
    discovered: Mapping[str, Target] = field(default_factory=dict)
    labels: frozenset[str] = frozenset({PRIVATE})

    @property
    def fast(self) -> list[Target]:
        """Targets of the routes whose order goes by speed; some of them twice."""
        fast = [route for route in self.routes.values() if route.order is Order.FASTEST]
        return [target for route in fast for target in route.targets]

    def alias(self, model: str) -> Alias | None:
        """The most specific alias that means `model`."""
        return next((alias for alias in self.aliases if alias.matches(model)), None)

    def found(self, model: str) -> tuple[str, Target] | None:
        """The discovered model meant by `provider/model`, or by a bare name that only one provider has."""
        for name in (model, f"{model}:latest"):  # Ollama's `llama3` is its `llama3:latest`
            if name in self.discovered:
                return name, self.discovered[name]
            bare = [(full, target) for full, target in self.discovered.items() if target.model == name]
            if len(bare) == 1:
                return bare[0]
        return None

    def agent_of_task(self, task: str) -> str:
        """The agent that a value of the task header means; "" when it means none."""
        return self.tasks.get(task, task if task in self.agents else "")

    def default(self, operation: Operation) -> str:
        """The route for calls that name nothing; "" for none."""
        return self.defaults.get(operation, "")


def by_specificity(aliases: Iterable[Alias]) -> tuple[Alias, ...]:
    """Exact names first, then by the number of characters that must match; equals keep their order."""
    return tuple(sorted(aliases, key=lambda alias: (not alias.exact, -_literals(alias.pattern))))


def with_discovered(table: RoutingTable, offers: Mapping[str, tuple[Provider, Iterable[str]]]) -> RoutingTable:
    """`table` with the models that providers list now in place of those known before.

    `offers` maps a provider's name to itself and its model ids. The embedded provider is never discovered: its models
    serve its own routes and no other. A model that is configured as a target keeps what is written of it there.
    """
    configured = {(t.provider.name, t.model): t for route in table.routes.values() for t in route.targets}
    found: dict[str, Target] = {}
    for name, (provider, models) in offers.items():
        if profile(provider.kind).demonstration or not provider.discover:
            continue
        for model in models:
            if not model or len(model) > MAX_MODEL_CHARS or (provider.on_prem and is_cloud_name(model)):
                continue
            full = f"{name}/{model}"
            target = configured.get((name, model)) or Target(name=full, provider=provider, model=model)
            found[full] = replace(target, name=full)
    return replace(table, discovered=found)


def _literals(pattern: str) -> int:
    return sum(sign not in _WILDCARDS for sign in pattern)
