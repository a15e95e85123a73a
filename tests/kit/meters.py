"""A machine of counters: files as Linux shows them, libraries as vendors make them, a clock that is moved by hand."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from gateway.domain import Adapter, Provider, ProviderKind, Target, Trait
from gateway.events import MeterKind
from gateway.meters.sampler import Sampler
from gateway.testing import RecordingSink

HERE = "workstation"


def powercap(root, zones):
    """A tree of RAPL under `root`: by folder the name of the zone, its counter and the range of that."""
    for folder, (name, energy_uj, range_uj) in zones.items():
        zone = root / folder
        zone.mkdir(parents=True, exist_ok=True)
        for file, value in (("name", name), ("energy_uj", energy_uj), ("max_energy_range_uj", range_uj)):
            (zone / file).write_text(f"{value}\n")
    return root


@dataclass
class Counter:
    """A meter whose joules are set by hand; a `problem` is raised instead."""

    of: str = "1 counter"
    value: float = 0.0
    problem: Exception | None = None

    def joules(self):
        if self.problem is not None:
            raise self.problem
        return self.value


class Steady:
    """The counter of a machine that takes 200 W, whatever it does."""

    of = "a machine"

    def joules(self):
        return 200 * time.perf_counter()


@dataclass
class Machine:
    """A machine with one counter, and a sampler that reads it."""

    idle_w: float | None = None
    counter: Counter = field(default_factory=Counter)
    sink: RecordingSink = field(default_factory=RecordingSink)
    now_s: float = 1000.0

    def __post_init__(self):
        self.sampler = Sampler(
            machine=HERE,
            found={MeterKind.RAPL: lambda: self.counter},
            idle_w=self.idle_w,
            events=self.sink,
            clock=lambda: self.now_s,
        )
        self.sampler.read()

    def goes_on(self, seconds, *, watts):
        """So many seconds pass, at so many watts."""
        self.now_s += seconds
        self.counter.value += watts * seconds

    def rests(self, times=5, *, watts):
        """The machine has nothing to do for `times` readings."""
        for _ in range(times):
            self.goes_on(1.0, watts=watts)
            self.sampler.read()


def target(*, machine=HERE, on_prem=True):
    traits = frozenset({Trait.ON_PREM} if on_prem else ())
    provider = Provider(name="p", kind=ProviderKind.OLLAMA, adapter=Adapter.DIRECT, traits=traits, machine=machine)
    return Target(name="t", provider=provider, model="m")
