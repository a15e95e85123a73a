"""The scheduler of one machine: `step(machine, event, now_s)` gives the machine after it and what is to be done.

Its order of things: who left or waited too long goes first; whatever is loaded is served, callers in turn; then, one at a
time, what somebody waits for is loaded, and only what is idle is evicted for it. A busy model is never evicted, nothing
is loaded for somebody who left, and nobody waits longer than `max_wait_s`.

The shape is that of llama-swap's scheduler (join a load under way, serve what is there, queue on a collision), with
memory, fair turns and limits; fair turns are start-time fair queueing (Goyal, Vin, Cheng 1996) with requests of size 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from gateway.scheduling.machine import (
    SMOOTHING,
    Asked,
    Effect,
    Ended,
    Event,
    Known,
    Left,
    Load,
    Loaded,
    LoadFailed,
    Machine,
    Model,
    Passed,
    Phase,
    Refuse,
    Seen,
    Serve,
    Ticket,
    Unload,
    Unloaded,
    Why,
)

MAX_CALLERS: Final = 1000
"""Callers whose turn is remembered; the longest unserved is forgotten first, and starts where the machine stands."""
AGAIN_S: Final = 60.0
"""A pinned model that could not be loaded is tried again after so long; where somebody waits for it, at once."""


def step(machine: Machine, event: Event, now_s: float) -> tuple[Machine, tuple[Effect, ...]]:
    """What `event` at `now_s` makes of `machine`, and what is to be done, in order.

    An event about something that is not there changes nothing: a caller leaves while it is being served.
    """
    machine, effects = _took(machine, event, now_s)
    machine, late = _too_late(machine, now_s)
    effects += late
    machine, served = _serve_all(machine, now_s)
    effects += served
    machine, over = _too_many(machine, event, now_s)
    effects += over
    machine, moved = _make_room(machine, now_s)
    return machine, tuple(effects + moved)


def expected_wait_s(machine: Machine, ticket: Ticket, now_s: float) -> float:
    """About how long `ticket` has to wait from now on, whether it is among those who wait or not yet.

    Those ahead of it at its model, by what answers of that model took, and the load if it is not there; where other
    models have to be loaded before it, those loads too. An estimate, and said to be one wherever it is shown.
    """
    model = machine.models[ticket.model]
    wait_s = _answers_s(machine, ticket)
    if not machine.managed(model) or model.phase is Phase.LOADED:
        return wait_s
    if model.phase is Phase.LOADING:
        return wait_s + max(0.0, model.began_s + model.load_s - now_s)
    others = {one.model for one in before(machine, ticket)} - {ticket.model}
    loads = [machine.models[name] for name in sorted(others) if machine.models[name].phase is not Phase.LOADED]
    return wait_s + model.load_s + sum(other.load_s + other.serve_s for other in loads)


def _answers_s(machine: Machine, ticket: Ticket) -> float:
    """About how long the answers take that come before the one of `ticket`, at its model."""
    model = machine.models[ticket.model]
    if model.slots is None:
        return 0.0
    ahead = sum(one.model == ticket.model for one in before(machine, ticket))
    return max(0.0, (model.running + ahead + 1 - model.slots) / model.slots) * model.serve_s


def next_s(machine: Machine) -> float | None:
    """When time alone changes something: somebody has waited too long, or long enough to get its turn."""
    limits = machine.limits
    soonest = [ticket.since_s + limits.max_wait_s for ticket in machine.waiting]
    soonest += [ticket.since_s + limits.turns_s for ticket in machine.waiting if _is_away(machine, ticket)]
    soonest += [model.failed_s + AGAIN_S for model in _pinned(machine) if model.failed_s is not None]
    return min(soonest, default=None)


# --- taking an event -------------------------------------------------------------------------------------------------


def _took(machine: Machine, event: Event, now_s: float) -> tuple[Machine, list[Effect]]:
    match event:
        case Asked(ticket):
            return _asked(machine, ticket, now_s)
        case Left(number):
            waiting = tuple(ticket for ticket in machine.waiting if ticket.number != number)
            return replace(machine, waiting=waiting), []
        case Ended(number, counts):
            return _ended(machine, number, now_s, counts=counts), []
        case Known(model):
            return _known(machine, model), []
        case Loaded(name):
            return _loaded(machine, name, now_s), []
        case LoadFailed(name):
            return _load_failed(machine, name, now_s)
        case Unloaded(name):
            return _unloaded(machine, name), []
        case Seen(asked, loaded):
            return _seen(machine, asked, loaded), []
        case Passed():
            return machine, []


def _asked(machine: Machine, ticket: Ticket, now_s: float) -> tuple[Machine, list[Effect]]:
    limits, model = machine.limits, machine.models[ticket.model]
    if limits.memory_gb is not None and (model.memory_gb or 0.0) > limits.memory_gb:
        return machine, [Refuse(ticket.number, Why.TOO_LARGE, limits.max_wait_s)]
    # By a guess nobody is refused, and not for a load either: it would never begin, and the next one profits by it.
    if model.answered and _answers_s(machine, ticket) > limits.max_wait_s:
        return machine, [Refuse(ticket.number, Why.WAIT_TOO_LONG, expected_wait_s(machine, ticket, now_s))]
    return replace(machine, waiting=(*machine.waiting, ticket)), []


def _ended(machine: Machine, number: int, now_s: float, *, counts: bool) -> Machine:
    if number not in machine.serving:
        return machine
    serving = dict(machine.serving)
    ticket, began_s = serving.pop(number)
    model = machine.models[ticket.model]
    ended = replace(model, running=model.running - 1, used_s=now_s)
    if counts:
        took_s = now_s - began_s
        ended = replace(ended, serve_s=_smoothed(model.serve_s, took_s) if model.answered else took_s, answered=True)
    return replace(_with(machine, ended), serving=MappingProxyType(serving))


def _known(machine: Machine, model: Model) -> Machine:
    """What is configured comes from `model`, what happened to it stays as it is."""
    old = machine.models.get(model.name)
    if old is None:
        return _with(machine, model)
    return _with(machine, replace(old, slots=model.slots, memory_gb=model.memory_gb, pinned=model.pinned))


def _loaded(machine: Machine, name: str, now_s: float) -> Machine:
    model = machine.models.get(name)
    if model is None or model.phase is not Phase.LOADING:
        return machine
    took_s = now_s - model.began_s
    load_s = _smoothed(model.load_s, took_s)
    return _with(machine, replace(model, phase=Phase.LOADED, used_s=now_s, failed_s=None, load_s=load_s))


def _load_failed(machine: Machine, name: str, now_s: float) -> tuple[Machine, list[Effect]]:
    """Whoever waits for it is told: another target may do, and the next one who asks tries the load again."""
    model = machine.models.get(name)
    if model is None or model.phase is not Phase.LOADING:
        return machine, []
    lost = [ticket for ticket in machine.waiting if ticket.model == name]
    kept = tuple(ticket for ticket in machine.waiting if ticket.model != name)
    refused: list[Effect] = [Refuse(ticket.number, Why.LOAD_FAILED, model.load_s) for ticket in lost]
    machine = _with(machine, replace(model, phase=Phase.AWAY, failed_s=now_s))
    return replace(machine, waiting=kept), refused


def _unloaded(machine: Machine, name: str) -> Machine:
    model = machine.models.get(name)
    gone = model is not None and model.phase is Phase.LEAVING
    return _with(machine, replace(model, phase=Phase.AWAY)) if gone and model else machine


def _seen(machine: Machine, asked: frozenset[str], loaded: frozenset[str]) -> Machine:
    """What the server says, but of what moves, or answers, we know more than it said a moment ago."""
    for name in asked & frozenset(machine.models):
        model = machine.models[name]
        if model.phase in {Phase.LOADING, Phase.LEAVING} or model.running:
            continue
        machine = _with(machine, replace(model, phase=Phase.LOADED if name in loaded else Phase.AWAY))
    return machine


# --- deciding --------------------------------------------------------------------------------------------------------


def _too_late(machine: Machine, now_s: float) -> tuple[Machine, list[Effect]]:
    limit_s = machine.limits.max_wait_s
    late = [ticket for ticket in machine.waiting if now_s - ticket.since_s >= limit_s]
    if not late:
        return machine, []
    effects: list[Effect] = [
        Refuse(ticket.number, Why.WAITED_TOO_LONG, expected_wait_s(machine, ticket, now_s)) for ticket in late
    ]
    gone = {ticket.number for ticket in late}
    return replace(machine, waiting=tuple(one for one in machine.waiting if one.number not in gone)), effects


def _too_many(machine: Machine, event: Event, now_s: float) -> tuple[Machine, list[Effect]]:
    """Whoever came last has to go, if it could not be served at once and the queue is full."""
    if not isinstance(event, Asked) or len(machine.waiting) <= machine.limits.max_queue:
        return machine, []
    last = event.ticket
    if last.urgent:  # it is ahead of all who wait, and so the queue is no longer for any of them than it was
        return machine, []
    kept = tuple(one for one in machine.waiting if one.number != last.number)
    if len(kept) == len(machine.waiting):
        return machine, []
    return replace(machine, waiting=kept), [Refuse(last.number, Why.QUEUE_FULL, expected_wait_s(machine, last, now_s))]


def _serve_all(machine: Machine, now_s: float) -> tuple[Machine, list[Effect]]:
    """Serve whoever can be served, callers in turn."""
    effects: list[Effect] = []
    while True:
        first = _overdue(machine, now_s)
        closing = _closing(machine, first, now_s)
        waiting = _in_turn(machine)
        if (
            first is not None
        ):  # who came earlier is served all the same, or two models would take turns and serve nobody
            waiting = [one for one in waiting if one.model not in closing or _rank(one) < _rank(first)]
        ticket = next((one for one in waiting if _servable(machine, one)), None)
        if ticket is None:
            return machine, effects
        machine = _serve(machine, ticket, now_s)
        effects.append(Serve(ticket.number))


def _servable(machine: Machine, ticket: Ticket) -> bool:
    model = machine.models[ticket.model]
    return model.free and (model.phase is Phase.LOADED or not machine.managed(model))


def _serve(machine: Machine, ticket: Ticket, now_s: float) -> Machine:
    model = machine.models[ticket.model]
    machine = _with(machine, replace(model, running=model.running + 1, used_s=now_s))
    begins = max(machine.turns.get(ticket.caller, 0), machine.turn)
    turns = {name: at for name, at in machine.turns.items() if name != ticket.caller}
    turns[ticket.caller] = begins + 1
    if len(turns) > MAX_CALLERS:
        del turns[next(iter(turns))]
    return replace(
        machine,
        waiting=tuple(one for one in machine.waiting if one.number != ticket.number),
        serving=MappingProxyType({**machine.serving, ticket.number: (ticket, now_s)}),
        turns=MappingProxyType(turns),
        turn=begins,
    )


def _make_room(machine: Machine, now_s: float) -> tuple[Machine, list[Effect]]:
    """Load what the first in turn waits for, if it fits by now; else evict what is idle, if that makes it fit.

    One at a time: while a model is on its way, in or out, nothing else moves. Once somebody has waited for its turn,
    nothing else is loaded before.
    """
    if any(model.phase in {Phase.LOADING, Phase.LEAVING} for model in machine.models.values()):
        return machine, []
    overdue = _overdue(machine, now_s)
    for model in [machine.models[overdue.model]] if overdue else _wanted(machine, now_s):
        victims = _victims(machine, model, now_s, busy=False)
        if victims is None:
            continue
        if not victims:
            return _with(machine, replace(model, phase=Phase.LOADING, began_s=now_s)), [Load(model.name)]
        for victim in victims:
            machine = _with(machine, replace(victim, phase=Phase.LEAVING))
        return machine, [Unload(victim.name) for victim in victims]
    return machine, []


def _wanted(machine: Machine, now_s: float) -> Iterator[Model]:
    """Models that are to be loaded, in order: those that somebody waits for, then the pinned ones."""
    for ticket in sorted(machine.waiting, key=lambda one: (not one.urgent, one.batch, *_age(one))):
        if _is_away(machine, ticket):
            yield machine.models[ticket.model]
    for model in _pinned(machine):
        if model.failed_s is None or now_s - model.failed_s >= AGAIN_S:
            yield model


def _pinned(machine: Machine) -> list[Model]:
    """Pinned models that are not there."""
    models = machine.models.values()
    return [model for model in models if model.pinned and model.phase is Phase.AWAY and machine.managed(model)]


def _overdue(machine: Machine, now_s: float) -> Ticket | None:
    """Who is next for a model that is not there: whoever is urgent, or has waited longest, if longer than for a turn."""
    late = [
        ticket
        for ticket in machine.waiting
        if (ticket.urgent or now_s - ticket.since_s >= machine.limits.turns_s) and _is_away(machine, ticket)
    ]
    return min(late, key=_rank, default=None)


def _rank(ticket: Ticket) -> tuple[bool, float, int]:
    """Orders tickets, the urgent first, then the oldest."""
    return not ticket.urgent, ticket.since_s, ticket.number


def _age(ticket: Ticket) -> tuple[float, int]:
    """Orders tickets, the oldest first."""
    return ticket.since_s, ticket.number


def _closing(machine: Machine, first: Ticket | None, now_s: float) -> frozenset[str]:
    """Models whose memory is for the one that `first` has waited for long enough."""
    if first is None:
        return frozenset()
    victims = _victims(machine, machine.models[first.model], now_s, busy=True)
    return frozenset(victim.name for victim in victims or ())


def _victims(machine: Machine, model: Model, now_s: float, *, busy: bool) -> tuple[Model, ...] | None:
    """What has to leave so that `model` fits: nothing if it fits, None if it cannot be made to.

    Of what may leave, that goes first which costs least to have back (`load_s`) for the time nobody wanted it. With
    `busy`, also what answers somebody, after all that does not.
    """
    limit_gb = machine.limits.memory_gb
    if limit_gb is None:
        return ()
    missing_gb = machine.used_gb + (model.memory_gb or 0.0) - limit_gb
    if missing_gb <= 0:
        return ()
    may = [
        one
        for one in machine.models.values()
        if machine.managed(one) and (one.idle or (busy and one.phase is Phase.LOADED and not one.pinned))
    ]
    may.sort(key=lambda one: (one.running > 0, one.load_s / (now_s - one.used_s + 1.0), one.name))
    chosen: list[Model] = []
    for one in may:
        if missing_gb <= 0:
            break
        chosen.append(one)
        missing_gb -= one.memory_gb or 0.0
    if missing_gb > 0:
        return None
    for one in sorted(chosen, key=lambda kept: -kept.load_s):  # what need not leave after all stays
        if missing_gb + (one.memory_gb or 0.0) <= 0:
            chosen.remove(one)
            missing_gb += one.memory_gb or 0.0
    return tuple(chosen)


def _in_turn(machine: Machine) -> list[Ticket]:
    """Who waits, in the order in which they are served: the urgent, realtime, batch; then the caller served least, then age.

    Each further request of a caller stands one turn behind its last.
    """
    ahead: dict[tuple[int, str], int] = {}
    keyed: list[tuple[int, int, float, int, Ticket]] = []
    for ticket in sorted(machine.waiting, key=_age):
        room = -1 if ticket.urgent else int(ticket.batch)
        behind = ahead.get((room, ticket.caller), 0)
        ahead[room, ticket.caller] = behind + 1
        begins = max(machine.turns.get(ticket.caller, 0), machine.turn)
        keyed.append((room, begins + behind, ticket.since_s, ticket.number, ticket))
    return [key[-1] for key in sorted(keyed, key=lambda key: key[:-1])]


def before(machine: Machine, ticket: Ticket) -> Iterator[Ticket]:
    """Who is served before `ticket`; before one that does not wait yet, all who wait but those it would overtake."""
    known = any(one.number == ticket.number for one in machine.waiting)
    joined = machine if known else replace(machine, waiting=(*machine.waiting, ticket))
    for one in _in_turn(joined):
        if one.number == ticket.number:
            return
        yield one


def _is_away(machine: Machine, ticket: Ticket) -> bool:
    model = machine.models[ticket.model]
    return machine.managed(model) and model.phase is Phase.AWAY


def _with(machine: Machine, model: Model) -> Machine:
    models: Mapping[str, Model] = MappingProxyType({**machine.models, model.name: model})
    return replace(machine, models=models)


def _smoothed(before: float, last: float) -> float:
    return before + SMOOTHING * (last - before)
