"""The second way out: one address, one digest, and nothing that anybody could have said."""

from __future__ import annotations

import hashlib
import socket
import threading

import pytest

from gateway.audit.timestamp import question
from gateway.state import elsewhere
from gateway.state.elsewhere import Authority, Declined, Door
from tests.kit.authority import authority, openssl

ROOT = hashlib.sha256(b"a root").digest()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with authority(tmp_path_factory.mktemp("tsa") / "authority") as made:
        yield made


@pytest.fixture
def tsa(shared):
    shared.answer, shared.status = None, 200
    shared.seen.clear()
    return shared


def test_a_stamp_is_one_that_openssl_believes(tsa, tmp_path):
    (tmp_path / "one.tsr").write_bytes(Authority(tsa.url).stamp(ROOT))
    said = openssl("ts", "-verify", "-digest", ROOT.hex(), "-in", tmp_path / "one.tsr", "-CAfile", tsa.ca)
    assert "Verification: OK" in said


def test_what_leaves_is_the_digest_and_a_number_made_by_chance(tsa, monkeypatch):
    monkeypatch.setattr("secrets.randbits", lambda _bits: 5)
    Authority(tsa.url).stamp(ROOT)
    [(headers, body)] = tsa.seen
    assert body == question(ROOT, 5)
    assert headers == {
        "host": tsa.url.split("/")[2],
        "accept-encoding": "identity",
        "content-type": "application/timestamp-query",
        "content-length": str(len(body)),
        "connection": "close",
    }


@pytest.mark.parametrize("text", [b"", b"Maria Lopez", ROOT + b"0", ROOT.hex().encode()])
def test_nothing_but_a_digest_is_taken(tsa, text):
    with pytest.raises(ValueError, match="SHA-256"):
        Authority(tsa.url).stamp(text)
    assert tsa.seen == []


def test_an_answer_about_something_else_is_declined(tsa):
    other = hashlib.sha256(b"another root").digest()
    for answer in (tsa.reply(question(other, 5)), tsa.reply(question(ROOT, 5)), b"", b"<html>", b"0" * 70_000):
        tsa.answer = answer
        with pytest.raises(Declined):
            Authority(tsa.url).stamp(ROOT)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 404, 500])
def test_no_redirect_is_followed(tsa, status, tripwire):
    tsa.status = status
    with pytest.raises(Declined):
        Authority(tsa.url).stamp(ROOT)
    assert len(tsa.seen) == 1
    assert tripwire.violations == []


def test_no_variable_leads_elsewhere(tsa, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert Authority(tsa.url).stamp(ROOT)


def test_one_that_answers_a_byte_now_and_then_is_given_up():
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            made, _ = server.accept()
            with made:
                made.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                while not ended.wait(0.05):
                    try:
                        made.sendall(b"a")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(OSError):  # noqa: PT011  whichever the system gives
            Authority(f"http://127.0.0.1:{server.getsockname()[1]}/", limit_s=0.3).stamp(ROOT)
        ended.set()
        thread.join()


def test_nobody_there_is_an_error_of_the_system():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(OSError):  # noqa: PT011
        Authority(f"http://127.0.0.1:{port}/").stamp(ROOT)


def test_a_door_leads_to_its_host_and_port_only(monkeypatch):
    """A name that leads to several addresses: each is tried, at the one port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        asked = []

        def look_up(host, wanted, **more):
            asked.append((host, wanted))
            inner = socket.AF_INET, socket.SOCK_STREAM, 6, ""
            return [(*inner, ("127.0.0.1", 1)), (*inner, ("127.0.0.1", port))]

        monkeypatch.setattr(elsewhere.socket, "getaddrinfo", look_up)
        with Door("tsa.example", port).open(socket.SOCK_STREAM, limit_s=5) as made:
            assert made.getpeername() == ("127.0.0.1", port)
        assert asked == [("tsa.example", port)]
