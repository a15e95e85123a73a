"""The servers on the premises, as a request needs them: where they run a model, how much it holds, when it has its turn."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.meters.sampler import Sampler
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
    meters: Sampler

    @classmethod
    def of(cls, attestation: Attestation, machines: Machines, meters: Sampler) -> Premises:
        """All of it, by who asks the servers where they run what."""
        asks = attestation.questions
        return cls(
            attestation=attestation, windows=Windows(asks), machines=machines, warmth=Warmth(asks), meters=meters
        )

    async def aclose(self) -> None:
        """End all that was started, the connections of questions last."""
        await self.meters.aclose()
        await self.machines.aclose()
        await self.attestation.aclose()
