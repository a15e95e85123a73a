"""Asks local servers whether they answer and which models they list; sends no content and asks no cloud."""

from __future__ import annotations

from gateway.domain import Provider
from gateway.events import Cause
from gateway.kinds import ollama, profile
from gateway.ports import Probed
from gateway.upstream.attestation import Attestation
from gateway.upstream.questions import Questions, Silent, Unanswered, Unreachable

MAX_MODELS = 1000


def is_asked(provider: Provider) -> bool:
    """Whether a provider is probed at all: only on the premises, and only if it is not off."""
    return provider.on_prem and not provider.off and profile(provider.kind).local


async def probe(provider: Provider, questions: Questions, attestation: Attestation) -> Probed:
    """Ask once; whatever goes wrong is `up=False`.

    LM Studio answers 200 with an error text for unknown paths, and mlx_lm with an empty body: only a list of models
    counts as an answer.
    """
    known = profile(provider.kind)
    try:
        answer = await questions.ask(provider, f"{known.openai_base(provider.base_url)}/models")
        listed = answer.items("data")
        if listed is None:
            return Probed(up=False, cause=Cause.KEY_REFUSED if answer.status in {401, 403} else Cause.BAD_REPLY)
        models = [name for item in listed if isinstance(name := item.get("id"), str)]
        listing = await attestation.listing(provider)
        if listing is not None:
            models = [name for name in models if not listing.elsewhere(name)]
        elif known is ollama.PROFILE:
            models = []
    except Unreachable as unreachable:
        return Probed(up=False, cause=unreachable.cause)
    except Silent:
        return Probed(up=False, cause=Cause.CONNECT_TIMEOUT)
    except Unanswered:
        return Probed(up=False, cause=Cause.BAD_REPLY)
    readable = [name for name in models if name.isascii() and name.isprintable()]  # they become header values
    return Probed(up=True, models=tuple(readable[:MAX_MODELS]))
