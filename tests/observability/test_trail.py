from __future__ import annotations

from gateway.domain import Destination, Outcome
from gateway.events import LedgerCheckpointed, ProviderProbed
from gateway.observability.trail import KEPT, Trail, is_amiss
from gateway.observability.vocabulary import Vocabulary
from tests.kit.settled import settled

WORDS = Vocabulary(callers=frozenset({"soma"}), routes=frozenset({"general"}))


def trail(*numbers, **more):
    made = Trail(WORDS)
    for number in numbers:
        made.emit(settled(number, **more))
    return made


def test_only_settled_requests_are_rows_and_so_many_are_kept():
    made = trail(*range(KEPT + 10))
    made.emit(ProviderProbed(provider="x", up=True))
    batch = made.since(0, most=10_000)
    assert (batch.number, batch.came, len(batch.rows)) == (KEPT + 10, KEPT + 10, KEPT)
    assert made.since(batch.number, most=5).rows == ()
    assert made.since(batch.number - 2, most=5).came == 2


def test_a_name_that_no_configuration_has_is_not_shown():
    (row,) = trail(1, caller="soma", agent="CANARY", route="general", error_code="CANARY").since(0, most=5).rows
    assert (row["caller"], row["route"]) == ("soma", "general")
    assert "CANARY" not in str(row)
    made = trail(1, agent="nurse")
    made.learn(Vocabulary(agents=frozenset({"nurse"})))
    assert made.since(0, most=5).rows[0]["agent"] == "nurse"


def test_of_too_many_what_went_wrong_is_shown_first_and_the_rest_evenly():
    made = Trail(WORDS)
    for number in range(100):
        made.emit(settled(number, destination=Destination.DENIED if number % 40 == 7 else Destination.LOCAL))
    rows = made.since(0, most=6).rows
    assert [row["at_us"] % 1000 for row in rows if row["destination"] == "denied"] == [7, 47, 87]
    assert len(rows) == 6
    assert [row["at_us"] for row in rows] == sorted(row["at_us"] for row in rows)


def test_many_that_went_wrong_are_sampled_too():
    assert len(trail(*range(100), outcome=Outcome.INTERNAL).since(0, most=5).rows) == 5


def test_the_last_checkpoint_is_known():
    made = Trail(WORDS)
    assert made.checkpoint is None
    made.emit(LedgerCheckpointed(size=3, root="ab", at_s=1.0, ok=True))
    assert made.checkpoint.size == 3


def test_what_was_kept_back_or_failed_is_amiss():
    assert is_amiss(settled(outcome=Outcome.DEADLINE))
    assert is_amiss(settled(destination=Destination.DENIED))
    assert not is_amiss(settled())
