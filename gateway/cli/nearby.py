"""Looks for servers of language models on this machine, at the ports they have unless told otherwise; asks loopback only."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.config import parse
from gateway.domain import Provider, ProviderKind
from gateway.events import FanOut
from gateway.kinds import PROFILES, Profile, profile
from gateway.upstream.attestation import Attestation
from gateway.upstream.probe import probe
from gateway.upstream.questions import Questions, Unanswered

ANSWER_S: Final = 2.0
_CONNECT_S: Final = 0.5
_OURS: Final = "gateway"
"""What our own list of models says that its models are owned by."""
_NO_CHAT: Final = re.compile(r"embed|minilm|bge-|rerank|whisper|gte-|e5-", re.IGNORECASE)
_VECTORS: Final = re.compile(r"embed|minilm|bge-(?!rerank)|gte-|e5-", re.IGNORECASE)


PORTS: Final = tuple(dict.fromkeys(port for known in PROFILES.values() for port in known.ports))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A server that answered, or our own (`ours`), and the models that it lists and runs itself."""

    kind: ProviderKind
    port: int
    models: tuple[str, ...] = ()
    ours: bool = False

    @property
    def base_url(self) -> str:
        """Its address as a configuration names it."""
        return f"http://localhost:{self.port}{'' if profile(self.kind).under_v1 else '/v1'}"

    @property
    def chat(self) -> str:
        """The first of its models that may be one to talk to; "" where none is."""
        return next((name for name in self.models if not _NO_CHAT.search(name)), "")

    @property
    def vectors(self) -> str:
        """The first of its models that may be one for embeddings; "" where none is."""
        return next((name for name in self.models if _VECTORS.search(name)), "")


async def look(ports: Mapping[int, int] | None = None) -> list[Neighbour]:
    """Who answers at the usual ports; takes as long as the slowest, some seconds at most.

    `ports` says which other one is looked at in place of a usual one.
    """
    questions = Questions(networks=tuple, events=FanOut([]))
    attestation = Attestation(questions, events=FanOut([]))
    places = {port: port for port in PORTS} if ports is None else ports
    try:
        found = await asyncio.gather(*(_at(*place, questions, attestation) for place in places.items()))
    finally:
        await attestation.aclose()
    return [one for one in found if one is not None]


async def _at(usual: int, port: int, questions: Questions, attestation: Attestation) -> Neighbour | None:
    """Who answers at one port; None where nobody lists models there, or nobody knows who it is."""
    usually = [known for known in PROFILES.values() if usual in known.ports]
    asked = _provider(usually[0], port)
    try:
        listed = (await questions.ask(asked, f"http://127.0.0.1:{port}/v1/models", answer_s=ANSWER_S)).items("data")
    except Unanswered:
        return None
    if listed is None:
        return None
    owners = {owner for item in listed if isinstance(owner := item.get("owned_by"), str)}
    if _OURS in owners:
        return Neighbour(asked.kind, port, ours=True)
    told = [known for known in PROFILES.values() if known.owner and known.owner in owners]
    silent = [known for known in usually if not known.owner]
    for known in [*told, *silent][:1]:
        there = await probe(_provider(known, port), questions, attestation)
        return Neighbour(known.kind, port, there.models) if there.up else None
    return None


def _provider(known: Profile, port: int) -> Provider:
    """The provider that a configuration would make of it, with little patience."""
    root = f"http://127.0.0.1:{port}{'' if known.under_v1 else '/v1'}"
    text = (
        f'version: 1\nproviders: {{it: {{kind: {known.kind}, base_url: "{root}", traits: [on_prem], '
        f"connect_s: {_CONNECT_S}}}}}\n"
    )
    return parse(text, file="nearby", environ={}).providers["it"]
