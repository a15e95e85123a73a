"""Tries the key of a cloud with a call that costs nothing: a GET of its list of models; carries the key and nothing else.

Only `gateway doctor --online` does so: a gateway that serves asks no cloud anything but what a caller asked (law 1).
"""

from __future__ import annotations

from enum import StrEnum

import aiohttp
from yarl import URL

from gateway.domain import Adapter, Provider
from gateway.events import EventSink
from gateway.kinds import profile
from gateway.upstream.pools import Pools
from gateway.upstream.port import trying
from gateway.upstream.sockets import Networks
from gateway.wire.operations import endpoint_at

ANSWER_S = 10.0
MAX_ANSWER_BYTES = 4 * 1024 * 1024


class KeyState(StrEnum):
    """What came of it."""

    TAKEN = "taken"
    REFUSED = "refused"
    AWAY = "away"
    UNSAID = "unsaid"
    UNTRIED = "untried"


async def try_key(provider: Provider, *, networks: Networks, events: EventSink) -> KeyState:
    """Ask once. Over the same pools and guard as everything that is sent: the provider's address and no other."""
    known = profile(provider.kind)
    base = known.address(provider.base_url, provider.params)
    if not base or not (known.speaks_anthropic or Adapter.DIRECT in known.ways):
        return KeyState.UNTRIED
    claudes = known.speaks_anthropic and not known.speaks_openai
    row = endpoint_at("/v1/messages" if claudes else "/v1/chat/completions")
    if row is None or (spoken := row.spoken) is None:
        return KeyState.UNTRIED
    url = f"{known.root(base)}/v1/models" if spoken.from_root else f"{known.openai_base(base)}/models"
    pools = Pools(networks=networks, events=events)
    token = trying.set(provider)
    try:
        answer = await pools.session(provider).get(
            URL(url),
            headers=dict(spoken.headers(provider.api_key)),
            allow_redirects=False,
            proxy=provider.proxy or None,
            timeout=aiohttp.ClientTimeout(total=provider.connect_s + ANSWER_S),
        )
        return await _state(answer)
    except (aiohttp.ClientError, OSError, ValueError):
        return KeyState.AWAY
    finally:
        trying.reset(token)
        await pools.aclose()


async def _state(answer: aiohttp.ClientResponse) -> KeyState:
    if answer.status in {401, 403}:
        return KeyState.REFUSED
    kind = answer.headers.get("Content-Type", "")
    return KeyState.TAKEN if answer.status == 200 and "json" in kind else KeyState.UNSAID
