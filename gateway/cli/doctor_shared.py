"""What `gateway doctor` says of the servers that replicas share."""

from __future__ import annotations

import asyncio

from gateway.cli.doctor_looks import Check, State
from gateway.config import Settings
from gateway.state.looks import Looked, look_at_postgres, look_at_redis


async def shared(settings: Settings) -> list[Check]:
    """A line of each server that is configured."""
    networks = settings.on_prem_networks
    found = []
    if settings.shared_redis:
        found.append(_check("shared counts", await look_at_redis(settings.shared_redis, lambda: networks)))
    if settings.ledger_url:
        looked = await asyncio.to_thread(look_at_postgres, settings.ledger_url, lambda: networks)
        found.append(_check("shared record", looked))
    return found


def _check(name: str, looked: Looked) -> Check:
    worst = State.WARN if looked.remedy else State.OK
    return Check(name, worst if looked.works else State.FAIL, looked.says, looked.remedy)
