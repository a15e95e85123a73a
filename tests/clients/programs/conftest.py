"""Real programs, unmodified: each is told the base URL and a key, and nothing else.

They are heavy, so they stand apart from `make test`: `make clients` installs them (a Python environment of their own,
Node packages of their own) and runs this folder. Each does one task with a tool about one patient, before a scripted
model that uses tools (`tests/kit/agent_model.py`), once where the model is on the premises and once where it is a
cloud under a BAA: there the number must not be seen on the wire, and must come back all the same.
"""

from __future__ import annotations

import pytest

from tests.kit.agent_model import acts
from tests.kit.programs import CONFIG, POLICIES, TERMS, Place
from tests.kit.running import running
from tests.kit.servers import UpstreamServer


@pytest.fixture(params=list(TERMS))
async def place(request, tmp_path, tripwire):
    """The two places, one after the other."""
    server = UpstreamServer(acts(), models=["scripted"])
    await server.start()
    tripwire.providers.add(server.port)
    config = CONFIG.format(url=server.base_url, terms=TERMS[request.param])
    async with running(tmp_path, config, POLICIES) as gateway:
        yield Place(request.param, gateway, server)
    await server.stop()
