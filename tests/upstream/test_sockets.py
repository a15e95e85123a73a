"""Sockets: what counts as on the premises, and who may have one."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from gateway.domain import Adapter, Provider, ProviderKind, Trait
from gateway.events import EgressViolation
from gateway.kinds.origin import origin
from gateway.testing import RecordingSink
from gateway.upstream.port import asking
from gateway.upstream.sockets import ForbiddenAddress, guard, on_premises

HERE = frozenset({origin("http://clinic.example:1")})
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
        guard(provider, HERE, list, heard)((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1)))
    assert heard.events == [EgressViolation(provider="local")]


def test_the_networks_are_asked_at_each_connection():
    """A network that a reload took back is not on the premises any more."""
    heard, attested = RecordingSink(), list(CLINIC)
    provider = Provider("local", ProviderKind.OLLAMA, Adapter.DIRECT, traits=frozenset({Trait.ON_PREM}))
    open_socket = guard(provider, HERE, lambda: attested, heard)
    token = asking.set(provider)
    try:
        open_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.20.3.4", 1))).close()
        attested.clear()
        with pytest.raises(ForbiddenAddress):
            open_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.20.3.4", 1)))
    finally:
        asking.reset(token)


@pytest.mark.parametrize(
    ("url", "address", "allowed"),
    [
        ("http://127.0.0.1:1", ("127.0.0.1", 1), True),
        ("http://127.0.0.1:1", ("127.0.0.1", 2), False),
        ("http://127.0.0.1:1", ("127.0.0.2", 1), False),
        ("http://localhost:1", ("127.0.0.1", 1), True),
        ("http://localhost:1", ("::1", 1, 0, 0), True),
        ("http://localhost:1", ("::1", 2, 0, 0), False),
        ("http://[::1]", ("::1", 80, 0, 0), True),
        ("http://[::1]", ("127.0.0.1", 80), False),
        ("", ("127.0.0.1", 80), False),
    ],
)
def test_a_socket_is_for_the_providers_own_port_and_for_its_ip_address_if_it_has_one(url, address, allowed):
    heard = RecordingSink()
    provider = Provider("local", ProviderKind.OLLAMA, Adapter.DIRECT, url, traits=frozenset({Trait.ON_PREM}))
    open_socket = guard(provider, frozenset({origin(url)} - {None}), list, heard)
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    token = asking.set(provider)
    try:
        if allowed:
            open_socket((family, socket.SOCK_STREAM, 6, "", address)).close()
        else:
            with pytest.raises(ForbiddenAddress):
                open_socket((family, socket.SOCK_STREAM, 6, "", address))
    finally:
        asking.reset(token)
    assert heard.events == ([] if allowed else [EgressViolation(provider="local")])
