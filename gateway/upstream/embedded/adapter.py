"""Sends to the demonstration models: starts the process that serves one, then sends as `direct` does."""

from __future__ import annotations

from pathlib import Path

from gateway.errors import UpstreamFailed
from gateway.events import AttemptResult, EventSink
from gateway.outbound.prepare import Outbound
from gateway.upstream.direct.adapter import Direct
from gateway.upstream.embedded.models import FOLDER
from gateway.upstream.embedded.process import Children
from gateway.upstream.port import AttemptFailed, Reply


class EmbeddedUpstream:
    """Starts a llama.cpp process for each model on demand and stops them on `aclose`; does not close the shared `direct`."""

    def __init__(self, direct: Direct, *, state_dir: str | Path, events: EventSink) -> None:
        self._direct = direct
        self._children = Children(Path(state_dir) / FOLDER, events=events)

    def problem(self) -> str:
        """Why the demonstration models cannot be served, and what to do about it; "" if they can."""
        return self._children.problem()

    async def start(self, model: str) -> None:
        """Start a model before the first request needs it.

        Raises:
            UpstreamFailed: it cannot be served; the message says what to do.
        """
        await self._children.endpoint(model)

    async def send(self, outbound: Outbound) -> Reply:
        """Send to the process of the model; starts it if it does not run.

        Raises:
            AttemptFailed: whatever went wrong, as what it means for the request.
        """
        try:
            endpoint = await self._children.endpoint(outbound.target.model)
        except UpstreamFailed as error:
            raise AttemptFailed(error, result=AttemptResult.CONNECT, reached=False) from None
        return await self._direct.send_to(endpoint, outbound)

    async def aclose(self) -> None:
        await self._children.aclose()
