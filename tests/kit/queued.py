"""One slot, and a server that answers when it is told to: what tests of queues need."""

from __future__ import annotations

import asyncio

from tests.kit.patience import until
from tests.kit.servers import says


def config(server, *, machine="max_queue: 100", target="slots: 1", more="") -> str:
    return f"""
version: 1
machines: {{mac: {{{machine}}}}}
providers:
  local: {{kind: openai_compatible, base_url: "{server.base_url}", traits: [on_prem], machine: mac}}
targets:
  chat: {{provider: local, model: test-model, {target}}}
routes:
  general: {{targets: [chat]}}
default_route: general
{more}
"""


class OneByOne:
    """Answers each request when it is told to, and remembers how many it had at once and in which order."""

    def __init__(self) -> None:
        self.go_on = asyncio.Semaphore(0)
        self.at_once = self.most = 0
        self.order: list[str] = []

    async def __call__(self, request):
        body = await request.json()
        self.order.append(body["messages"][-1]["content"])
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await self.go_on.acquire()
            return await says("Done.")(request)
        finally:
            self.at_once -= 1


async def waiting(gateway, count):
    registry = gateway.gateway.metrics.registry.restricted_registry(["gateway_queue_waiting_requests"])
    await until(lambda: [one.value for family in registry.collect() for one in family.samples] == [count])
