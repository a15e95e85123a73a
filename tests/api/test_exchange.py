"""One exchange: bodies within limits, answers that leave nothing unread, callers that go away."""

from __future__ import annotations

import asyncio

import pytest

from gateway.api.exchange import ARRIVED, DEPARTURE, Arrival, ClientGone, Departure, Exchange
from gateway.errors import InvalidRequest, PayloadTooLarge, RequestTimeout
from tests.kit.patience import SOON_S


class Caller:
    """The other end of an exchange, as ASGI shows it."""

    def __init__(self, *pieces: bytes, ends: bool = True, **headers: str) -> None:
        self.pieces = list(pieces)
        self.ends = ends
        self.gone = asyncio.Event()
        self.sent: list[dict] = []
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self.exchange = Exchange({"method": "POST", "path": "/", "headers": raw}, self.receive, self.send)

    async def receive(self):
        if self.pieces:
            piece = self.pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self.pieces) or not self.ends}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message) -> None:
        self.sent.append(message)

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}


async def test_a_body_in_pieces_is_one():
    caller = Caller(b"ab", b"", b"c", transfer_encoding="chunked")
    assert await caller.exchange.body(limit=3, deadline_s=SOON_S) == b"abc"


@pytest.mark.parametrize(
    ("caller", "error"),
    [
        (lambda: Caller(content_length="4"), PayloadTooLarge),
        (lambda: Caller(b"ab", b"cd", transfer_encoding="chunked"), PayloadTooLarge),
        (lambda: Caller(b"a", ends=False, content_length="3"), RequestTimeout),
        (lambda: Caller(b"a", content_encoding="gzip", content_length="1"), InvalidRequest),
    ],
)
async def test_a_body_outside_its_limits_is_refused(caller, error):
    with pytest.raises(error):
        await caller().exchange.body(limit=3, deadline_s=0.05)


async def test_a_body_that_is_all_there_is_read_without_a_timer(monkeypatch):
    monkeypatch.setattr(asyncio, "timeout", None)
    caller = Caller(b"abc", content_length="3")
    there = Arrival()
    there.whole = True
    extensions = {ARRIVED: there}
    scope = {"method": "POST", "path": "/", "headers": [(b"content-length", b"3")], "extensions": extensions}
    assert await Exchange(scope, caller.receive, caller.send).body(limit=3, deadline_s=SOON_S) == b"abc"


async def test_a_body_that_has_begun_has_its_deadline():
    caller = Caller(b"a", ends=False, content_length="3")
    scope = {
        "method": "POST",
        "path": "/",
        "headers": [(b"content-length", b"3")],
        "extensions": {ARRIVED: Arrival()},
    }
    with pytest.raises(RequestTimeout):
        await Exchange(scope, caller.receive, caller.send).body(limit=3, deadline_s=0.05)


async def test_a_caller_that_leaves_in_its_body_is_gone():
    caller = Caller(b"a", ends=False, content_length="3")
    caller.gone.set()
    with pytest.raises(ClientGone):
        await caller.exchange.body(limit=3, deadline_s=SOON_S)


@pytest.mark.parametrize(("headers", "closes"), [({"expect": "100-continue"}, True), ({}, False)])
async def test_only_a_client_that_asks_before_it_sends_is_left_over_an_unread_body(headers, closes):
    caller = Caller(b"a", ends=False, content_length="2", **headers)
    await caller.exchange.reply(404, {}, b"")
    assert (caller.headers.get("connection") == "close") is closes


async def test_every_answer_bears_the_request_id_once():
    caller = Caller()
    await caller.exchange.reply(200, {"x": "y"}, b"z")
    names = [name for name, _ in caller.sent[0]["headers"]]
    assert names.count(b"x-gateway-request-id") == 1
    assert caller.exchange.started


async def test_a_caller_that_goes_away_cancels_what_runs_for_it():
    caller = Caller()
    cancelled = asyncio.Event()

    async def work():
        async with caller.exchange.while_connected():
            asyncio.get_running_loop().call_soon(caller.gone.set)
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                cancelled.set()
                raise

    with pytest.raises(ClientGone):
        await work()
    assert cancelled.is_set()
    assert asyncio.current_task().cancelling() == 0


def told_by_its_connection(departure):
    async def nothing(_message=None):
        raise AssertionError("nobody is watched who says it himself")

    scope = {"method": "POST", "path": "/", "headers": [], "extensions": {DEPARTURE: departure}}
    return Exchange(scope, nothing, nothing)


@pytest.mark.parametrize("before", [False, True])
async def test_a_departure_that_the_connection_tells_cancels_what_runs_too(before):
    departure = Departure()
    exchange = told_by_its_connection(departure)
    if before:
        departure.happen()
    else:
        asyncio.get_running_loop().call_soon(departure.happen)
    with pytest.raises(ClientGone):
        async with exchange.while_connected():
            await asyncio.Event().wait()
    assert exchange.gone
    assert asyncio.current_task().cancelling() == 0


async def test_a_departure_after_the_answer_cancels_nothing():
    departure = Departure()
    exchange = told_by_its_connection(departure)
    async with exchange.while_connected():
        pass
    departure.happen()
    await asyncio.sleep(0)
    assert not exchange.gone


async def test_one_that_leaves_just_as_it_ends_is_gone_and_leaves_no_cancellation_behind():
    caller = Caller()

    async def work():
        async with caller.exchange.while_connected():
            await asyncio.sleep(0)
            caller.gone.set()
            while not caller.exchange.gone:  # noqa: ASYNC110
                await asyncio.sleep(0)

    with pytest.raises(ClientGone):
        await work()
    await asyncio.sleep(0)
    assert asyncio.current_task().cancelling() == 0


async def test_a_cancellation_from_elsewhere_stays_one():
    caller = Caller()

    async def work():
        async with caller.exchange.while_connected():
            await asyncio.sleep(5)

    task = asyncio.ensure_future(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
