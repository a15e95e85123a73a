"""Debian's real PostgreSQL, on a port of loopback, which can be killed, hang, and come back."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.kit.patience import SOON_S, TICK_S
from tests.kit.ports import free_port
from tests.kit.source import ROOT

DDL = ROOT / "deploy" / "postgres" / "ledger.sql"
TABLES = ("word", "entry", "detail", "policy", "config", "event", "log", "leaf", "node")
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "logging_collector": "off",
    "log_min_messages": "warning",
}


def _binary(name: str) -> str:
    found = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))]
    binary = found[-1] if found else shutil.which(name)
    assert binary, "PostgreSQL is missing: apt-get install --no-install-recommends postgresql"
    return binary


@dataclass
class PostgresServer:
    """One that keeps its files in `folder`; as root it runs as `postgres`, since it refuses to be root."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None
    made: set[str] = field(default_factory=set)
    preload: Path | None = None
    """A library that comes between it and the system."""

    @property
    def said(self) -> Path:
        """What it wrote."""
        return self.folder / "said"

    @property
    def owner(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}"

    def start(self) -> None:
        if not (self.folder / "PG_VERSION").exists():
            self._own()
            command = [
                _binary("initdb"),
                "-D",
                str(self.folder),
                "-U",
                "postgres",
                "--auth=trust",
                "--no-sync",
                "-E",
                "UTF8",
            ]
            subprocess.run([*command, "--locale=C"], check=True, capture_output=True, **self._as())
        options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [_binary("postgres"), "-D", str(self.folder), "-p", str(self.port), *options],
                stdout=said,
                stderr=said,
                start_new_session=True,
                env={**os.environ, "LD_PRELOAD": str(self.preload)} if self.preload else None,
                **self._as(),
            )
        ends = time.monotonic() + SOON_S
        while not self._answers():
            assert self.process.poll() is None, self.said.read_text()
            assert time.monotonic() < ends, "PostgreSQL did not start"
            time.sleep(TICK_S)

    def database(self, name: str = "record") -> str:
        """An empty record, and the URL by which gateways use it; the one of that name is emptied if it is there."""
        url = f"postgresql://gateway@127.0.0.1:{self.port}/{name}"
        if name in self.made:
            with psycopg.connect(f"{self.owner}/{name}", autocommit=True) as connection:
                connection.execute("SET session_replication_role = replica")  # no guards
                connection.execute(f"TRUNCATE {', '.join(TABLES)}")
                for table in TABLES:
                    connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
            return url
        self.made.add(name)
        with psycopg.connect(f"{self.owner}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = 'gateway'").fetchall():
                connection.execute("CREATE ROLE gateway LOGIN")
        command = [_binary("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-v", "writer=gateway", "-f", str(DDL)]
        subprocess.run([*command, f"{self.owner}/{name}"], check=True, capture_output=True)
        return url

    def kill(self) -> None:
        """End it, and all of its processes, without a word: another one begins only once none of them has its memory."""
        self._signal(signal.SIGKILL)
        self.process.wait()
        ends = time.monotonic() + SOON_S
        while self._processes():
            assert time.monotonic() < ends, "PostgreSQL does not end"
            self._signal(signal.SIGKILL)
            time.sleep(TICK_S)

    def hang(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self._signal(signal.SIGCONT)
            self.kill()

    def disk(self, how: str) -> None:
        """`full`, `slow`, or `sound` again: of one with the library of `disk.c`."""
        for other in ("full", "slow"):
            (self.folder / f"disk-is-{other}").unlink(missing_ok=True)
        if how != "sound":
            (self.folder / f"disk-is-{how}").touch(mode=0o644)

    def _answers(self) -> bool:
        try:
            psycopg.connect(f"{self.owner}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _signal(self, number: int) -> None:
        """Each of its processes is in a group of its own, and may have made another one meanwhile."""
        told: set[int] = set()
        while new := self._processes() - told:
            for process in sorted(new):  # the one that makes the others is the oldest
                with suppress(ProcessLookupError):
                    os.kill(process, number)
            told |= new

    def _processes(self) -> set[int]:
        """All that work in the folder, also those whose parent is gone."""
        found = set()
        for process in Path("/proc").iterdir():
            with suppress(OSError):
                if process.name.isdigit() and (process / "cwd").readlink() == self.folder:
                    found.add(int(process.name))
        return found

    def _own(self) -> None:
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)

    @staticmethod
    def _as() -> dict:
        if os.geteuid() != 0:
            return {}
        account = pwd.getpwnam("postgres")
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}


@contextmanager
def postgres_server(*, with_disk: bool = False):
    """One in a folder of its own: pytest closes its folders to others, and this one may run as another user."""
    with tempfile.TemporaryDirectory(prefix="postgres-of-a-test-") as folder:
        made = PostgresServer(Path(folder) / "data")
        made.folder.mkdir()
        Path(folder).chmod(0o755)
        if with_disk:
            made.preload = Path(folder) / "disk.so"
            command = [
                "cc",
                "-shared",
                "-fPIC",
                "-o",
                str(made.preload),
                str(Path(__file__).with_name("disk.c")),
                "-ldl",
            ]
            subprocess.run(command, check=True, capture_output=True)
        try:
            made.start()
            yield made
        finally:
            made.stop()
