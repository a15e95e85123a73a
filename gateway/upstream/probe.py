"""Asks local servers whether they answer and which models they list; sends no content and asks no cloud."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Sequence
from contextvars import ContextVar
from functools import partial

import httpx
import orjson

from gateway.domain import Provider
from gateway.kinds import ollama, profile
from gateway.ports import Probed
from gateway.upstream.sockets import Network, on_premises

probing: ContextVar[bool] = ContextVar("probing", default=False)
"""Set while a probe may open a connection: the only ones without an `Outbound`, because they carry no content."""
PROBE_S = 1.0
MAX_LIST_BYTES = 4 * 1024 * 1024
MAX_MODELS = 1000
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP: httpx would else read all root certificates for every client it makes."""


def is_asked(provider: Provider) -> bool:
    """Whether a provider is probed at all: only on the premises, and only if it is not off."""
    return provider.on_prem and not provider.off and profile(provider.kind).local


async def probe(provider: Provider, *, networks: Sequence[Network]) -> Probed:
    """Ask once; whatever goes wrong is `up=False`.

    LM Studio answers 200 with an error text for unknown paths, and mlx_lm with an empty body: only a list of models
    counts as an answer.
    """
    probing.set(True)  # for this task alone
    try:
        async with asyncio.timeout(2 * PROBE_S):
            url = httpx.URL(provider.base_url.rstrip("/"))
            for address in await _addresses(url, networks):
                with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                    return await _asked(provider, url, address)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, TimeoutError):
        pass
    return Probed(up=False)


async def _addresses(url: httpx.URL, networks: Sequence[Network]) -> list[str]:
    """Where the name leads now, as far as that is on the premises: only there may even the key of the provider go."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(address[0]) for *_, address in found)
    return [address for address in addresses if on_premises(address, networks)]


async def _asked(provider: Provider, url: httpx.URL, address: str) -> Probed:
    headers = {"Accept-Encoding": "identity", "Host": url.netloc.decode("ascii")}
    if provider.api_key:
        headers["Authorization"] = f"Bearer {provider.api_key}"
    tls = ssl.create_default_context(cafile=provider.ca_bundle or None) if url.scheme == "https" else _NO_TLS
    async with httpx.AsyncClient(
        trust_env=False, follow_redirects=False, timeout=PROBE_S, headers=headers, verify=tls
    ) as client:
        base, known = str(url.copy_with(host=address)), profile(provider.kind)
        ask = partial(_get, client, host=url.host)
        models = _names(await ask(f"{known.openai_base(base)}/models"), "data", "id")
        if models is None:
            return Probed(up=False)
        if known is ollama.PROFILE:
            models = _kept_at_home(models, await ask(f"{known.root(base)}/api/tags"))
        readable = [model for model in models if model.isascii() and model.isprintable()]  # they become header values
        return Probed(up=True, models=tuple(readable[:MAX_MODELS]))


async def probe_all(providers: Sequence[Provider], *, networks: Sequence[Network]) -> dict[str, Probed]:
    """All that are to be asked, at once."""
    asked = [provider for provider in providers if is_asked(provider)]
    answers = await asyncio.gather(*(probe(provider, networks=networks) for provider in asked))
    return {provider.name: health for provider, health in zip(asked, answers, strict=True)}


async def _get(client: httpx.AsyncClient, url: str, *, host: str) -> object:
    """The JSON at `url`; `host` is the name that a certificate must bear."""
    body = b""
    async with client.stream("GET", url, extensions={"sni_hostname": host}) as response:
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > MAX_LIST_BYTES:
                return None
    return orjson.loads(body) if response.status_code == 200 and body else None


def _kept_at_home(models: list[str], tags: object) -> list[str]:
    """Without the models that Ollama would proxy to its own cloud: those with a `remote_host` in `/api/tags`."""
    listed = tags.get("models") if isinstance(tags, dict) else None
    if not isinstance(listed, list):
        return []
    remote = {str(item.get("name")) for item in listed if isinstance(item, dict) and item.get("remote_host")}
    return [model for model in models if model not in remote]


def _names(listed: object, group: str, field: str) -> list[str] | None:
    items = listed.get(group) if isinstance(listed, dict) else None
    if not isinstance(items, list):
        return None
    names = [item.get(field) for item in items if isinstance(item, dict)]
    return [name for name in names if isinstance(name, str)]
