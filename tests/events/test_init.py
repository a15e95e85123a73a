"""Events carry only closed sets, numbers and names; a fan-out tells every sink."""

from __future__ import annotations

import dataclasses
from typing import get_args

from gateway.domain import Destination, Sensitivity
from gateway.events import AuthFailed, AuthFailure, Decided, Event, FanOut
from gateway.testing import RecordingSink


def test_every_sink_hears_every_event_in_order():
    first, second = RecordingSink(), RecordingSink()
    events = [
        AuthFailed(reason=AuthFailure.MISSING),
        Decided(sensitivity=Sensitivity.PHI, destination=Destination.LOCAL, reason="permitted"),
    ]

    for event in events:
        FanOut([first, second]).emit(event)

    assert first.events == events
    assert second.events == events


def test_every_event_is_a_frozen_value_with_a_dotted_name_of_its_own():
    kinds = get_args(Event)

    assert len({kind.event for kind in kinds}) == len(kinds)
    for kind in kinds:
        noun, verb = kind.event.split(".")
        assert noun
        assert verb
        assert kind.__dataclass_params__.frozen
        assert "__slots__" in vars(kind)


def test_no_event_has_room_for_free_text():
    allowed_names = {
        *("request_id", "facade", "caller", "route", "agent", "target", "provider", "model", "error_code"),
        *("machine", "emergency"),  # a reason by its configured name
        *("decision_reason", "reason", "from_", "to", "version", "config_hash", "policy_hash"),
        *("kind", "where"),  # of a fault: the class of an exception, a place in our code
        "detector",  # the version of our own parts
        "root",  # a hash
        "address",  # host and port of a provider, as configured
        *("config_before", "config_after", "policy_before", "policy_after"),  # hashes
    }
    for kind in get_args(Event):
        for field in dataclasses.fields(kind):
            if field.type == "str":
                assert field.name in allowed_names, (kind, field.name)
