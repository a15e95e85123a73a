from __future__ import annotations

import pytest

from gateway.domain import Capability
from gateway.errors import ErrandDenied
from gateway.outbound.minimise import minimise, refuse_errands
from gateway.phi.leaf import Errand
from gateway.wire.openai import chat

from .conftest import target_of

CHAT = chat.ENDPOINT.fields
PAYLOAD = {
    "messages": [{"role": "user", "content": "x", "mood": "y", "name": None}],
    "user": "u",
    "temperature": None,
    "top_k": 4,
    "hospital": "h",
    "top_p": 0.5,
}


def test_off_the_premises_only_what_the_dialect_knows_is_kept():
    assert minimise(PAYLOAD, CHAT, on_prem=False) == {
        "messages": [{"role": "user", "content": "x", "name": None}],
        "top_p": 0.5,
    }


def test_on_the_premises_unknown_fields_are_kept_and_what_nobody_needs_is_not():
    kept = minimise(PAYLOAD, CHAT, on_prem=True)
    assert kept == {"messages": PAYLOAD["messages"], "top_k": 4, "hospital": "h", "top_p": 0.5}


def test_the_payload_stays_as_it_is():
    before = repr(PAYLOAD)
    minimise(PAYLOAD, CHAT, on_prem=False)
    assert repr(PAYLOAD) == before


@pytest.mark.parametrize("capability", [Capability.FETCH_URLS, Capability.HOSTED_TOOLS, Capability.STORED_FILES])
def test_an_errand_needs_its_capability(capability):
    errand = Errand(capability, ("messages", 0, "secret"))
    refuse_errands([errand], target_of(capabilities=frozenset({capability})))
    with pytest.raises(ErrandDenied) as refused:
        refuse_errands([errand], target_of())
    assert capability in refused.value.message
    assert refused.value.param == "messages[0].*"


def test_some_errands_nobody_may_run():
    with pytest.raises(ErrandDenied):
        refuse_errands([Errand(None, ("adapters",))], target_of(capabilities=frozenset(Capability)))
