from __future__ import annotations

import pytest

from gateway.kinds.origin import Origin, host_and_port, origin

API = Origin("https", "api.vendor.example", 443)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.vendor.example",
        "https://api.vendor.example/v1/chat?x=1",
        "HTTPS://API.Vendor.Example:443/",
        "https://user:secret@api.vendor.example/",
    ],
)
def test_one_origin_has_many_urls(url):
    assert origin(url) == API


@pytest.mark.parametrize(
    "url",
    [
        "http://api.vendor.example",
        "https://api.vendor.example:8443",
        "https://api.vendor.example.evil.example",
        "https://api.vendor.example@evil.example",
        "https://evil.example/https://api.vendor.example",
        "https://vendor.example",
        "//api.vendor.example",
        "api.vendor.example:443",
    ],
)
def test_another_scheme_host_or_port_is_another_origin(url):
    assert origin(url) != API


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://[::1]:1", "http://[0:0:0:0:0:0:0:1]:1", True),
        ("http://127.0.0.1", "http://127.0.0.1:80/v1", True),
        ("http://localhost:1", "http://LOCALHOST:1", True),
        ("http://localhost:1", "http://127.0.0.1:1", False),
        ("http://127.0.0.1:1", "http://2130706433:1", False),
        ("http://127.0.0.1:1", "http://0x7f000001:1", False),
        ("http://127.0.0.1:1", "http://[::ffff:127.0.0.1]:1", False),
    ],
)
def test_an_ip_address_has_one_spelling_and_a_name_is_not_what_it_leads_to(one, other, same):
    assert (origin(one) == origin(other)) is same


@pytest.mark.parametrize(
    "url", ["", "ftp://a", "unix:///run/x", "https://", "http://a:99999", "https://[::1", "ws://a"]
)
def test_what_is_no_web_address_has_no_origin(url):
    assert origin(url) is None


@pytest.mark.parametrize(
    ("url", "literal"), [("http://10.1.2.3", True), ("http://[fd00::1]", True), ("http://a", False)]
)
def test_an_ip_address_is_literal(url, literal):
    assert origin(url).literal is literal


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("http://user:secret@10.1.2.3:11434/v1?key=1", "10.1.2.3:11434"),
        ("https://gpu.clinic.example/path", "gpu.clinic.example:443"),
        ("http://[fd00::1]:8000", "[fd00::1]:8000"),
        ("", ""),
    ],
)
def test_a_server_is_named_by_host_and_port_alone(url, server):
    assert host_and_port(url) == server
