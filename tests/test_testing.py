from __future__ import annotations

import pytest

from gateway.domain import ProviderKind
from gateway.events import ProviderProbed
from gateway.testing import RecordingSink, ScriptedUpstream
from gateway.upstream import faults
from gateway.upstream.port import AttemptFailed
from tests.kit.vendors import ASKED, outbound_of, provider_of

OUTBOUND = outbound_of(ASKED, provider_of(ProviderKind.OPENAI))


def test_a_sink_keeps_what_it_hears_in_order():
    sink = RecordingSink()
    probed = [ProviderProbed(provider="local", up=up) for up in (True, False)]
    for event in probed:
        sink.emit(event)
    assert sink.events == probed
    assert sink.names == ["provider.probed"] * 2


async def test_an_upstream_gives_its_answers_in_order_and_the_last_one_for_ever():
    failure = faults.bad_reply(OUTBOUND.target)
    upstream = ScriptedUpstream([failure, [{"a": 1}, {"b": 2}], {"whole": True}])
    with pytest.raises(AttemptFailed) as caught:
        await upstream.send(OUTBOUND)
    assert caught.value is failure
    assert [chunk async for chunk in (await upstream.send(OUTBOUND)).events] == [{"a": 1}, {"b": 2}]
    for _ in range(2):
        assert (await upstream.send(OUTBOUND)).tree == {"whole": True}
    assert upstream.sent == [OUTBOUND] * 4


async def test_an_upstream_knows_that_it_was_closed():
    upstream = ScriptedUpstream([{}])
    assert not upstream.closed
    await upstream.aclose()
    assert upstream.closed
