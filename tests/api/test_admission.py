"""What the requests in flight take up: places are given and given back, and not one more than there are."""

import pytest

from gateway.api.admission import COPIES, VALUE_BYTES, InFlight
from gateway.errors import Overloaded


def test_there_are_as_many_places_as_the_limit_says():
    in_flight = InFlight()
    for _ in range(3):
        in_flight.enter(3)
    with pytest.raises(Overloaded):
        in_flight.enter(3)
    in_flight.leave()
    in_flight.enter(3)
    assert in_flight.requests == 3


def test_a_body_counts_as_it_grows_and_is_given_back():
    in_flight = InFlight()
    with in_flight.body(1000) as first, in_flight.body(1000) as second:
        first.hold(100)
        first.hold(150)
        first.hold(120)  # what was announced was more
        assert in_flight.body_bytes == first.held == 150 * COPIES
        second.hold(300)
        with pytest.raises(Overloaded):
            first.hold(250)
        assert in_flight.body_bytes == (150 + 300) * COPIES
    assert in_flight.body_bytes == 0


def test_values_count_beside_their_text_and_a_body_alone_is_always_taken():
    in_flight = InFlight()
    with in_flight.body(1000) as alone:
        alone.hold(10_000, values=100)
        assert alone.held == 10_000 * COPIES + 100 * VALUE_BYTES
        with in_flight.body(1000) as second, pytest.raises(Overloaded):
            second.hold(1)
    assert in_flight.body_bytes == 0
