"""A machine that runs models, as frozen values: its models, who waits, what can happen to it and what is to be done.

Every time is in seconds of one monotonic clock, which the caller reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

# --- what there is ---------------------------------------------------------------------------------------------------


class Phase(StrEnum):
    """Where a model is."""

    AWAY = "away"  # on disk at most: it has to be loaded first
    LOADING = "loading"
    LOADED = "loaded"
    LEAVING = "leaving"  # it is being unloaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model of a machine.

    `slots`: how many requests it answers at once; None if nobody says, and then it never makes anybody wait.
    `memory_gb` None: nobody says what it takes, so that its server loads it as it likes, unless it is pinned.
    `pinned`: it is loaded before anybody asks, and never evicted. `load_s` and `serve_s` are what a load and an answer
    took, smoothed; until `answered` once, `serve_s` is a guess.
    """

    name: str
    slots: int | None = None
    memory_gb: float | None = None
    pinned: bool = False
    phase: Phase = Phase.AWAY
    running: int = 0
    used_s: float = 0.0
    began_s: float = 0.0  # its load
    failed_s: float | None = None  # its last load that did not succeed
    load_s: float = 30.0
    serve_s: float = 5.0
    answered: bool = False

    @property
    def free(self) -> bool:
        """Whether it could take one more, were it loaded."""
        return self.slots is None or self.running < self.slots

    @property
    def idle(self) -> bool:
        """Whether it may be evicted."""
        return self.phase is Phase.LOADED and not self.running and not self.pinned


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Somebody who wants an answer of `model`. `batch`: everybody else goes first; `urgent`: nobody who waits does."""

    number: int
    model: str
    caller: str
    since_s: float
    batch: bool = False
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a machine can bear.

    `memory_gb` None: nobody says, so that nothing is loaded or evicted by us. `max_queue` counts those who wait;
    `max_wait_s` is how long one may. A model that is not loaded gets its turn at the latest when somebody has waited
    for it for `turn_s`: from then on, models that stand in its way serve nobody who came later. Less than what a load
    takes would make them change places for ever (`python -m bench.machine`).
    """

    memory_gb: float | None = None
    max_queue: int = 100
    max_wait_s: float = 300.0
    turn_s: float = 60.0

    @property
    def turns_s(self) -> float:
        """`turn_s`, or less where nobody may wait that long: a turn that comes after the end of the wait is none."""
        return min(self.turn_s, self.max_wait_s / 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The state: what `reducer.step` turns into the next one.

    `turns` is the virtual time at which each caller was last served (start-time fair queueing), `turn` that of the
    machine.
    """

    limits: Limits = field(default_factory=Limits)
    models: Mapping[str, Model] = field(default_factory=lambda: MappingProxyType({}))
    waiting: tuple[Ticket, ...] = ()
    serving: Mapping[int, tuple[Ticket, float]] = field(default_factory=lambda: MappingProxyType({}))
    turns: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    turn: int = 0

    def managed(self, model: Model) -> bool:
        """Whether it is for us to load it, and to evict it if it is not pinned; else its server does as it likes."""
        return model.pinned or (self.limits.memory_gb is not None and model.memory_gb is not None)

    @property
    def used_gb(self) -> float:
        """Memory of all models that are loaded or on their way in or out."""
        return sum(model.memory_gb or 0.0 for model in self.models.values() if model.phase is not Phase.AWAY)


# --- what happens ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """A model is configured, or configured anew."""

    model: Model


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody wants an answer."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who waited went away."""

    number: int


@dataclass(frozen=True, slots=True)
class Ended:
    """An answer is over. `counts` says whether its duration tells how long answers take: not if it was broken off."""

    number: int
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    """A load succeeded."""

    model: str


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """A load did not succeed."""

    model: str


@dataclass(frozen=True, slots=True)
class Unloaded:
    """A model left the memory."""

    model: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The server says which of `asked` are in memory: somebody else may have loaded or unloaded them."""

    asked: frozenset[str]
    loaded: frozenset[str]


@dataclass(frozen=True, slots=True)
class Passed:
    """Nothing but time."""


Event: TypeAlias = Known | Asked | Left | Ended | Loaded | LoadFailed | Unloaded | Seen | Passed


# --- what is to be done ----------------------------------------------------------------------------------------------


class Why(StrEnum):
    """Why somebody is not served."""

    QUEUE_FULL = "queue_full"
    WAIT_TOO_LONG = "wait_too_long"  # it would have to wait longer than anybody may
    WAITED_TOO_LONG = "waited_too_long"
    LOAD_FAILED = "load_failed"
    TOO_LARGE = "too_large"  # the model does not fit into the machine's memory


@dataclass(frozen=True, slots=True)
class Serve:
    """Send the request now."""

    number: int


@dataclass(frozen=True, slots=True)
class Refuse:
    """Tell whoever waits that it will not be served; `wait_s` is when it would be its turn."""

    number: int
    why: Why
    wait_s: float


@dataclass(frozen=True, slots=True)
class Load:
    """Load a model; `Loaded` or `LoadFailed` has to follow."""

    model: str


@dataclass(frozen=True, slots=True)
class Unload:
    """Evict a model; `Unloaded` has to follow."""

    model: str


Effect: TypeAlias = Serve | Refuse | Load | Unload

SMOOTHING: Final = 0.3
"""How much the last duration counts beside those before."""
