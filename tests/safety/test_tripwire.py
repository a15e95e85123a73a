"""The tripwire trips: a connection without an `Outbound` is refused, counted and logged, and a proper one is not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from gateway.domain import Caller, Detection, Facts
from gateway.kinds import profile
from gateway.outbound.prepare import prepare
from gateway.phi.read.scan import gather, walk
from gateway.policy.decide import decide
from gateway.policy.rules import Policy
from gateway.upstream import sockets
from gateway.upstream.port import leaving
from gateway.wire.endpoint import Call
from gateway.wire.openai import chat

METRIC = "gateway_phi_egress_violations_total"


def planted(gateway, address, *, provider=None):
    """Opens a socket the way the adapters do."""
    provider = provider or gateway.gateway.settings.providers["local"]
    networks = lambda: gateway.gateway.settings.on_prem_networks  # noqa: E731
    guard = sockets.guard(provider, profile(provider.kind).origins(provider), networks, gateway.gateway.events)
    return guard((2, 1, 6, "", address))


async def test_what_is_sent_properly_is_no_violation(simple):
    gateway, server = simple
    assert (await gateway.chat()).status_code == 200
    assert server.connections == 1
    assert gateway.metric(METRIC) == 0


async def test_a_connection_on_behalf_of_nothing_is_refused_counted_and_logged(simple):
    gateway, server = simple
    with pytest.raises(sockets.ForbiddenAddress):
        planted(gateway, ("127.0.0.1", server.port))
    gateway.violations = 1
    assert gateway.metric(METRIC) == 1
    assert "egress.violated" in [json.loads(line).get("event") for line in gateway.log.getvalue().splitlines()]
    assert server.connections == 0


def outbound_to(target):
    """The `Outbound` of a request without an identifier."""
    call = Call(
        chat.ENDPOINT, {"messages": [{"role": "user", "content": "Hello."}]}, "m", False,
        Caller("soma"), "req_1",
    )  # fmt: skip
    day = date(2026, 11, 21)
    leaves = walk(call)
    findings = gather(leaves, [Detection() for _ in leaves.leaves], frozenset())
    [egress] = decide(Facts("soma", "general"), [target], Policy(()), today=day).egresses
    return prepare(call, egress, findings=findings, key=bytes(32), look=lambda _: [], today=day).outbound


async def test_an_outbound_opens_no_connection_to_another_provider_or_off_the_premises(simple):
    gateway, server = simple
    outbound = outbound_to(gateway.gateway.settings.targets["chat"])
    local = gateway.gateway.settings.providers["local"]
    token = leaving.set(outbound)
    try:
        with pytest.raises(sockets.ForbiddenAddress):
            planted(gateway, ("127.0.0.1", server.port), provider=replace(local, name="another"))
        with pytest.raises(sockets.ForbiddenAddress):
            planted(gateway, ("203.0.113.9", 443))
        planted(gateway, ("127.0.0.1", server.port)).close()
    finally:
        leaving.reset(token)
    gateway.violations = 2
    assert gateway.metric(METRIC) == 2
