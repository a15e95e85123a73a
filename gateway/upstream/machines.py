"""The machines that run models: who waits for a slot there, and what is loaded; carries out what the scheduler decides.

`scheduling/reducer.py` decides, this module keeps the clock, the futures of those who wait, and asks the servers to load
and to unload. A target without `slots` and without a known memory passes through untouched: its server queues as it likes.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from gateway.domain import Provider, Target
from gateway.errors import ModelLoading, QueueFull
from gateway.events import AttemptResult, EventSink, ModelLoaded, QueueChanged, QueueWaited
from gateway.kinds import profile
from gateway.scheduling.machine import (
    Asked,
    Ended,
    Event,
    Known,
    Left,
    Limits,
    Load,
    Loaded,
    LoadFailed,
    Machine,
    Model,
    Phase,
    Refuse,
    Seen,
    Serve,
    Ticket,
    Unload,
    Unloaded,
    Why,
)
from gateway.scheduling.machine import Passed as TimePassed
from gateway.scheduling.reducer import before, expected_wait_s, next_s, step
from gateway.upstream import memory
from gateway.upstream.faults import MAX_RETRY_AFTER_S
from gateway.upstream.port import AttemptFailed
from gateway.upstream.questions import Questions, Unanswered

SEEN_S: Final = 40.0
"""How long counts what a server said of its memory: it is asked every 15 s."""


@dataclass(slots=True)
class Slot:
    """The right to send one request now. Give it back, once; a second time does nothing."""

    _machine: _Running | None = None
    _number: int = 0

    def release(self, *, counts: bool = True) -> None:
        """The answer is over; `counts` if it came to its end, so that it says how long answers take."""
        machine, self._machine = self._machine, None
        if machine is not None:
            machine.tell(Ended(self._number, counts=counts))


@dataclass(frozen=True, slots=True)
class Turn:
    """Where somebody stands who waits, 1 for the next one, and about how many seconds that takes."""

    place: int
    wait_s: float


FREE: Final = Slot()
"""The slot of a target that nobody waits for."""


@dataclass(slots=True)
class _Running:
    """One machine: its state, those who wait, and what is under way."""

    name: str
    state: Machine
    order: Callable[[_Running, Load | Unload], None]
    events: EventSink
    clock: Callable[[], float]
    waiting: dict[int, asyncio.Future[None]] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    """One target of each of its models: whom to ask, and by which name."""
    timer: asyncio.TimerHandle | None = None

    def tell(self, event: Event) -> None:
        """Let something happen, and do what follows from it."""
        self.state, effects = step(self.state, event, self.clock())
        for effect in effects:
            match effect:
                case Serve(number):
                    self._answer(number, None)
                case Refuse(number, why, wait_s):
                    self._answer(number, _Refused(why, wait_s))
                case Load() | Unload():
                    self.order(self, effect)
        self.events.emit(QueueChanged(machine=self.name, waiting=len(self.state.waiting)))
        self._arm()

    def _answer(self, number: int, refused: _Refused | None) -> None:
        future = self.waiting.pop(number)
        if future.done():
            return  # cancelled in this very moment: whoever waited gives its slot back itself
        if refused is None:
            future.set_result(None)
        else:
            future.set_exception(refused)

    def _arm(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        at_s = next_s(self.state)
        if at_s is not None:
            delay_s = max(at_s - self.clock(), 0.001)  # what was due and led to nothing waits for an event
            self.timer = asyncio.get_running_loop().call_later(delay_s, self.tell, TimePassed())


class _Refused(Exception):
    def __init__(self, why: Why, wait_s: float) -> None:
        super().__init__(why.value)
        self.why = why
        self.wait_s = wait_s


class Machines:
    """All machines of the configuration; one for a gateway. `limits` are asked anew each time, by a machine's name."""

    def __init__(
        self,
        *,
        limits: Callable[[], Mapping[str, Limits]],
        questions: Questions,
        events: EventSink,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._questions = questions
        self._events = events
        self._clock = clock
        self._numbers = count(1)
        self._machines: dict[str, _Running] = {}
        self._working: set[asyncio.Task[None]] = set()
        self._places: dict[str, tuple[_Running, Ticket]] = {}
        self._seen: dict[tuple[str, str], tuple[float, frozenset[str]]] = {}

    def place(self, request_id: str) -> Turn | None:
        """Where the request stands that waits by this id; None if none does."""
        machine, ticket = self._places.get(request_id, (None, None))
        if machine is None or ticket is None:
            return None
        ahead = sum(1 for _ in before(machine.state, ticket))
        return Turn(ahead + 1, expected_wait_s(machine.state, ticket, self._clock()))

    @staticmethod
    def passes(target: Target) -> bool:
        """Whether `take` has nobody wait: nothing is known of the target that could be used up."""
        return not _scheduled(target)

    async def take(
        self, target: Target, *, caller: str, batch: bool = False, urgent: bool = False, request_id: str = ""
    ) -> Slot:
        """Wait for a slot at the target's machine; `place` tells where the request of `request_id` stands meanwhile.

        Raises:
            AttemptFailed: its queue is full, the wait would be or was too long, or the model could not be loaded.
        """
        if self.passes(target):
            return FREE
        machine = self._known(target)
        ticket = Ticket(
            number=next(self._numbers),
            model=_model_name(target),
            caller=caller,
            since_s=self._clock(),
            batch=batch,
            urgent=urgent,
        )
        future = machine.waiting[ticket.number] = asyncio.get_running_loop().create_future()
        if request_id:
            self._places[request_id] = machine, ticket
        machine.tell(Asked(ticket))
        try:
            await future
        except asyncio.CancelledError:
            machine.waiting.pop(ticket.number, None)
            if future.done() and not future.cancelled():
                future.exception()  # seen: it was refused in the very moment in which it went away
            machine.tell(Left(ticket.number))
            machine.tell(Ended(ticket.number, counts=False))  # where it was served in this very moment
            raise
        except _Refused as refused:
            raise _failure(target, refused, waiting=len(machine.state.waiting)) from None
        finally:
            self._places.pop(request_id, None)
        self._events.emit(QueueWaited(target=target.name, duration_s=self._clock() - ticket.since_s))
        return Slot(machine, ticket.number)

    async def warm(self, target: Target, *, caller: str) -> bool:
        """Have the model of a target in memory, in its turn where others wait for that memory; whether it is there now.

        Raises:
            AttemptFailed: its turn did not come, or would not.
        """
        if not can_be_told(target):
            return False
        if _memory_gb(target) is not None:
            slot = await self.take(target, caller=caller, batch=True)
            slot.release(counts=False)
            return True
        there, began_s = False, self._clock()
        with contextlib.suppress(Unanswered, TimeoutError):
            there = await memory.load(self._questions, target)
        took_s, provider = self._clock() - began_s, target.provider.name
        self._events.emit(ModelLoaded(provider=provider, target=target.name, ok=there, duration_s=took_s))
        return there

    def states(self) -> Mapping[str, Machine]:
        """Each machine as it is now, by its name."""
        return {name: running.state for name, running in self._machines.items()}

    def configure(self, targets: Iterable[Target]) -> None:
        """Know all that are configured, and load those that are pinned.

        A model that is not among them any more is pinned no longer.
        """
        scheduled = [target for target in targets if _scheduled(target) and not target.provider.off]
        for target in scheduled:
            self._known(target)
        named = {_model_name(target) for target in scheduled}
        for machine in self._machines.values():
            for model in machine.state.models.values():
                if model.pinned and model.name not in named:
                    machine.tell(Known(replace(model, pinned=False)))

    async def look(self, provider: Provider, targets: Iterable[Target]) -> None:
        """Ask a server on the premises which models are in memory, and remember it, of those too that it loads as it likes."""
        asked_of = [target for target in targets if target.provider == provider and can_be_told(target)]
        if not asked_of:
            return
        try:
            there = await memory.in_memory(self._questions, provider)
        except Unanswered:
            return
        if there is None:
            return
        self._seen[provider.name, provider.base_url] = self._clock(), there
        mine = [target for target in asked_of if _scheduled(target)]
        if not mine:
            return
        asked = frozenset(_model_name(target) for target in mine)
        loaded = frozenset(_model_name(target) for target in mine if target.model in there)
        self._machines[provider.machine_name].tell(Seen(asked, loaded))

    def load_s(self, targets: Iterable[Target]) -> Mapping[str, float]:
        """How long those of `targets` take to load that are not in memory, as far as their servers said of late; by name."""
        return {target.name: takes_s for target in targets if (takes_s := self._load_s(target))}

    def _load_s(self, target: Target) -> float:
        at_s, there = self._seen.get((target.provider.name, target.provider.base_url), (float("-inf"), frozenset()))
        machine = self._machines.get(target.provider.machine_name)
        model = machine.state.models.get(_model_name(target)) if machine else None
        if model is not None and machine is not None and machine.state.managed(model):
            return 0.0 if model.phase is Phase.LOADED else model.load_s
        if self._clock() - at_s > SEEN_S or {target.model, f"{target.model}:latest"} & there:
            return 0.0
        return model.load_s if model is not None else Model(name="").load_s

    async def aclose(self) -> None:
        """Stop loading and waiting."""
        for machine in self._machines.values():
            if machine.timer is not None:
                machine.timer.cancel()
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)

    # --- one machine -------------------------------------------------------------------------------------------------

    def _known(self, target: Target) -> _Running:
        """The machine of a target, which knows its model as it is configured now."""
        name = target.provider.machine_name
        limits = self._limits().get(name, Limits())
        machine = self._machines.get(name)
        if machine is None:
            machine = self._machines[name] = _Running(
                name, Machine(limits=limits), self._order, self._events, self._clock
            )
        if machine.state.limits != limits:
            machine.state = replace(machine.state, limits=limits)
        model = _model(target)
        machine.targets[model.name] = (
            target  # as it is configured now: a reload may have given its server another address
        )
        known = machine.state.models.get(model.name)
        if known is None or (known.slots, known.memory_gb, known.pinned) != (
            model.slots,
            model.memory_gb,
            model.pinned,
        ):
            machine.tell(Known(model))
        return machine

    def _order(self, machine: _Running, effect: Load | Unload) -> None:
        work = self._load if isinstance(effect, Load) else self._unload
        task = asyncio.create_task(work(machine, effect.model))
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _load(self, machine: _Running, name: str) -> None:
        target = machine.targets[name]
        began_s = self._clock()
        there = False
        with contextlib.suppress(Unanswered, TimeoutError):
            there = await memory.load(self._questions, target)
        took_s, provider = self._clock() - began_s, target.provider.name
        self._events.emit(ModelLoaded(provider=provider, target=target.name, ok=there, duration_s=took_s))
        machine.tell(Loaded(name) if there else LoadFailed(name))

    async def _unload(self, machine: _Running, name: str) -> None:
        """What the server says to it is not waited for long: a look at its memory tells what became of it."""
        with contextlib.suppress(Unanswered):
            await memory.unload(self._questions, machine.targets[name])
        machine.tell(Unloaded(name))


def _slots(target: Target) -> int | None:
    return target.slots or profile(target.provider.kind).slots


def _memory_gb(target: Target) -> float | None:
    """What the model takes, where its server can be told to load and unload it: on the premises only."""
    return target.memory_gb if can_be_told(target) else None


def can_be_told(target: Target) -> bool:
    """Whether its server can be told to load the model."""
    return target.provider.at_home and profile(target.provider.kind).loading is not None


def _scheduled(target: Target) -> bool:
    return _slots(target) is not None or _memory_gb(target) is not None


def _model_name(target: Target) -> str:
    """Two targets of one model at one server wait in one queue."""
    return f"{target.provider.name}/{target.model}"


def _model(target: Target) -> Model:
    return Model(
        name=_model_name(target),
        slots=_slots(target),
        memory_gb=_memory_gb(target),
        pinned=target.preload and can_be_told(target),
    )


_RESULTS: Final = {
    Why.QUEUE_FULL: AttemptResult.QUEUE_FULL,
    Why.WAIT_TOO_LONG: AttemptResult.WAITED_TOO_LONG,
    Why.WAITED_TOO_LONG: AttemptResult.WAITED_TOO_LONG,
    Why.LOAD_FAILED: AttemptResult.NOT_LOADED,
    Why.TOO_LARGE: AttemptResult.NOT_LOADED,
}


def _failure(target: Target, refused: _Refused, *, waiting: int) -> AttemptFailed:
    about = f"about {max(math.ceil(refused.wait_s), 1)} s"
    match refused.why:
        case Why.QUEUE_FULL:
            text = f"Target {target.name} has its queue full: {waiting} wait. Its turn would come in {about}."
        case Why.WAIT_TOO_LONG:
            text = (
                f"Target {target.name} is busy: its turn would come in {about}, which is longer than anybody may wait."
            )
        case Why.WAITED_TOO_LONG:
            text = f"Target {target.name} was busy for as long as anybody may wait. Its turn would come in {about}."
        case Why.LOAD_FAILED:
            text = f"The model of target {target.name} could not be loaded. Look at what its server says."
        case Why.TOO_LARGE:
            text = f"The model of target {target.name} needs more memory than its machine has, by the configuration."
    loading = refused.why in {Why.LOAD_FAILED, Why.TOO_LARGE}
    error = ModelLoading(text) if loading else QueueFull(text)
    error.retry_after_s = min(max(math.ceil(refused.wait_s), 1), MAX_RETRY_AFTER_S)
    return AttemptFailed(error, result=_RESULTS[refused.why], reached=False)
