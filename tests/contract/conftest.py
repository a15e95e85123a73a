"""A gateway with tiny limits that behaves to the end of the test."""

from __future__ import annotations

import pytest

from tests.kit.running import every_operation
from tests.kit.shapes import CANARY

STRICT = """
server:
  {body_timeout_s: 0.4, header_timeout_s: 0.4, max_body_mb: 1, hosts: [gate.example], cors_origins: ["https://portal.example"]}
agents: {helper: {route: general}}
"""


@pytest.fixture
async def gateway(start, upstream):
    """A gateway in front of a server that answers; it must neither fault nor log a word of a request."""
    running = await start(every_operation(await upstream(), STRICT))
    yield running
    assert "Traceback" not in running.log.getvalue()
    assert "gateway.faulted" not in running.log.getvalue()
    assert CANARY not in running.log.getvalue()
