"""A server of which each byte is written by the test, and a client that has to live with it."""

from __future__ import annotations

import asyncio
import socket

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nHi"


class Scripted:
    """Answers each request by the next of its scripts: coroutines of (reader, writer), or bytes."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
        self.requests = []
        self.connections = 0
        self.gone = asyncio.Event()

    async def start(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self):
        self._server.close()

    async def _serve(self, reader, writer):
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append((head, await reader.readexactly(length)))
                script = self.scripts.pop(0)
                if callable(script):
                    await script(reader, writer)
                else:
                    writer.write(script)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.gone.set()
        finally:
            writer.close()


def opened(place):
    made = socket.socket(*place[:3])
    made.setblocking(False)
    return made


async def read(answer):
    pieces = []
    while piece := await answer.content.readany():
        pieces.append(piece)
    return b"".join(pieces)


async def hangs_up(_reader, writer):
    writer.close()
