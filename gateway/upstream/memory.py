"""What servers on the premises have in memory, and the orders to change it; carries nothing of a request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.domain import Provider, Target
from gateway.kinds import profile
from gateway.upstream.attestation import Attestation
from gateway.upstream.probe import probe
from gateway.upstream.questions import Questions, Unanswered

LOAD_LIMIT_S: Final = 900.0
"""How long a load may take before it counts as failed: a large model from a slow disk takes five minutes."""
PULL_SILENCE_S: Final = 300.0
"""How long a fetch may say nothing: a digest of forty gigabytes is checked in a minute or two."""
LOOK_EVERY_S: Final = 1.0
"""How often a server is asked whether it has loaded, where its answer to the order does not say."""


class Presence(StrEnum):
    """Where a model is, as its server says."""

    LOADED = "loaded"
    ON_DISK = "on disk"
    LISTED = "listed"  # its server has it, and does not say whether it is in memory
    ABSENT = "absent"
    DOWN = "server does not answer"


async def in_memory(questions: Questions, provider: Provider) -> frozenset[str] | None:
    """The models in memory; None where the server does not say.

    Raises:
        Unanswered: it did not answer.
    """
    known = profile(provider.kind)
    if known.loading is None:
        return None
    answer = await questions.ask(provider, known.root(provider.base_url) + known.loading.state)
    return known.loading.in_memory(answer.tree) if answer.status == 200 else None


async def load(questions: Questions, target: Target) -> bool:
    """Have a model loaded, and wait until its server says that it is; False if it cannot be told, or does not.

    Raises:
        Unanswered: the server did not take the order, or says no more.
        TimeoutError: it takes longer than any load.
    """
    provider, known = target.provider, profile(target.provider.kind)
    if known.loading is None:
        return False
    order = known.loading.load(target.model)
    async with asyncio.timeout(LOAD_LIMIT_S):
        url = known.root(provider.base_url) + order.path
        answer = await questions.ask(provider, url, body=order.body, answer_s=LOAD_LIMIT_S)
        if answer.status != 200:
            return False
        while target.model not in (await in_memory(questions, provider) or ()):  # noqa: ASYNC110  servers have no event
            await asyncio.sleep(LOOK_EVERY_S)
    return True


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a fetch is: a word of its server's, and bytes, 0 where it does not say."""

    word: str
    done: int = 0
    total: int = 0


class PullFailed(Exception):
    """The server could not fetch it: its library has no such model, or there was no way there."""


async def pull(questions: Questions, target: Target) -> AsyncIterator[Progress]:
    """Have a server fetch a model from its library, and tell how far it is.

    Raises:
        PullFailed: it could not, or cannot be told.
        Unanswered: it did not answer, or broke off.
    """
    provider, known = target.provider, profile(target.provider.kind)
    if known.loading is None or known.loading.pull is None:
        raise PullFailed
    order = known.loading.pull(target.model)
    lines = questions.lines(
        provider, known.root(provider.base_url) + order.path, body=order.body, silence_s=PULL_SILENCE_S
    )
    word = ""
    async for line in lines:
        if "error" in line:
            raise PullFailed
        said, done, total = line.get("status"), line.get("completed"), line.get("total")
        word = said if isinstance(said, str) else ""
        yield Progress(word, done if isinstance(done, int) else 0, total if isinstance(total, int) else 0)
    if word != "success":
        raise PullFailed


async def version(questions: Questions, provider: Provider) -> str:
    """The version that a server says it is; "" where it says none."""
    known = profile(provider.kind)
    if known.versions is None or not provider.at_home:
        return ""
    try:
        answer = await questions.ask(provider, known.root(provider.base_url) + known.versions.path)
    except Unanswered:
        return ""
    return known.versions.read(answer.tree) if answer.status == 200 else ""


async def unload(questions: Questions, target: Target) -> None:
    """Tell a server to evict a model.

    Raises:
        Unanswered: it did not answer.
    """
    provider, known = target.provider, profile(target.provider.kind)
    if known.loading is not None:
        order = known.loading.unload(target.model)
        await questions.ask(provider, known.root(provider.base_url) + order.path, body=order.body)


async def presence(questions: Questions, attestation: Attestation, provider: Provider, model: str) -> Presence:
    """Where a model of a server on the premises is."""
    listed = await probe(provider, questions, attestation)
    if not listed.up:
        return Presence.DOWN
    try:
        loaded = await in_memory(questions, provider)
    except Unanswered:
        loaded = None
    if loaded is not None and model in loaded:
        return Presence.LOADED
    if not {model, f"{model}:latest"} & set(listed.models):
        return Presence.ABSENT
    return Presence.LISTED if loaded is None else Presence.ON_DISK
