"""The names of a configuration, as those need them who refuse other names; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from gateway.config import Settings
from gateway.domain import USUAL_OPERATION
from gateway.domain.quota import Per
from gateway.kinds.origin import host_and_port
from gateway.observability.vocabulary import Vocabulary
from gateway.phi.replace.redact import Refused
from gateway.pipeline.settlement import ERRAND, PERMITTED, REDACTED
from gateway.policy.decide import RefusalReason
from gateway.routing.charges import NOBODY


def vocabulary_of(settings: Settings, *, stored: Iterable[str] = ()) -> Vocabulary:
    """Every name that may become a label, a log field or a column of the record; `stored` are callers of the key store."""
    reasons = [PERMITTED, REDACTED, ERRAND, *RefusalReason, *Refused]
    vocabulary = Vocabulary.of(
        list(settings.table.routes.values()),
        callers=[*(caller.name for caller in settings.callers), *stored, "anonymous"],
        agents=settings.table.agents,
        reasons=reasons,
    )
    found = settings.table.discovered
    return replace(
        vocabulary,
        targets=vocabulary.targets | set(found),
        models=vocabulary.models | {(USUAL_OPERATION, target.provider.name, target.model) for target in found.values()},
        reasons=vocabulary.reasons | {rule.id for rule in settings.policy.rules},
        labels=settings.table.labels,
        emergencies=frozenset(settings.emergency.reasons),
        addresses=frozenset(host_and_port(provider.base_url) for provider in settings.providers.values()),
    )


def names_by_use(vocabulary: Vocabulary) -> Mapping[Per, Collection[str]]:
    """By which names budgets and limits may count."""
    return {Per.CALLER: vocabulary.callers, Per.AGENT: vocabulary.agents | {NOBODY}, Per.ROUTE: vocabulary.routes}
