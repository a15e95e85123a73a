"""A network between two programs on loopback, which can be cut or late."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Between:
    """Carries bytes from its port to `to`, each `late_s` after it came; nothing while it is `cut`."""

    to: int
    late_s: float = 0.0
    port: int = 0
    _cut: bool = False
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        self._cut = True
        for end in self._ends:
            end.transport.abort()

    def mend(self) -> None:
        self._cut, self.late_s = False, 0.0

    async def took(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            if not self._cut:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to)
                ends.append(far_writer)
                self._ends.update(ends)
                await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))
        except OSError:
            return
        finally:
            self._ends.difference_update(ends)
            for end in ends:
                end.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            if self.late_s:
                await asyncio.sleep(self.late_s)
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()


@asynccontextmanager
async def between(to: int):
    made = Between(to)
    async with await asyncio.start_server(made.took, "127.0.0.1", 0) as server:
        made.port = server.sockets[0].getsockname()[1]
        yield made
        made.cut()
