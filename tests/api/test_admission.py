"""What the requests in flight take up: places are given and given back, and not one more than there are."""

import pytest

from gateway.api.admission import InFlight
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
