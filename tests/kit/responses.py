"""A streamed response as it was written, event by event: by a writer, and on a bare connection."""

from __future__ import annotations

import json

from gateway.wire.writer import Answering, Clock, Timing


class Noon(Clock):
    """A clock that stands still."""

    def now(self):
        return "2026-11-30T12:00:00Z"

    def content(self):
        """Nobody asks."""

    def timing(self):
        return Timing(self.now())


ANSWERING = Answering("req_7", Noon(), {"input": "Hello.", "instructions": "Be brief."})


def read(written: bytes):
    """The events of what was written, each under its own name."""
    blocks = [block.split("\n") for block in written.decode().split("\n\n") if block.startswith("event: ")]
    events = [json.loads(data.removeprefix("data: ")) for _, data in blocks]
    assert [name.removeprefix("event: ") for name, _ in blocks] == [event["type"] for event in events]
    return events


async def events_of(gateway, body, headers=None):
    """The events of a stream as they were written: their names, and their data."""
    async with gateway.client() as client:
        reply = await client.post("/v1/responses", json={**body, "stream": True}, headers=headers)
    assert reply.status_code == 200, reply.text
    found = []
    for block in reply.text.split("\n\n"):
        name, _, data = block.partition("\n")
        if name.startswith("event: "):
            event = json.loads(data.removeprefix("data: "))
            assert event["type"] == name.removeprefix("event: ")
            found.append(event)
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    return reply, found
