"""Debian's real Redis, on a port of loopback, which can be stopped dead, started again, and listened to."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.kit.patience import SOON_S, TICK_S
from tests.kit.ports import free_port


@dataclass
class RedisServer:
    """One that keeps what it counts in `folder`."""

    folder: Path
    port: int = field(default_factory=free_port)
    keeps: bool = True
    """Whether what it counted is there again after it was killed."""
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        binary = shutil.which("redis-server") or shutil.which("valkey-server")
        assert binary, "Redis is missing: apt-get install --no-install-recommends redis-server"
        kept = (
            ["--appendonly", "yes", "--appendfsync", "always"] if self.keeps else ["--save", "", "--appendonly", "no"]
        )
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder), *kept]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([binary, *options], stdout=log, stderr=log)
        ends = time.monotonic() + SOON_S
        while self.ask("PING") != "PONG":
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < ends, "Redis did not start"
            time.sleep(TICK_S)

    def kill(self) -> None:
        """End it without a word, as a lost machine does."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def hang(self) -> None:
        """Stop answering, and keep all connections."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def ask(self, *words: str, within_s: float = SOON_S) -> str:
        """What it says to one command, as `redis-cli` prints it; "" where nobody answers.

        Raises:
            TimeoutExpired: it hangs.
        """
        command = ["redis-cli", "-h", "127.0.0.1", "-p", str(self.port), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=within_s, check=False).stdout.strip()

    @contextmanager
    def overheard(self):
        """Every command that it is given meanwhile or runs, all keys at the end, and every byte of its files."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=SOON_S) as wire:
            wire.sendall(b"MONITOR\r\n")
            assert wire.recv(5) == b"+OK\r\n"
            said: list[bytes] = []
            yield said
            self.ask("ECHO", "the-end-of-listening")
            while b"the-end-of-listening" not in b"".join(said):
                said.append(wire.recv(1 << 16))
        said.append(self.ask("--scan").encode())
        said += [file.read_bytes() for file in self.folder.rglob("*") if file.is_file()]

    def _signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()


@contextmanager
def redis_server(folder: Path, *, keeps: bool = True):
    folder.mkdir(parents=True, exist_ok=True)
    made = RedisServer(folder, keeps=keeps)
    try:
        made.start()
        yield made
    finally:
        made.stop()
