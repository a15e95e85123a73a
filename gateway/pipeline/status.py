"""What a running gateway is like at this moment: who answers, which routes can, who waits, what ends; it changes nothing.

Everything in it is a name or a number of the configuration, or a word of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.config import Settings
from gateway.domain import JSON, Facts, Provider, Route, Target, Tree
from gateway.events import Cause
from gateway.kinds import profile
from gateway.pipeline.judge import forwarding
from gateway.pipeline.refusal import start_hint
from gateway.policy.decide import decide
from gateway.ports import Probed
from gateway.upstream.probe import is_asked

_TO_MEND: Final = {
    401: "give the provider another `api_key`",
    402: "its account is used up",
    403: "its key may not use this model",
}


class State(StrEnum):
    """Whether a target would be asked now."""

    READY = "ready"
    OFF = "off"  # its provider is switched off
    DOWN = "down"  # its server did not answer when it was last asked
    LEFT_ALONE = "left alone"  # it failed too often of late
    KEY_REFUSED = "key refused"  # its provider does not take our key, or the account is used up
    UNRECORDED = "unrecorded"  # the record cannot be written, and so nothing may go there
    UNCOUNTED = "uncounted"  # what counts for all replicas is away, and so nothing with a budget may go there
    KEPT_BACK = "kept back"  # no rule lets even a request without any finding go there


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of servers and targets now. `failing` says for how many seconds a target is left alone, `loaded` of which
    targets it is known whether their model is in memory, `key_refused` with which status our key was refused at last,
    `record` whether the record can be written, `uncounted` of which routes nobody counts what their requests take.
    """

    health: Mapping[str, Probed] = field(default_factory=dict)
    failing: Mapping[str, float] = field(default_factory=dict)
    key_refused: Mapping[str, int] = field(default_factory=dict)
    record: bool = True
    loaded: Mapping[str, bool] = field(default_factory=dict)
    demonstration_problem: str = ""
    forwards: Callable[[Target], bool] = lambda _target: False
    uncounted: Callable[[str], bool] = lambda _route: False


@dataclass(frozen=True, slots=True)
class TargetNow:
    """One target; `why` says what to do where it is not ready. `loaded` None: its server does not say."""

    target: Target
    state: State
    why: str = ""
    loaded: bool | None = None

    def tree(self) -> Tree:
        return {
            "provider": self.target.provider.name,
            "model": self.target.model,
            "state": self.state.value,
            "why": self.why,
            "loaded": self.loaded,
        }


@dataclass(frozen=True, slots=True)
class RouteNow:
    """One route, and its targets in its order."""

    route: Route
    targets: tuple[TargetNow, ...]

    @property
    def ready(self) -> tuple[str, ...]:
        """Targets that would be asked now."""
        return tuple(one.target.name for one in self.targets if one.state is State.READY)

    def tree(self) -> Tree:
        why: list[JSON] = [f"{one.target.name}: {one.why}" for one in self.targets if one.why]
        return {
            "operation": self.route.operation.value,
            "answers": bool(self.ready),
            "by": list[JSON](self.ready),
            "why_not": why,
        }


@dataclass(frozen=True, slots=True)
class MachineNow:
    """Who waits at a machine and who is served, and its memory in GB where that is known."""

    waiting: int
    serving: int
    used_gb: float
    memory_gb: float | None

    def tree(self) -> Tree:
        return {
            "waiting": self.waiting,
            "serving": self.serving,
            "used_gb": self.used_gb,
            "memory_gb": self.memory_gb,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the last reading of the configuration ended, and when (UTC, seconds)."""

    result: str
    at_s: float
    problems: int = 0

    def tree(self) -> Tree:
        return {"result": self.result, "at": _moment(self.at_s), "problems": self.problems}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All of it, at one moment. `energy` is how the energy of this machine is measured, `left` what is left of budgets
    and limits, `notes` what somebody should know.
    """

    version: str
    up_s: float
    ready: bool
    settings: Settings
    day: date
    known: Known
    routes: Mapping[str, RouteNow]
    targets: Mapping[str, TargetNow]
    machines: Mapping[str, MachineNow]
    record: bool
    reading: Reading
    energy: Tree = field(default_factory=dict)
    left: Sequence[Tree] = ()
    notes: Sequence[str] = ()

    def tree(self) -> Tree:
        """The whole as JSON."""
        settings = self.settings
        return {
            "ready": self.ready,
            "version": self.version,
            "up_s": round(self.up_s, 3),
            "config": settings.hash,
            "policy": settings.policy.hash,
            "last_reading": self.reading.tree(),
            "record": {"can_be_written": self.record},
            "providers": {name: self._provider(one) for name, one in settings.providers.items()},
            "targets": {name: one.tree() for name, one in self.targets.items()},
            "routes": {name: one.tree() for name, one in self.routes.items()},
            "machines": {name: one.tree() for name, one in self.machines.items()},
            "energy": self.energy,
            "left": list[JSON](self.left),
            "notes": list[JSON](self.notes),
        }

    def _provider(self, provider: Provider) -> Tree:
        health = self.known.health.get(provider.name)
        days = self.settings.baa_days(self.day).get(provider.name)
        return {
            "kind": provider.kind.value,
            "on_prem": provider.on_prem,
            "off": provider.off,
            "up": health.up if health and is_asked(provider) else None,
            "said": _state_of(provider, self.known)[1] or _answers(provider, self.known),
            "models": list[JSON](health.models) if health else [],
            "baa_days_left": days,
            "baa_last_day": None if days is None else (self.day + timedelta(days - 1)).isoformat(),
        }


def seen(settings: Settings, known: Known, *, day: date) -> tuple[dict[str, TargetNow], dict[str, RouteNow]]:
    """Each target and each route as they are now."""
    made = {name: route_now(route, settings, known, day=day) for name, route in settings.table.routes.items()}
    targets: dict[str, TargetNow] = {}
    for route in made.values():
        targets |= {one.target.name: one for one in route.targets if one.target.name not in targets}
    return targets, made


def route_now(route: Route, settings: Settings, known: Known, *, day: date) -> RouteNow:
    """One route, and its targets as they are now."""
    return RouteNow(route, tuple(_target(one, route, settings, known, day=day) for one in route.targets))


def _target(target: Target, route: Route, settings: Settings, known: Known, *, day: date) -> TargetNow:
    state, why = _state_of(target.provider, known, model=target.model)
    wait_s = known.failing.get(target.name)
    if state is State.READY and wait_s is not None:
        state, why = State.LEFT_ALONE, f"it failed too often of late, and is left alone for {max(wait_s, 1):.0f} s more"
    aimed = forwarding(target) if known.forwards(target) else target
    if state is State.READY and target.name in known.key_refused:
        told = known.key_refused[target.name]
        state, why = State.KEY_REFUSED, f"its provider answered {told} when it was last asked: {_TO_MEND[told]}"
    if state is State.READY and not aimed.provider.on_prem and not known.record:
        state, why = State.UNRECORDED, "the record cannot be written, so nothing may leave the premises"
    if state is State.READY and not aimed.provider.on_prem and known.uncounted(route.name):
        state, why = (
            State.UNCOUNTED,
            "the server that `shared.redis` names does not count, so nothing with a budget may leave",
        )
    if state is State.READY and not aimed.provider.on_prem:
        facts = Facts(caller="", route=route.name, detectors=settings.detectors)
        refusals = decide(facts, [aimed], settings.policy, today=day).refusals
        if refusals:
            state, why = State.KEPT_BACK, refusals[0].why
    return TargetNow(target, state, why, known.loaded.get(target.name))


def _state_of(provider: Provider, known: Known, model: str = "MODEL") -> tuple[State, str]:
    """Whether the server of a provider would be asked, and else why not."""
    if provider.off:
        return State.OFF, f"off: {provider.off}"
    if profile(provider.kind).demonstration and known.demonstration_problem:
        return State.DOWN, known.demonstration_problem
    health = known.health.get(provider.name)
    if is_asked(provider) and health is not None and not health.up:
        return State.DOWN, f"{_heard(health.cause)} at {provider.base_url}: {start_hint(provider, model)}"
    return State.READY, ""


def _heard(cause: Cause | None) -> str:
    """What came in place of a list of models."""
    if cause is Cause.KEY_REFUSED:
        return "a server that wants another `api_key` than the configured one"
    if cause is Cause.BAD_REPLY:
        return "an answer that is no list of models, perhaps another program's,"
    if cause is Cause.CONNECT_TIMEOUT:
        return "silence of whatever takes connections"
    return "no answer" if cause in {None, Cause.REFUSED} else f"no answer ({cause})"


def _answers(provider: Provider, known: Known) -> str:
    health = known.health.get(provider.name)
    if not is_asked(provider):
        return "used where a policy permits" if not provider.on_prem else "ready"
    if health is None:
        return "not asked yet"
    return f"answers, with {len(health.models)} model{'' if len(health.models) == 1 else 's'}"


def _moment(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
