"""The systems that are measured: how each is found and started, and what its processes take of the processor and of memory."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
READY_S = 90.0
NGINX = """worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  keepalive_requests 10000000; client_body_buffer_size 256k; client_max_body_size 32m; tcp_nodelay on;
  upstream up {{ server 127.0.0.1:{upstream}; keepalive 2048; keepalive_requests 10000000; }}
  server {{ listen 127.0.0.1:{port} backlog=4096;
    location / {{ proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }} }}
}}
"""
GATEWAY = """version: 1
state_dir: {folder}/state
policies: {policies}
providers:
  up: {{kind: openai_compatible, base_url: "http://127.0.0.1:{upstream}/v1", traits: [on_prem]}}
  away:
    kind: openai_compatible
    base_url: "http://127.0.0.1:{upstream}/v1"
    baa: {{reference: "a benchmark", expires: 2099-01-01}}
targets:
  chat: {{provider: up, model: fake-model}}
  cloud: {{provider: away, model: fake-model}}
  vectors: {{provider: up, model: fake-embed, capabilities: [embeddings]}}
routes:
  fake-model: {{targets: [chat]}}
  fake-cloud: {{targets: [cloud]}}
  fake-embed: {{targets: [vectors], operation: embeddings}}
"""
LITELLM = """model_list:
  - model_name: fake-model
    litellm_params: {{model: openai/fake-model, api_base: "http://127.0.0.1:{upstream}/v1", api_key: x}}
  - model_name: fake-embed
    litellm_params: {{model: openai/fake-embed, api_base: "http://127.0.0.1:{upstream}/v1", api_key: x}}
"""


class Missing(Exception):
    """A system is not installed here."""


@dataclass
class System:
    """One that runs. `core` is the processor it is held on, where there is more than one."""

    name: str
    port: int
    model: str = "fake-model"
    vectors: str = "fake-embed"
    cloud: str = "fake-model"
    headers: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    version: str = ""
    ready_s: float = 0.0
    idle_mib: float = 0.0
    log: Path = field(default_factory=Path)
    seen_ns: dict[str, int] = field(default_factory=dict)

    def cpu_ns(self) -> int:
        """Nanoseconds on a processor of all its threads and processes, those that have ended since included."""
        for pid in self._pids():
            for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                with contextlib.suppress(OSError):
                    self.seen_ns[str(file)] = int(file.read_text().split()[0])
        return sum(self.seen_ns.values())

    def mib(self) -> float:
        """Memory of its processes: what they share is counted once."""
        total = 0
        for pid in self._pids():
            with contextlib.suppress(OSError):
                said = Path(f"/proc/{pid}/smaps_rollup").read_text()
                total += next((int(line.split()[1]) for line in said.splitlines() if line.startswith("Pss:")), 0)
        return total / 1024

    def _pids(self) -> Iterator[int]:
        if self.process is None:
            return
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, ValueError):
                    stat = (entry / "stat").read_text()
                    children.setdefault(int(stat[stat.rindex(")") + 2 :].split()[1]), []).append(int(entry.name))
        pids = [self.process.pid]
        for pid in pids:
            pids += children.get(pid, [])
        yield from pids

    def end(self) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)  # its own session, begun here
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def cores() -> tuple[list[str], list[str]]:
    """How to hold the measured system on one processor, and the upstream with the load on another."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2 or shutil.which("taskset") is None:
        return [], []
    return ["taskset", "-c", str(allowed[0])], ["taskset", "-c", str(allowed[-1])]


def built(folder: Path) -> None:
    """Build the upstream and the load generator.

    Raises:
        Missing: no C compiler.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise Missing("a C compiler (cc) builds the upstream and the load generator")
    for name in ("upstream", "load"):
        subprocess.run([compiler, "-O2", "-o", str(folder / name), str(HERE / f"{name}.c")], check=True)


def direct(folder: Path) -> System:
    """The upstream by itself."""
    port = free_port()
    process = subprocess.Popen([*cores()[1], str(folder / "upstream"), "-p", str(port)], start_new_session=True)
    _wait(port, "/v1/models", process)
    return System("direct", port, process=process)


def started(name: str, upstream: int, folder: Path) -> System:
    """Start one of the systems before an upstream.

    Raises:
        Missing: it is not installed here, or does not start.
    """
    folder = folder / name
    folder.mkdir(exist_ok=True)
    system = System(name, free_port(), log=folder / "log")
    command, path, environment = _COMMANDS[name](system, upstream, folder)
    begun = time.monotonic()
    with system.log.open("wb") as log:
        system.process = subprocess.Popen(
            [*cores()[0], *command],
            stdout=log,
            stderr=log,
            env=os.environ | environment,
            cwd=folder,
            start_new_session=True,
        )
    try:
        _wait(system.port, path, system.process)
    except Missing:
        system.end()
        raise Missing(f"{name} did not start; see {system.log}") from None
    system.ready_s = time.monotonic() - begun
    return system


def _wait(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            status = connection.getresponse().status
            connection.close()
            if status < 500:
                return
        time.sleep(0.02)
    raise Missing("it does not answer")


Started = tuple[Sequence[str], str, Mapping[str, str]]


def _nginx(system: System, upstream: int, folder: Path) -> Started:
    program = _program("nginx", "/usr/sbin/nginx")
    system.version = _said([program, "-v"]).rpartition("/")[2]
    (folder / "conf").write_text(NGINX.format(folder=folder, port=system.port, upstream=upstream))
    return [program, "-p", str(folder), "-c", str(folder / "conf")], "/v1/models", {}


def _gateway(system: System, upstream: int, folder: Path) -> Started:
    tuned = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
    system.version = f"{commit()}, Python {sys.version.split()[0]} {'with' if tuned else 'without'} PGO"
    system.cloud = "fake-cloud"
    (folder / "config.yaml").write_text(GATEWAY.format(folder=folder, policies=ROOT / "policies", upstream=upstream))
    command = [sys.executable, "-m", "gateway", "serve", "--config", "config.yaml", "--port", str(system.port)]
    return command, "/ready", {"PYTHONPATH": str(ROOT)}


def _ferrogw(system: System, upstream: int, _: Path) -> Started:
    program = _program("ferrogw", os.environ.get("FERROGW", ""))
    system.version = _said([program, "version"])[:40]
    system.model, system.vectors = "gpt-4o-mini", "text-embedding-3-small"
    environment = {"MASTER_KEY": "fgw_x", "OPENAI_API_KEY": "sk-x", "OPENAI_BASE_URL": f"http://127.0.0.1:{upstream}"}
    environment |= {"ALLOW_UNAUTHENTICATED_PROXY": "true", "PORT": str(system.port), "LOG_LEVEL": "error"}
    environment |= {"RATE_LIMIT_RPS": "10000000", "RATE_LIMIT_BURST": "10000000"}
    return [program, "serve"], "/readyz", environment


def _litellm(system: System, upstream: int, folder: Path) -> Started:
    program = _program("litellm", os.environ.get("LITELLM", ""))
    python = Path(program).with_name("python")
    system.version = _said([str(python), "-c", "from importlib.metadata import version; print(version('litellm'))"])
    (folder / "config.yaml").write_text(LITELLM.format(upstream=upstream))
    key = "sk-for-the-benchmark-only-0123456789"
    system.headers = (f"Authorization: Bearer {key}",)
    environment = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MASTER_KEY": key, "LITELLM_MODE": "PRODUCTION"}
    command = [
        program,
        "--config",
        "config.yaml",
        "--host",
        "127.0.0.1",
        "--port",
        str(system.port),
        "--num_workers",
        "1",
    ]
    return command, "/health/liveliness", environment | {"LITELLM_LOG": "ERROR"}


_COMMANDS = {"nginx": _nginx, "gateway": _gateway, "ferrogw": _ferrogw, "litellm": _litellm}
PEERS = tuple(_COMMANDS)


def _program(name: str, elsewhere: str) -> str:
    """Where a program is: named by a variable, on the path, or where a package puts it."""
    found = elsewhere if elsewhere and Path(elsewhere).is_file() else shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not installed here")
    return found


def _said(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[0] if done.stdout + done.stderr else "?"


def commit() -> str:
    """The commit of this repository, as git names it shortly; "?" outside of one."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "?"
