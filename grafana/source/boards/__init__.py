"""The dashboards, one module each."""

from grafana.source.boards import agents, audit, backends, cost, latency, overview, policy

BOARDS = (
    overview.BOARD,
    latency.BOARD,
    cost.BOARD,
    policy.BOARD,
    backends.BOARD,
    audit.BOARD,
    agents.BOARD,
)
