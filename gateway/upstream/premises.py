"""The servers on the premises, as a request needs them: where they run a model, how much it holds, when it has its turn."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.upstream.attestation import Attestation
from gateway.upstream.machines import Machines
from gateway.upstream.warmth import Warmth
from gateway.upstream.windows import Windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """What is asked before anything is sent; one for a gateway."""

    attestation: Attestation
    windows: Windows
    machines: Machines
    warmth: Warmth

    @classmethod
    def of(cls, attestation: Attestation, machines: Machines) -> Premises:
        """All of it, by who asks the servers where they run what."""
        questions = attestation.questions
        return cls(attestation=attestation, windows=Windows(questions), machines=machines, warmth=Warmth(questions))
