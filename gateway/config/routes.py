"""Builds routes, agents and aliases in the order the environment asks for; keeps the demonstration model apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.config.draft import Draft
from gateway.config.environment import variables
from gateway.config.labels import known_labels
from gateway.document import nearest
from gateway.domain import PRIVATE, Agent, Capability, Operation, Path, Provider, Route, Target, Thinking
from gateway.kinds import PROFILES, profile
from gateway.routing.table import Alias, RoutingTable, by_specificity

EMBEDDED_ROUTES: Final = frozenset({"demo", "demo-embedding"})
_SYNONYMS: Final = {synonym: known.kind for known in PROFILES.values() for synonym in known.synonyms}
# A stand-in must read what the route is for.
_SENSES: Final = frozenset({Capability.VISION, Capability.AUDIO, Capability.FILES})


def build_table(draft: Draft, providers: Mapping[str, Provider], targets: Mapping[str, Target]) -> RoutingTable:
    """Everything that names lead to; problems go into the draft."""
    preference = ProviderPreference(
        _chosen(draft, "primary", providers), _chosen(draft, "fallback", providers), targets
    )
    routes = _routes(draft, targets, preference)
    agents = _agents(draft)
    return RoutingTable(
        routes=routes,
        aliases=_aliases(draft),
        agents=agents,
        tasks=_tasks(draft),
        defaults=_defaults(draft, routes),
        labels=frozenset({PRIVATE, *draft.config.labels}),
    )


@dataclass(frozen=True, slots=True)
class ProviderPreference:
    """The providers that `routing.primary` and `routing.fallback` name ("" for none), and all targets in order."""

    primary: str
    fallback: str
    targets: Mapping[str, Target]

    def arrange(self, listed: tuple[Target, ...], operation: Operation) -> tuple[Target, ...]:
        """`listed` with the primary's targets first and the fallback's last.

        A route that has none of theirs gets one, unless it keeps to one model: it is still the policy that says whether it
        may be used.
        """
        first, last = self._own(listed, self.primary, operation), self._own(listed, self.fallback, operation)
        if self.fallback == self.primary:
            last = ()
        rest = tuple(target for target in listed if target not in first and target not in last)
        return (*first, *rest, *last)

    def _own(self, listed: tuple[Target, ...], provider: str, operation: Operation) -> tuple[Target, ...]:
        own = tuple(target for target in listed if target.provider.name == provider)
        if own or not provider or operation.one_model:
            return own
        needed = listed[0].capabilities & _SENSES if listed else frozenset()
        fits = (
            target
            for target in self.targets.values()
            if target.provider.name == provider and operation in target.operations and needed <= target.capabilities
        )
        return tuple(fits)[:1]


def _chosen(draft: Draft, which: str, providers: Mapping[str, Provider]) -> str:
    """The provider that `routing.<which>` means, by its name or by what people call it."""
    routing = draft.config.routing
    word = (routing.primary if which == "primary" else routing.fallback).strip()
    if not word:
        return ""
    name = word if word in providers else _by_kind(word, providers)
    if name and not profile(providers[name].kind).demonstration:
        return name
    names = {known for known, provider in providers.items() if not profile(provider.kind).demonstration}
    source = variables(draft.source("routing", which))
    message = f"{source[0]} names no provider." if source else f"`routing.{which}` names no provider."
    synonyms = {synonym for synonym in _SYNONYMS if _by_kind(synonym, providers)}
    draft.problem(("routing", which), message, nearest(word, names | synonyms))
    return ""


def _by_kind(word: str, providers: Mapping[str, Provider]) -> str:
    kind = _SYNONYMS.get(word.lower().replace("_", "").replace("-", "").replace(" ", ""))
    return next((name for name, provider in providers.items() if provider.kind is kind), "")


def _routes(draft: Draft, targets: Mapping[str, Target], preference: ProviderPreference) -> dict[str, Route]:
    threshold_ms = draft.config.routing.first_token_ms
    patience_s = threshold_ms / 1000 if threshold_ms else None
    routes: dict[str, Route] = {}
    for name, section in draft.config.routes.items():
        path: Path = ("routes", name, "targets")
        listed = tuple(
            targets[target]
            for index, target in enumerate(section.targets)
            if draft.known("targets", target, (*path, index)) and target in targets
        )
        _check_route(draft, name, listed, section.operation)
        _check_quality(draft, name, listed)
        arranged = preference.arrange(listed, section.operation)
        thinking = Thinking(section.thinking, section.thinking_budget or 0)
        first_token_s = section.first_token_s or patience_s
        cold_s = section.cold_first_token_s
        if cold_s is not None and cold_s < (first_token_s or cold_s):
            message = "A model that has to be loaded first takes longer than one that is there."
            draft.problem(("routes", name, "cold_first_token_s"), message, "Raise it to `first_token_s` at least.")
        routes[name] = Route(
            name,
            arranged,
            section.operation,
            first_token_s,
            section.idle_s,
            thinking,
            cold_first_token_s=cold_s,
            total_s=section.total_s,
            order=section.order,
            min_quality=section.min_quality,
            retries=section.retries,
        )
    return routes


def _check_route(draft: Draft, name: str, listed: tuple[Target, ...], operation: Operation) -> None:
    path: Path = ("routes", name, "targets")
    if name not in EMBEDDED_ROUTES and any(profile(t.provider.kind).demonstration for t in listed):
        message = "The demonstration model serves the routes `demo` and `demo-embedding` and no other."
        draft.problem(path, message, "Name a target of a real provider.")
    if len({target.name for target in listed}) < len(listed):
        draft.problem(path, "A target is listed twice.", "Keep one of them.")
    if operation.one_model and len({target.model for target in listed}) > 1:
        message = "Targets of an embeddings route must have one and the same model: vectors of two cannot be compared."
        draft.problem(path, message, "Make a route for each model.")
    for index, target in enumerate(listed):
        if operation not in target.operations:
            message = f"`{target.name}` is a target for {' and '.join(target.operations)}."
            one = next(each.capability for each in (operation, *target.operations) if each.capability)
            remedy = f"`operation: {one}` on the route and `capabilities: [{one}]` on the target go together."
            draft.problem((*path, index), message, remedy)


def _check_quality(draft: Draft, name: str, listed: tuple[Target, ...]) -> None:
    """A floor needs somebody who reaches it, and numbers to compare."""
    floor = draft.config.routes[name].min_quality
    path: Path = ("routes", name, "min_quality")
    if floor is None:
        return
    unsaid = [target.name for target in listed if target.quality is None]
    if unsaid:
        message = f"Nobody says the quality of {', '.join(unsaid)}, so that this route would never use it."
        draft.problem(path, message, "Write `quality: 0.8` (0 to 1) on it, or remove it from the route.")
    elif listed and all((target.quality or 0.0) < floor for target in listed):
        draft.problem(path, "None of the route's targets reaches this.", "Lower it, or list a better target.")


def _leads(draft: Draft, route: str, path: Path) -> None:
    """Problems of something at `path` that leads to `route`."""
    if route in EMBEDDED_ROUTES and _is_embedded(draft, route):
        message = "Agents and aliases never lead to the demonstration model."
        draft.problem(path, message, "Name a route with a real provider.")
    draft.known("routes", route, path)


def _is_embedded(draft: Draft, route: str) -> bool:
    config = draft.config
    names = config.routes[route].targets if route in config.routes else ()
    sources = [config.targets[name].provider for name in names if name in config.targets]
    return any(profile(config.providers[s].kind).demonstration for s in sources if s in config.providers)


def _agents(draft: Draft) -> dict[str, Agent]:
    for name, section in draft.config.agents.items():
        _leads(draft, section.route, ("agents", name, "route"))
    return {
        name: Agent(
            name,
            section.route,
            section.match.system_contains if section.match else (),
            batch=section.priority == "batch",
            labels=known_labels(draft, section.label, ("agents", name, "label")),
        )
        for name, section in draft.config.agents.items()
    }


def _tasks(draft: Draft) -> dict[str, str]:
    tasks: dict[str, str] = {}
    for name, section in draft.config.agents.items():
        for index, task in enumerate(section.tasks):
            taken = tasks.setdefault(task, name)
            if taken != name or (task != name and task in draft.config.agents):
                other = taken if taken != name else task
                draft.problem(("agents", name, "tasks", index), f"This task already means the agent `{other}`.")
    return tasks


def _aliases(draft: Draft) -> tuple[Alias, ...]:
    aliases: list[Alias] = []
    for pattern, section in draft.config.aliases.items():
        path: Path = ("aliases", pattern)
        if pattern in draft.names("routes"):
            draft.problem(path, f"`{pattern}` is a route; an alias of that name would never be used.", "Remove one.")
        _leads(draft, section.route, (*path, "route"))
        aliases.append(Alias(pattern, section.route, prefer_agent=section.prefer == "agent"))
    return by_specificity(aliases)


def _defaults(draft: Draft, routes: Mapping[str, Route]) -> dict[Operation, str]:
    config = draft.config
    named = {"default_route": config.default_route, "default_embedding_route": config.default_embedding_route}
    defaults: dict[Operation, str] = {}
    for operation in Operation:
        key = operation.default_key
        name = named.get(key)
        if name is None or not draft.known("routes", name, (key,)):
            continue
        if name in routes and routes[name].operation is not operation:
            draft.problem((key,), f"`{name}` is not a route for {operation}.")
        defaults[operation] = name
    for operation in (one for one in Operation if not one.default_key):
        only = [name for name, route in routes.items() if route.operation is operation]
        if len(only) == 1:  # a client that names no model, as OpenAI's may for a moderation, means this one
            defaults[operation] = only[0]
    return defaults
