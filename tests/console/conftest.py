"""Gateways with a console: one on loopback that asks for no key, and one whose callers have keys and grants."""

from __future__ import annotations

import pytest

from tests.kit.console import callers
from tests.kit.running import one_route


@pytest.fixture
async def open_(start, upstream):
    """A gateway on loopback that needs no key."""
    return await start(one_route(await upstream()))


@pytest.fixture
async def keyed(start, upstream):
    """A gateway whose callers have keys."""
    return await start(one_route(await upstream(), callers()))
