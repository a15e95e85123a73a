"""Sends to the demonstration models: their endpoint is known only once the child runs; the rest is `direct`."""

from __future__ import annotations

from gateway.errors import UpstreamFailed
from gateway.events import AttemptResult
from gateway.outbound.prepare import Outbound
from gateway.upstream.direct import Direct
from gateway.upstream.embedded.process import Children
from gateway.upstream.port import AttemptFailed, Reply


class Embedded:
    """An `Upstream` before `Children`; the children are its own and end with it, `direct` is shared."""

    def __init__(self, children: Children, *, direct: Direct) -> None:
        self._children = children
        self._direct = direct

    async def send(self, outbound: Outbound) -> Reply:
        try:
            endpoint = await self._children.endpoint(outbound.target.model)
        except UpstreamFailed as error:
            raise AttemptFailed(error, result=AttemptResult.CONNECT) from None
        return await self._direct.send_to(endpoint, outbound)

    async def aclose(self) -> None:
        await self._children.aclose()
