"""The names that may become label values or appear in a log line: what the configuration says, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.domain import Operation, Route

OTHER = "other"
"""What an unknown name becomes."""
NONE = "none"
"""What an empty name becomes: no route, no target was chosen."""


def label(name: str, known: frozenset[str]) -> str:
    """The value of a label: a known name itself, so that no caller can add a series."""
    if name in known:
        return name
    return OTHER if name else NONE


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names out of the configuration, and the reason codes of the policy."""

    models: frozenset[tuple[Operation, str, str]] = frozenset()
    """(operation, provider, model) that a route leads to."""
    targets: frozenset[str] = frozenset()
    routes: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    machines: frozenset[str] = frozenset()
    callers: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    """What a request may be labelled."""
    emergencies: frozenset[str] = frozenset()
    """Reasons of emergency access."""
    addresses: frozenset[str] = frozenset()
    """`host:port` of the servers; in log lines only."""

    @classmethod
    def of(
        cls,
        routes: Sequence[Route],
        *,
        callers: Iterable[str] = (),
        agents: Iterable[str] = (),
        reasons: Iterable[str] = (),
    ) -> Vocabulary:
        """The vocabulary of a configuration. `reasons` are the codes that decisions and refusals give."""
        return cls(
            models=frozenset((r.operation, t.provider.name, t.model) for r in routes for t in r.targets),
            targets=frozenset(t.name for r in routes for t in r.targets),
            routes=frozenset(r.name for r in routes),
            providers=frozenset(t.provider.name for r in routes for t in r.targets),
            machines=frozenset(t.provider.machine_name for r in routes for t in r.targets),
            callers=frozenset(callers),
            agents=frozenset(agents),
            reasons=frozenset(reasons),
        )

    @property
    def names(self) -> frozenset[str]:
        """Every name, whatever it names."""
        models = frozenset(model for _, _, model in self.models)
        servers = self.targets | self.providers | self.machines
        return (
            models | servers | self.routes | self.callers | self.agents | self.reasons | self.labels | self.emergencies
        )

    def model_labels(self, operation: Operation, provider: str, model: str) -> tuple[str, str, str]:
        """Operation, provider and model as labels."""
        if (operation, provider, model) in self.models:
            return operation, provider, model
        if not provider:
            return operation, NONE, NONE
        return operation, label(provider, self.providers), OTHER
