"""A streamed response as it was written, event by event, on a bare connection."""

from __future__ import annotations

import json


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
