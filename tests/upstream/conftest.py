"""What tests of the way out share."""

from __future__ import annotations

import pytest
from yarl import URL

from gateway.kinds.origin import Origin
from gateway.upstream.plain import PlainClient
from tests.kit.byte_server import Scripted, opened


@pytest.fixture
async def serving():
    """Makes a scripted server and a client for it: `server, post = await serving(OK, OK)`."""
    stack = []

    async def start(*scripts):
        server = await Scripted(*scripts).start()
        client = PlainClient(
            opened, frozenset({Origin("http", "127.0.0.1", server.port)}), misled=lambda: None, connect_s=5
        )
        stack.extend([client.close, server.stop])

        async def post(content=b"{}", path="/v1/x", **headers):
            return await client.post(URL(f"http://127.0.0.1:{server.port}{path}"), content=content, headers=headers)

        server.client = client
        return server, post

    yield start
    for stop in stack:
        await stop()
