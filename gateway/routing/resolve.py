"""Resolves who asks and which route is meant, separately; never judges what may leave, never quotes a caller."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain import EVERY, Caller, Operation, Route
from gateway.errors import AgentNotAllowed, InvalidRequest, ModelNotFound, RouteNotAllowed
from gateway.kinds import profile
from gateway.routing.table import MAX_MODEL_CHARS, RoutingTable
from gateway.wire.endpoint import Call
from gateway.wire.operations import unfit


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who asks, and where to.

    `agents`: every agent claimed or bound. `agent_unclear`: none is, and the caller may be more than one.
    `model_label`: the configured or discovered name that led to the route; never the caller's own string.
    `labels`: what the caller, its configuration and that of who asks label the request.
    """

    route: Route
    agents: frozenset[str]
    agent_unclear: bool
    model_label: str
    labels: frozenset[str] = frozenset()


def resolve(call: Call, table: RoutingTable, *, system_text: str = "", default_agent: str = "") -> Resolution:
    """Who asks and where to. `system_text` is the system prompt, `default_agent` the listener's.

    Raises `AgentNotAllowed`, `RouteNotAllowed`, `ModelNotFound`, or `InvalidRequest` where the route cannot do what
    is asked or a label is unknown. The route never changes which rules apply.
    """
    matched = _matched(table, system_text)
    claimed = call.claimed_agents.union(matched)
    if not claimed and default_agent:
        claimed = frozenset({default_agent})
    for agent in claimed:
        if agent not in table.agents or not grants(call.caller.agents, agent):
            raise AgentNotAllowed(
                "This caller may not act as that agent. See `callers` and `agents` in the configuration."
            )
    agents = claimed or _bound(call.caller, table)
    label, route = _route(call, table, _leading(table, call.claimed_agents, matched, agents))
    _granted(route, call.caller)
    if route.operation is not call.operation:
        raise InvalidRequest(unfit(call.operation), param="model")
    return Resolution(route, agents, not agents, label, _labels(call, table, agents))


def listing(table: RoutingTable, caller: Caller) -> tuple[str, ...]:
    """Model names that `caller` may ask for: routes, aliases that are whole names, discovered models."""
    routes = [name for name in table.routes if grants(caller.routes, name)]
    aliases = [alias.pattern for alias in table.aliases if alias.exact and grants(caller.routes, alias.route)]
    found = [name for name in table.discovered if grants(caller.routes, name)]
    return tuple(dict.fromkeys([*routes, *aliases, *found]))


def known(table: RoutingTable, caller: Caller, model: str) -> Route:
    """The route that `model` names for `caller`, whatever can be done with it.

    Raises `ModelNotFound` or `RouteNotAllowed`.
    """
    _, route = _named(model, table, "")
    return _granted(route, caller)


def grants(grant: frozenset[str], name: str) -> bool:
    """Whether a grant covers `name`; an empty one, or one with `*`, covers all."""
    return not grant or EVERY in grant or name in grant


def _labels(call: Call, table: RoutingTable, agents: frozenset[str]) -> frozenset[str]:
    """All that anybody says: a label more only adds rules. Where it is unclear who asks, those of all who may (law 5)."""
    if not call.labels <= table.labels:
        known = ", ".join(sorted(table.labels))
        raise InvalidRequest(f"There is no such label here. Labels are: {known}. See `labels` in the configuration.")
    own = call.labels.union(call.caller.labels)
    asking = agents or _possible(call.caller, table)
    return own.union(*(agent.labels for agent in table.agents.values() if agent.name in asking))


def label_sources(call: Call, table: RoutingTable, resolution: Resolution) -> dict[str, list[str]]:
    """Who gave each label of `resolution`, in words."""
    who = [
        ("the request (header or `metadata.label`)", call.labels),
        (f"caller {call.caller.name}", call.caller.labels),
    ]
    for agent in table.agents.values():
        if agent.name in resolution.agents:
            who.append((f"agent {agent.name}", agent.labels))
        elif resolution.agent_unclear and agent.name in _possible(call.caller, table):
            who.append((f"agent {agent.name}, which may be asking as none is named", agent.labels))
    return {label: [name for name, gives in who if label in gives] for label in sorted(resolution.labels)}


def _matched(table: RoutingTable, system_text: str) -> tuple[str, ...]:
    """Agents whose words stand in the system prompt, the earliest first.

    A prompt says first who its reader is ("You are a quality controller") and only then whom else it deals with
    ("of the pathologist's report").
    """
    folded = system_text.casefold()
    found: dict[str, int] = {}
    for agent in table.agents.values() if folded else ():
        places = [place for words in agent.system_contains if (place := folded.find(words.casefold())) >= 0]
        if places:
            found[agent.name] = min(places)
    return tuple(sorted(found, key=found.__getitem__))


def _bound(caller: Caller, table: RoutingTable) -> frozenset[str]:
    """A caller granted exactly one agent is that agent, if there is one of that name: otherwise it is unclear who asks.

    A key may outlive its agent, or name one that never was, and rules, the record and metrics know agents that there are.
    """
    return caller.agents if len(caller.agents) == 1 and caller.agents <= table.agents.keys() else frozenset()


def _possible(caller: Caller, table: RoutingTable) -> frozenset[str]:
    """The agents that a caller who names none may be; all of them, if it is granted one that there is not (law 5)."""
    astray = not caller.agents - {EVERY} <= table.agents.keys()
    return frozenset(name for name in table.agents if astray or grants(caller.agents, name))


def _leading(table: RoutingTable, explicit: frozenset[str], matched: tuple[str, ...], otherwise: frozenset[str]) -> str:
    """The route of the agent who asks: one claimed explicitly (of several, the first in the configuration), else the
    one that the system prompt names first, else the one that the caller or the listener is bound to.
    """
    for claim in (_in_order(table, explicit), matched, _in_order(table, otherwise)):
        for name in claim:
            return table.agents[name].route
    return ""


def _in_order(table: RoutingTable, names: frozenset[str]) -> list[str]:
    return [name for name in table.agents if name in names]


def _route(call: Call, table: RoutingTable, agent_route: str) -> tuple[str, Route]:
    """The name that decided and its route: header, model, agent, default."""
    if call.claimed_route:
        if call.claimed_route not in table.routes:
            raise ModelNotFound("There is no such route. `GET /v1/models` lists those there are.")
        return call.claimed_route, table.routes[call.claimed_route]
    suits = agent_route in table.routes and table.routes[agent_route].operation is call.operation
    own = agent_route if suits else ""
    if call.model:
        return _named(call.model, table, own, call.operation)
    name = own or table.default(call.operation)
    # The demonstration model is for whoever asks for nothing in particular; no agent ever falls to it.
    stranded = agent_route and not own and name in table.routes and _is_demonstration(table.routes[name])
    if name not in table.routes or stranded:
        raise InvalidRequest(
            "Name a `model`: there is no default for this. `GET /v1/models` lists them.", param="model"
        )
    return name, table.routes[name]


def _is_demonstration(route: Route) -> bool:
    return any(profile(target.provider.kind).demonstration for target in route.targets)


def _granted(route: Route, caller: Caller) -> Route:
    if not grants(caller.routes, route.name):
        raise RouteNotAllowed("This caller may not use that model. `GET /v1/models` lists those it may.", param="model")
    return route


def _named(model: str, table: RoutingTable, agent_route: str, operation: Operation | None = None) -> tuple[str, Route]:
    if model in table.routes:
        return model, table.routes[model]
    if len(model) <= MAX_MODEL_CHARS:
        alias = table.alias(model)
        found = None if alias is not None and alias.exact else table.found(model)
        if found is not None:  # what a server has under this very name comes before what a pattern makes of it
            name, target = found
            return name, Route(name, (target,), operation) if operation else Route(name, (target,))
        if alias is not None:
            return alias.pattern, table.routes[agent_route if alias.prefer_agent and agent_route else alias.route]
    raise ModelNotFound("There is no such model here. `GET /v1/models` lists those there are.", param="model")
