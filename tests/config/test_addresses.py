from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.addresses import Place, address, network

NETWORKS = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://localhost:1234/v1", Place.LOOPBACK),
        ("HTTP://LOCALHOST", Place.LOOPBACK),
        ("http://127.0.0.1:11434", Place.LOOPBACK),
        ("http://[::1]:8081/v1", Place.LOOPBACK),
        ("http://10.1.2.3:8000", Place.ON_PREM),
        ("https://[fd00::7]/v1", Place.ON_PREM),
        ("http://10.2.0.1", Place.ELSEWHERE),
        ("http://0.0.0.0:1234", Place.ELSEWHERE),
        ("https://8.8.8.8", Place.ELSEWHERE),
        ("https://api.anthropic.com", Place.NAMED),
        ("http://localhost.evil.example", Place.NAMED),
        ("http://2130706433/", Place.NAMED),
        ("http://127.1/", Place.NAMED),
    ],
)
def test_a_place_is_told_by_how_the_address_is_written(url: str, place: Place) -> None:
    found = address(url, NETWORKS)
    assert found is not None
    assert found.place is place


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:1234",
        "ftp://localhost",
        "http://",
        "http://user:pw@localhost/",
        "http://localhost\\@evil.example/",
        "http://localhost/v1?key=x",
        "http://localhost/#x",
        "http://localhost:99999",
        "http://[::1/",
        "http://local host/",
        "http://localhost/\n",
    ],
)
def test_what_is_no_plain_base_url_has_no_address(url: str) -> None:
    assert address(url, NETWORKS) is None


@pytest.mark.parametrize(
    "text", ["10.0.0.0/8", "192.168.1.0/24", "10.1.2.3", "fd00::/8", "143.54.0.0/16", "2a00:1::/32"]
)
def test_a_network_may_be_private_or_narrow(text: str) -> None:
    assert network(text) == ip_network(text)


@pytest.mark.parametrize(
    "text", ["0.0.0.0/0", "::/0", "128.0.0.0/1", "8.0.0.0/8", "2000::/3", "10.0.0.1/8", "clinic", ""]
)
def test_half_the_world_is_not_on_the_premises(text: str) -> None:
    assert network(text) is None


@given(st.text(max_size=40), st.text(alphabet="[]:/.@%\\0123456789abc", max_size=30))
def test_any_text_is_an_address_or_none(text: str, rest: str) -> None:
    for url in (text, f"http://{rest}"):
        found = address(url, NETWORKS)
        assert found is None or found.host
