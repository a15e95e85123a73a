"""Asks local servers whether they answer and which models they list; sends no content and asks no cloud."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass

import httpx

from gateway.domain import Provider, ProviderKind
from gateway.upstream.sockets import Network, on_premises

probing: ContextVar[bool] = ContextVar("probing", default=False)
"""Set while a probe may open a connection: the only ones without an `Outbound`, because they carry no content."""
PROBE_S = 1.0
MAX_LIST_BYTES = 4 * 1024 * 1024
MAX_MODELS = 1000
_ASKED = frozenset(
    {
        ProviderKind.LM_STUDIO,
        ProviderKind.OLLAMA,
        ProviderKind.MLX,
        ProviderKind.LLAMA_CPP,
        ProviderKind.VLLM,
        ProviderKind.OPENAI_COMPATIBLE,
    }
)


@dataclass(frozen=True, slots=True)
class Health:
    """What a provider said last. `models` are its own names, without those it would forward elsewhere (law 10)."""

    up: bool
    models: tuple[str, ...] = ()


def is_asked(provider: Provider) -> bool:
    """Whether a provider is probed at all: only on the premises, and only if it is not off."""
    return provider.on_prem and not provider.off and provider.kind in _ASKED


async def probe(provider: Provider, *, networks: Sequence[Network]) -> Health:
    """Ask once; whatever goes wrong is `up=False`.

    LM Studio answers 200 with an error text for unknown paths, and mlx_lm with an empty body: only a list of models
    counts as an answer.
    """
    probing.set(True)  # for this task alone
    headers = {"Authorization": f"Bearer {provider.api_key}"} if provider.api_key else {}
    timeout = httpx.Timeout(PROBE_S, connect=PROBE_S)
    try:
        async with (
            asyncio.timeout(2 * PROBE_S),
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=timeout, headers=headers) as client,
        ):
            base = provider.base_url.rstrip("/")
            if provider.kind is ProviderKind.OLLAMA and not base.endswith("/v1"):
                base += "/v1"
            listed = await _get(client, f"{base}/models", networks)
            models = _names(listed, "data", "id")
            if models is None:
                return Health(up=False)
            if provider.kind is ProviderKind.OLLAMA:
                models = await _kept_at_home(client, provider, models, networks)
            return Health(up=True, models=tuple(models[:MAX_MODELS]))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, TimeoutError):
        return Health(up=False)


async def probe_all(providers: Sequence[Provider], *, networks: Sequence[Network]) -> dict[str, Health]:
    """All that are to be asked, at once."""
    asked = [provider for provider in providers if is_asked(provider)]
    answers = await asyncio.gather(*(probe(provider, networks=networks) for provider in asked))
    return {provider.name: health for provider, health in zip(asked, answers, strict=True)}


async def _get(client: httpx.AsyncClient, url: str, networks: Sequence[Network]) -> object:
    async with client.stream("GET", url) as response:
        stream = response.extensions.get("network_stream")
        peer = stream.get_extra_info("server_addr") if stream is not None else None
        if peer is not None and not on_premises(str(peer[0]), networks):
            return None
        body = b""
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > MAX_LIST_BYTES:
                return None
    return httpx.Response(200, content=body).json() if response.status_code == 200 and body else None


async def _kept_at_home(
    client: httpx.AsyncClient, provider: Provider, models: list[str], networks: Sequence[Network]
) -> list[str]:
    """Without the models that Ollama would proxy to its own cloud: those with a `remote_host` in `/api/tags`."""
    root = provider.base_url.rstrip("/").removesuffix("/v1")
    tags = await _get(client, f"{root}/api/tags", networks)
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
