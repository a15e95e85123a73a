"""The scheduler of a machine: tables for what it decides, a state machine for what it never does."""

from __future__ import annotations

from collections import Counter
from itertools import count
from types import MappingProxyType

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.scheduling.machine import (
    Asked,
    Ended,
    Known,
    Left,
    Limits,
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
from gateway.scheduling.reducer import AGAIN_S, expected_wait_s, next_s, step

MAC = Limits(memory_gb=36, max_queue=6, max_wait_s=300, turn_s=20)


def machine(*models: Model, limits: Limits = MAC) -> Machine:
    return Machine(limits=limits, models=MappingProxyType({model.name: model for model in models}))


def model(name: str, memory_gb: float | None = 20, **known: object) -> Model:
    return Model(name=name, memory_gb=memory_gb, slots=1, **known)


def ticket(number: int, name: str, *, caller: str = "a", since_s: float = 0.0, **more: bool) -> Ticket:
    return Ticket(number=number, model=name, caller=caller, since_s=since_s, **more)


def run(state: Machine, *events: object, at_s: float = 0.0) -> tuple[Machine, list[object]]:
    """All events at one moment."""
    done = []
    for event in events:
        state, effects = step(state, event, at_s)
        done += effects
    return state, done


# --- serving ---------------------------------------------------------------------------------------------------------


def test_what_is_loaded_is_served_up_to_its_slots_and_the_rest_in_turn():
    state = machine(model("small", phase=Phase.LOADED))
    state, done = run(state, Asked(ticket(1, "small")), Asked(ticket(2, "small")), Asked(ticket(3, "small")))
    assert done == [Serve(1)]
    assert [one.number for one in state.waiting] == [2, 3]
    state, done = run(state, Ended(1), Ended(1), at_s=9.0)  # the second says nothing new
    assert done == [Serve(2)]
    assert state.models["small"].serve_s == 9  # the first that is known, in place of a guess
    state, done = run(state, Ended(2), Asked(ticket(4, "small")), at_s=10.0)
    assert state.models["small"].serve_s == pytest.approx(9 + 0.3 * (1 - 9))


def test_a_model_whose_memory_nobody_knows_is_its_servers_affair():
    _, done = run(machine(model("any", None)), Asked(ticket(1, "any")), Asked(ticket(2, "any")))
    assert done == [Serve(1)]


def test_realtime_goes_before_batch_and_nobody_is_interrupted():
    state = machine(model("m", phase=Phase.LOADED))
    asked = [ticket(1, "m", batch=True), ticket(2, "m", batch=True), ticket(3, "m")]
    state, done = run(state, *map(Asked, asked))
    assert done == [Serve(1)]
    state, done = run(state, Ended(1))
    assert done == [Serve(3)]


def test_who_is_urgent_goes_first_also_in_a_full_queue_and_nobody_is_interrupted():
    state = machine(model("m", 5, phase=Phase.LOADED))
    state, done = run(state, *(Asked(ticket(number, "m")) for number in range(1, 8)))
    assert done == [Serve(1)]
    state, done = run(state, Asked(ticket(8, "m", batch=True, urgent=True)), Asked(ticket(9, "m", urgent=True)))
    assert done == []
    state, done = run(state, Asked(ticket(10, "m")))
    assert [(effect.number, effect.why) for effect in done] == [(10, Why.QUEUE_FULL)]
    served = [run(state := step(state, Ended(number), 1.0)[0])[0] and max(state.serving) for number in (1, 8, 9)]
    assert served == [8, 9, 2]


def test_for_who_is_urgent_room_is_made_without_waiting_for_a_turn():
    state = machine(model("here", phase=Phase.LOADED), model("away"))
    state, _ = run(state, Asked(ticket(1, "here")), Asked(ticket(2, "here")))
    state, done = run(state, Asked(ticket(3, "away", urgent=True)), Ended(1))
    assert done == [Unload("here")]  # the second would have been served
    state, done = run(state, Unloaded("here"))
    assert done == [Load("away")]


def test_callers_are_served_in_turn_however_many_each_sends():
    state = machine(model("m", phase=Phase.LOADED), limits=Limits(max_queue=1000, max_wait_s=1e9))
    numbers = count(1)
    owners = {}
    for caller, how_many in (("greedy", 120), ("modest", 50), ("late", 30)):
        for _ in range(how_many):
            asked = ticket(next(numbers), "m", caller=caller)
            owners[asked.number] = caller
            state, _ = step(state, Asked(asked), 0.0)
    served = Counter({"greedy": 1})  # the first came while nobody else was there
    serving = 1
    while sum(served.values()) < 90:
        state, done = run(state, Ended(serving))
        (serve,) = done
        serving = serve.number
        served[owners[serving]] += 1
    assert max(served.values()) - min(served.values()) <= 1


def test_one_who_was_away_has_saved_up_no_turns():
    state = machine(model("m", phase=Phase.LOADED), limits=Limits(max_queue=1000, max_wait_s=1e9))
    for number in range(1, 41):
        state, _ = run(state, Asked(ticket(number, "m", caller="steady")), Ended(number))
    state, _ = run(state, Asked(ticket(50, "m", caller="steady")))
    for number in range(51, 56):
        state, _ = run(
            state, Asked(ticket(number, "m", caller="back")), Asked(ticket(number + 10, "m", caller="steady"))
        )
    order = []
    for _ in range(6):
        (number,) = state.serving
        order.append(state.serving[number][0].caller)
        state, _ = run(state, Ended(number))
    assert Counter(order) == {"steady": 3, "back": 3}


# --- loading and evicting --------------------------------------------------------------------------------------------


def test_a_load_is_joined_and_begun_once():
    state, done = run(machine(model("m")), Asked(ticket(1, "m")), Asked(ticket(2, "m")))
    assert done == [Load("m")]
    state, done = run(state, Loaded("m"), at_s=40.0)
    assert done == [Serve(1)]
    assert state.models["m"].load_s == pytest.approx(30 + 0.3 * 10)


def test_only_what_is_idle_is_evicted_and_the_load_comes_when_it_is_gone():
    state = machine(model("old", phase=Phase.LOADED), model("new"))
    state, done = run(state, Asked(ticket(1, "old")), Asked(ticket(2, "new")))
    assert done == [Serve(1)]
    state, done = run(state, Ended(1), at_s=1.0)
    assert done == [Unload("old")]
    state, done = run(state, Unloaded("old"), at_s=2.0)
    assert done == [Load("new")]


@pytest.mark.parametrize(
    ("others", "evicted"),
    [
        ([model("a", 10, phase=Phase.LOADED, used_s=1), model("b", 10, phase=Phase.LOADED, used_s=50)], ["a"]),
        ([model("dear", 10, phase=Phase.LOADED, used_s=40, load_s=300),
          model("cheap", 10, phase=Phase.LOADED, used_s=50, load_s=5)], ["cheap"]),
        ([model("kept", 10, phase=Phase.LOADED, pinned=True), model("b", 10, phase=Phase.LOADED, used_s=50)], ["b"]),
        ([model("small", 4, phase=Phase.LOADED, used_s=1), model("large", 12, phase=Phase.LOADED, used_s=50),
          ], ["large"]),  # the small one alone would not do, and with the large one it may stay
    ],
    ids=["least lately used", "cheapest to have back", "not what is pinned", "no more than is needed"],
)  # fmt: skip
def test_what_is_evicted(others, evicted):
    _, done = run(machine(*others, model("new", 25)), Asked(ticket(1, "new", since_s=60)), at_s=60.0)
    assert done == [Unload(name) for name in evicted]


def test_nothing_is_loaded_for_one_who_left():
    state = machine(model("busy", phase=Phase.LOADED), model("new"))
    state, _ = run(state, Asked(ticket(1, "busy")), Asked(ticket(2, "new")))
    state, done = run(state, Left(2), Left(2), Ended(1))
    assert done == []
    assert not state.waiting


def test_a_model_in_demand_makes_room_once_somebody_waited_long_enough():
    state = machine(model("busy", phase=Phase.LOADED), model("new"))
    state, _ = run(state, Asked(ticket(1, "busy")), Asked(ticket(2, "new")))
    state, done = run(state, Asked(ticket(3, "busy", since_s=19)), Ended(1), at_s=19.0)
    assert done == [Serve(3)]  # loaded goes first
    state, done = run(state, Asked(ticket(4, "busy", since_s=20)), at_s=20.0)
    assert next_s(state) == 20.0
    state, done = run(state, Ended(3), at_s=21.0)
    assert done == [Unload("busy")]
    state, done = run(state, Unloaded("busy"), Loaded("new"), at_s=22.0)
    assert done == [Load("new"), Serve(2)]


def test_a_turn_comes_before_the_end_of_the_longest_wait():
    limits = Limits(memory_gb=36, max_wait_s=30, turn_s=60)
    state, _ = run(machine(model("busy", phase=Phase.LOADED), model("new"), limits=limits), Asked(ticket(1, "busy")))
    state, _ = run(state, Asked(ticket(2, "new")), Asked(ticket(3, "busy", since_s=9)), at_s=9.0)
    assert next_s(state) == 10.0
    state, done = run(state, Ended(1), at_s=11.0)
    assert done == [Unload("busy")]


def test_two_models_that_do_not_fit_together_are_served_in_turn_and_not_only_swapped():
    state = machine(model("a"), model("b"))
    state, done = run(state, Asked(ticket(1, "a")), Asked(ticket(2, "b")), Loaded("a"), at_s=100.0)
    assert done == [Load("a"), Serve(1)]  # though the other has waited long enough, it came later
    state, done = run(state, Asked(ticket(3, "a", since_s=100)), Ended(1), Unloaded("a"), Loaded("b"), at_s=101.0)
    assert done == [Unload("a"), Load("b"), Serve(2)]


def test_a_load_that_failed_is_told_to_all_who_wait_for_it():
    state, _ = run(
        machine(model("m"), model("other", 4, phase=Phase.LOADED)), Asked(ticket(1, "m")), Asked(ticket(2, "m"))
    )
    state, done = run(state, LoadFailed("m"))
    assert [(effect.number, effect.why) for effect in done] == [(1, Why.LOAD_FAILED), (2, Why.LOAD_FAILED)]
    state, done = run(state, Asked(ticket(3, "m")), at_s=1.0)
    assert done == [Load("m")]


def test_what_is_pinned_is_loaded_before_anybody_asks_and_tried_again_after_a_while():
    state, done = run(machine(), Known(model("m", pinned=True)))
    assert done == [Load("m")]
    state, done = run(state, LoadFailed("m"), at_s=1.0)
    assert done == []
    assert next_s(state) == 1.0 + AGAIN_S
    state, done = run(state, Passed(), at_s=1.0 + AGAIN_S)
    assert done == [Load("m")]


def test_what_the_server_says_is_believed_but_of_what_moves_or_answers():
    state = machine(model("a", 5), model("b", 5, phase=Phase.LOADED), model("c", 5, phase=Phase.LOADED), model("d", 5))
    state, _ = run(state, Asked(ticket(1, "c")), Asked(ticket(2, "d")))
    state, _ = run(state, Seen(frozenset("abcdx"), frozenset("ax")))
    phases = {name: one.phase.value for name, one in state.models.items()}
    assert phases == {"a": "loaded", "b": "away", "c": "loaded", "d": "loading"}


# --- refusing --------------------------------------------------------------------------------------------------------


def test_a_model_that_can_never_fit_is_refused_at_once():
    _, done = run(machine(model("huge", 70)), Asked(ticket(1, "huge")))
    assert [(effect.number, effect.why) for effect in done] == [(1, Why.TOO_LARGE)]


def test_a_full_queue_refuses_whoever_would_have_to_wait_and_nobody_else():
    state = machine(model("m", 5, phase=Phase.LOADED), model("free", 5, phase=Phase.LOADED))
    state, _ = run(state, *(Asked(ticket(number, "m")) for number in range(1, 8)))
    state, done = run(state, Asked(ticket(8, "m")), Asked(ticket(9, "free")))
    assert done == [Refuse(8, Why.QUEUE_FULL, 35.0), Serve(9)]


def test_a_wait_that_would_be_too_long_is_refused_at_once_with_its_length():
    limits = Limits(max_queue=1000, max_wait_s=30)
    state = machine(model("m", phase=Phase.LOADED, serve_s=20, answered=True), limits=limits)
    state, done = run(state, *(Asked(ticket(number, "m")) for number in range(1, 4)))
    assert done == [Serve(1), Refuse(3, Why.WAIT_TOO_LONG, 40.0)]


def test_who_waited_too_long_is_told():
    state, _ = run(machine(model("m", phase=Phase.LOADED)), Asked(ticket(1, "m")), Asked(ticket(2, "m")))
    assert next_s(state) == 300.0
    state, done = run(state, Passed(), at_s=300.0)
    assert [(effect.number, effect.why) for effect in done] == [(2, Why.WAITED_TOO_LONG)]
    assert next_s(state) is None


@pytest.mark.parametrize(
    ("asked", "wait_s"),
    [
        (ticket(9, "here"), 5.0),  # one answers
        (ticket(9, "idle"), 0.0),
        (ticket(9, "coming"), 20.0),  # 30 in all, 10 of them gone
        (ticket(9, "away"), 30.0),
        (ticket(9, "here", batch=True), 5.0),
    ],
)
def test_the_wait_that_is_told(asked, wait_s):
    state = machine(
        model("here", 4, phase=Phase.LOADED),
        model("idle", 4, phase=Phase.LOADED),
        model("coming", 4, phase=Phase.LOADING),
        model("away", 4),
    )
    state, _ = run(state, Asked(ticket(1, "here")))
    assert expected_wait_s(state, asked, 10.0) == wait_s


# --- what never happens ----------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["tiny", "small", "middle", "large", "pinned", "servers own"])


class Life(RuleBasedStateMachine):
    """A machine under whatever comes, with a server that does what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.numbers = count(1)
        self.state = machine(limits=Limits(memory_gb=24, max_queue=5, max_wait_s=60, turn_s=10))
        self.open: dict[int, Ticket] = {}  # asked, and neither served, refused nor gone
        self.serving: dict[int, Ticket] = {}
        self.loading: list[str] = []
        self.leaving: list[str] = []
        for name, memory_gb, slots in (("tiny", 2, 2), ("small", 5, 1), ("middle", 9, 1), ("large", 20, 1)):
            self.tell(Known(Model(name=name, memory_gb=memory_gb, slots=slots)))
        self.tell(Known(Model(name="servers own", slots=1)))
        self.tell(Known(Model(name="pinned", memory_gb=3, slots=1, pinned=True)))

    def tell(self, event: object) -> None:
        before = self.state
        self.state, effects = step(self.state, event, self.now_s)
        for effect in effects:
            match effect:
                case Serve(number):
                    self.serving[number] = self.open.pop(number)
                case Refuse(number, _, wait_s):
                    del self.open[number]
                    assert wait_s >= 0
                case Load(name):
                    wanted = any(one.model == name for one in self.open.values())
                    assert wanted or name == "pinned"
                    self.loading.append(name)
                case Unload(name):
                    assert not before.models[name].pinned
                    assert not any(one.model == name for one in self.serving.values())
                    self.leaving.append(name)

    @rule(name=NAMES, caller=st.sampled_from("abc"), batch=st.booleans(), urgent=st.booleans())
    def somebody_asks(self, name, caller, batch, urgent):
        number = next(self.numbers)
        asked = Ticket(number=number, model=name, caller=caller, since_s=self.now_s, batch=batch, urgent=urgent)
        self.open[asked.number] = asked
        self.tell(Asked(asked))

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def somebody_leaves(self, data):
        number = data.draw(st.sampled_from(sorted(self.open)))
        del self.open[number]
        self.tell(Left(number))

    @precondition(lambda self: self.serving)
    @rule(data=st.data(), counts=st.booleans())
    def an_answer_ends(self, data, counts):
        number = data.draw(st.sampled_from(sorted(self.serving)))
        del self.serving[number]
        self.tell(Ended(number, counts=counts))

    @precondition(lambda self: self.loading)
    @rule(well=st.booleans())
    def a_load_ends(self, well):
        name = self.loading.pop()
        self.tell(Loaded(name) if well else LoadFailed(name))

    @precondition(lambda self: self.leaving)
    @rule()
    def a_model_is_gone(self):
        self.tell(Unloaded(self.leaving.pop()))

    @rule(seconds=st.sampled_from([0.1, 3.0, 11.0, 61.0]))
    def time_passes(self, seconds):
        self.now_s += seconds
        self.tell(Passed())

    @invariant()
    def it_knows_what_happened(self):
        assert {one.number for one in self.state.waiting} == set(self.open)
        assert set(self.state.serving) == set(self.serving)
        running = Counter(one.model for one in self.serving.values())
        for name, one in self.state.models.items():
            assert one.running == running[name]
            assert one.slots is None or one.running <= one.slots

    @invariant()
    def the_memory_is_enough(self):
        assert self.state.used_gb <= 24

    @invariant()
    def one_model_is_on_its_way_at_a_time(self):
        assert len(self.loading) <= 1
        assert not (self.loading and self.leaving)

    @invariant()
    def nobody_waits_longer_than_anybody_may(self):
        assert all(self.now_s - one.since_s < 60 for one in self.open.values())
        assert sum(not one.urgent for one in self.open.values()) <= 5

    @invariant()
    def nobody_waits_for_what_is_there(self):
        """But while somebody else's turn is overdue, as that of who is urgent is at once."""
        overdue = any(
            (one.urgent or self.now_s - one.since_s >= 10) and self.state.models[one.model].phase is Phase.AWAY
            for one in self.open.values()
        )
        for one in self.open.values():
            wanted = self.state.models[one.model]
            there = wanted.phase is Phase.LOADED or wanted.memory_gb is None
            assert overdue or not (there and wanted.free)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
