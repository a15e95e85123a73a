"""The snippets for proxies, by the proxies themselves: they load, and a stream goes through them piece by piece."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import ssl
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.kit.certificates import certificate
from tests.kit.patience import SOON_S
from tests.kit.ports import free_port
from tests.kit.running import one_route
from tests.kit.servers import streams_for_ever
from tests.kit.source import ROOT

NAME = "gateway.clinic.example"
SNIPPETS = ROOT / "deploy" / "proxy"


def nginx(folder, text, gateway, port):
    """A whole configuration around the snippet, with its ports and files where a test has them."""
    text = text.replace("127.0.0.1:8080", gateway).replace("listen 443", f"listen 127.0.0.1:{port}")
    text = re.sub(r"/(etc|var/log)/[\w./-]+/", f"{folder}/", text)
    spools = "".join(
        f"{what}_temp_path {folder}/{what};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n{spools}{text}}}\n"
    )
    return ["nginx", "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]


def caddy(folder, text, gateway, port):
    text = text.replace("127.0.0.1:8080", gateway).replace(f"{NAME} {{", f"https://{NAME}:{port} {{", 1)
    text = text.replace(
        "# tls /etc/caddy/gateway.pem /etc/caddy/gateway.key", f"tls {folder}/tls.cert {folder}/tls.key"
    )
    text = text.replace("/var/log/caddy/", f"{folder}/")
    options = "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n"
    (folder / "Caddyfile").write_text(options + text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


PROXIES = {"nginx": (nginx, "nginx.conf"), "caddy": (caddy, "Caddyfile")}


@asynccontextmanager
async def in_front(proxy, gateway, folder):
    """The proxy, run as the snippet says, and a client that comes by its name over TLS."""
    build, snippet = PROXIES[proxy]
    certificate(folder, name=NAME)
    port = free_port()
    command = build(folder, (SNIPPETS / snippet).read_text(encoding="utf-8"), gateway.removeprefix("http://"), port)
    home = {
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "PATH": "/usr/sbin:/usr/bin:/bin",
    }
    process = await asyncio.create_subprocess_exec(
        *command, env=home, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    trusted = ssl.create_default_context(cafile=str(folder / "tls.cert"))
    to = {"base_url": f"https://127.0.0.1:{port}", "headers": {"Host": NAME}, "trust_env": False, "timeout": SOON_S}
    try:
        async with httpx.AsyncClient(verify=trusted, **to) as client:
            client.event_hooks = {"request": [by_name]}
            await answers(client, process)
            yield client
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def by_name(request):
    request.extensions["sni_hostname"] = NAME


async def answers(client, process):
    """Until it takes connections; what it says is the failure where it never does."""
    for _ in range(200):
        try:
            return await client.get("/health")
        except httpx.ConnectError:
            if process.returncode is not None:
                raise AssertionError((await process.stderr.read()).decode()) from None
            await asyncio.sleep(0.05)
    raise AssertionError("it does not listen")


@pytest.fixture(params=[name for name in PROXIES if shutil.which(name, path="/usr/sbin:/usr/bin")] or ["nginx"])
async def proxied(request, start, upstream, tmp_path):
    server = await upstream(streams_for_ever())
    more = f"server: {{behind_tls_proxy: true, hosts: [{NAME}]}}"
    gateway = await start(one_route(server, more))
    folder = tmp_path / "proxy"
    folder.mkdir()
    async with in_front(request.param, gateway.url, folder) as client:
        yield client, folder


async def test_a_stream_comes_through_piece_by_piece(proxied):
    """The answer never ends: who waits for the whole of it waits for ever."""
    client, folder = proxied
    body = {"messages": [{"role": "user", "content": "Hello, CANARY."}], "stream": True}
    pieces = []
    async with asyncio.timeout(SOON_S), client.stream("POST", "/v1/chat/completions", json=body) as reply:
        assert reply.status_code == 200
        async for line in reply.aiter_lines():
            if line.startswith("data: {"):
                pieces.append(json.loads(line[6:]))
            if len(pieces) == 5:
                break
    assert len(pieces) == 5
    logs = "".join(path.read_text(errors="replace") for path in folder.glob("*.log"))
    assert "CANARY" not in logs


async def test_a_large_request_passes_and_one_beyond_the_limit_does_not(proxied):
    client, _ = proxied
    fits = await client.post("/gateway/explain", json={"request": {"messages": [], "x": "word " * 400_000}})
    assert fits.status_code != 413
    try:
        refused = (await client.post("/v1/chat/completions", content=b"x" * (40 * 2**20))).status_code
    except (httpx.ReadError, httpx.WriteError):  # it hangs up on whoever goes on sending
        refused = 413
    assert refused == 413
