"""What the pipeline hands a facade to send; it is restored already, or is as it is read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from gateway.domain import Tree
from gateway.wire.reply import ReplyShape


@dataclass(slots=True)
class Answer:
    """What a facade sends: a whole `tree`, or `events` that are restored as they come; of one `shape`.

    `headers` are those of the decision. `events` raises GatewayError where the stream breaks. A facade closes every
    answer that streams, also one it never began to read. `ending` says of a stream that is over what it cost.
    """

    headers: dict[str, str]
    shape: ReplyShape
    tree: Tree | None = None
    events: AsyncGenerator[Tree, None] | None = None
    close: Callable[[], Awaitable[None]] | None = None
    ending: Callable[[], Mapping[str, str]] = dict

    async def aclose(self) -> None:
        """End the stream wherever it is, cancel the upstream, settle; harmless after the end."""
        if self.events is not None:
            await self.events.aclose()
        if self.close is not None:
            await self.close()
