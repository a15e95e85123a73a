"""What a caller sees of its request, as headers; pure, and rendered from the one settlement that all others render too."""

from __future__ import annotations

from gateway.domain import Settlement


def decision_headers(settled: Settlement) -> dict[str, str]:
    """The headers of the decision."""
    headers = {
        "x-gateway-target": settled.target or "none",
        "x-gateway-route": settled.route or "none",
        "x-gateway-decision": settled.reason or "none",
        "x-gateway-overhead-ms": f"{settled.overhead_us / 1000:.3f}",
    }
    if settled.queued_us:
        headers["x-gateway-queued-ms"] = f"{settled.queued_us / 1000:.3f}"
    if settled.redacted:
        headers["x-gateway-redacted"] = ",".join(sorted(settled.redacted))
    if settled.labels:
        headers["x-gateway-label"] = ",".join(settled.labels)
    if settled.emergency:
        headers["x-gateway-emergency"] = settled.emergency
    if settled.not_carried:
        headers["x-gateway-not-carried"] = ",".join(settled.not_carried)
    return headers


def price_headers(settled: Settlement) -> dict[str, str]:
    """Money and energy of a call that is over; what nobody knows is left out."""
    headers = {}
    if settled.cost_usd is not None:
        headers["x-gateway-cost-usd"] = f"{settled.cost_usd:f}"
    if settled.energy_wh is not None:
        headers["x-gateway-energy-wh"] = f"{settled.energy_wh:f}"
    if settled.energy_quality is not None:
        headers["x-gateway-energy-quality"] = settled.energy_quality.value
    return headers
