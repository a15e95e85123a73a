"""A name that leads elsewhere gets no connection: not one byte, and no password."""

from __future__ import annotations

import ipaddress
import socket

import psycopg
import pytest

from gateway.events import LedgerLoss
from gateway.state.postgres.ledger import REMEDIES, loss_of
from gateway.state.postgres.server import connected
from gateway.state.premises import OffPremises, addresses
from gateway.state.redis.scripts import SCRIPTS
from gateway.state.redis.server import Away, RedisServer
from tests.kit.patience import SOON_S
from tests.kit.ports import free_port
from tests.kit.redis_server import redis_server

CLINIC = ipaddress.ip_network("10.20.0.0/16")
OUTSIDE = "192.0.2.7"


@pytest.fixture
def names(monkeypatch):
    """Where names lead, as a DNS that somebody moved says it."""
    led: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def asked(host, port, *args, **more):
        if host in led:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in led[host]]
        return real(host, port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    return led


def test_only_loopback_and_attested_networks_are_the_premises(names):
    names["db.clinic.example"] = [OUTSIDE, "10.20.0.3", "127.0.0.1"]
    assert addresses("db.clinic.example", 5432, tuple) == ["127.0.0.1"]
    assert addresses("db.clinic.example", 5432, lambda: (CLINIC,)) == ["10.20.0.3", "127.0.0.1"]
    names["db.clinic.example"] = [OUTSIDE]
    with pytest.raises(OffPremises):
        addresses("db.clinic.example", 5432, lambda: (CLINIC,))


async def test_a_redis_whose_name_leads_elsewhere_is_not_connected_to(names):
    names["redis.clinic.example"] = [OUTSIDE]
    server = RedisServer("redis://:secret@redis.clinic.example:6379/0", SCRIPTS, limit_s=SOON_S)
    with pytest.raises(Away, match="leads off the premises"):
        await server.greet()
    await server.aclose()


async def test_a_redis_is_reached_at_the_address_that_is_here(names, tmp_path):
    with redis_server(tmp_path / "redis") as real:
        names["redis.clinic.example"] = [OUTSIDE, "127.0.0.1"]
        port = real.url.rpartition(":")[2].partition("/")[0]
        server = RedisServer(f"redis://redis.clinic.example:{port}/0", SCRIPTS, limit_s=SOON_S)
        await server.greet()
        await server.aclose()


def test_a_database_whose_names_lead_elsewhere_is_not_connected_to(names):
    names["one.example"] = names["two.example"] = [OUTSIDE]
    with pytest.raises(OffPremises) as caught:
        connected("postgresql://gateway:secret@one.example,two.example:5433/gateway", limit_s=SOON_S)
    assert loss_of(caught.value) is LedgerLoss.ELSEWHERE
    assert "on_prem_networks" in REMEDIES[LedgerLoss.ELSEWHERE]


def test_of_several_hosts_those_are_asked_that_are_here(names, monkeypatch):
    monkeypatch.setenv("PGHOSTADDR", OUTSIDE)
    monkeypatch.setenv("PGPORT", "1")
    names["one.example"], names["two.example"] = [OUTSIDE], ["127.0.0.1"]
    port = free_port()
    with pytest.raises(psycopg.OperationalError, match=f"127.0.0.1.*{port}") as caught:
        connected(f"postgresql://one.example,two.example:{port}/gateway", limit_s=SOON_S)
    assert OUTSIDE not in str(caught.value)
