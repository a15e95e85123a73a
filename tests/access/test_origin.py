from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.origin import HostPolicy, check_host, check_origin, host_name, is_loopback
from gateway.errors import HostNotAllowed, InvalidRequest, OriginNotAllowed

HOST_POLICY = HostPolicy(frozenset({"gateway.clinic.example", "10.0.0.5"}), frozenset({"https://portal.example"}))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8080",
        "127.0.0.1",
        "127.8.8.8:80",
        "[::1]",
        "[::1]:8080",
        "gateway.clinic.example",
        "Gateway.Clinic.Example:443",
        "gateway.clinic.example.",
        "10.0.0.5:8080",
    ],
)
def test_loopback_and_configured_hosts_are_let_in(host: str) -> None:
    check_host(host, HOST_POLICY)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "localhost:x",
        "localhost:",
        "[::1",
        "[::1]x",
        "::1",
        "10.0.0.6",
        "0.0.0.0",
        "localhost,evil.example",
    ],
)
def test_any_other_host_is_refused(host: str) -> None:
    with pytest.raises(HostNotAllowed):
        check_host(host, HOST_POLICY)


def test_only_http_1_0_may_leave_the_host_out() -> None:
    check_host(None, HOST_POLICY, http_version="1.0")
    with pytest.raises(InvalidRequest):
        check_host(None, HOST_POLICY)
    with pytest.raises(HostNotAllowed):
        check_host("evil.example", HOST_POLICY, http_version="1.0")


@pytest.mark.parametrize("origin", [None, "https://portal.example", "HTTPS://Portal.Example"])
def test_no_origin_and_configured_origins_are_let_in(origin: str | None) -> None:
    check_origin(origin, HOST_POLICY)


@pytest.mark.parametrize(
    "origin", ["", "null", "https://evil.example", "http://portal.example", "http://localhost:3000"]
)
def test_any_other_origin_is_refused(origin: str) -> None:
    with pytest.raises(OriginNotAllowed):
        check_origin(origin, HOST_POLICY)


@given(st.text(max_size=30))
def test_no_host_raises_anything_but_our_refusal(host: str) -> None:
    with contextlib.suppress(HostNotAllowed):
        check_host(host, HOST_POLICY)
        assert is_loopback(host_name(host)) or host_name(host) in HOST_POLICY.hosts
