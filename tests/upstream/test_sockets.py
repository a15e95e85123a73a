"""Sockets: what counts as on the premises, and who may have one."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from gateway.domain import Adapter, Provider, ProviderKind, Trait
from gateway.events import EgressViolation
from gateway.testing import RecordingSink
from gateway.upstream.port import asking
from gateway.upstream.sockets import ForbiddenAddress, guard, on_premises

CLINIC = [ipaddress.ip_network("10.20.0.0/16"), ipaddress.ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.20.3.4", True),
        ("::ffff:10.20.3.4", True),
        ("fd12::1", True),
        ("fd12::1%eth0", True),
        ("10.21.0.1", False),
        ("::ffff:10.21.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("169.254.169.254", False),
        ("localhost", False),
        ("", False),
        ("2130706433", False),
        ("0x7f000001", False),
    ],
)
def test_only_loopback_and_attested_networks_are_on_the_premises(address, there):
    assert on_premises(address, CLINIC) is there


def test_no_socket_without_an_outbound_and_the_violation_is_told():
    heard = RecordingSink()
    provider = Provider("local", ProviderKind.OLLAMA, Adapter.DIRECT)
    with pytest.raises(ForbiddenAddress):
        guard(provider, list, heard)((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1)))
    assert heard.events == [EgressViolation(provider="local")]


def test_the_networks_are_asked_at_each_connection():
    """A network that a reload took back is not on the premises any more."""
    heard, attested = RecordingSink(), list(CLINIC)
    provider = Provider("local", ProviderKind.OLLAMA, Adapter.DIRECT, traits=frozenset({Trait.ON_PREM}))
    open_socket = guard(provider, lambda: attested, heard)
    token = asking.set(provider)
    try:
        open_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.20.3.4", 1))).close()
        attested.clear()
        with pytest.raises(ForbiddenAddress):
            open_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.20.3.4", 1)))
    finally:
        asking.reset(token)
