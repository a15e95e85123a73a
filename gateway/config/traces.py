"""Reads where traces go: to a collector on the premises, or nowhere; it never looks a name up."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.config.addresses import Place, address
from gateway.config.draft import Draft
from gateway.config.settings import IPNetwork, Traces


def build_traces(draft: Draft, networks: Sequence[IPNetwork]) -> Traces | None:
    """Where traces go and how many; None: there are none.

    Names of agents, callers and routes, and when somebody asked, are nobody's business elsewhere. A name is judged again at
    each connection, as a provider's is, and only against networks that are listed.
    """
    section = draft.config.traces
    if section.otlp is None:
        return None
    where = address(section.otlp, networks)
    if where is None:
        remedy = "Write `http(s)://host:port`, without user, password or query: `http://127.0.0.1:4318`."
        draft.problem(("traces", "otlp"), "This is not an address that a collector may have.", remedy)
        return None
    if where.place is Place.ELSEWHERE or (where.place is Place.NAMED and not networks):
        remedy = "Use a collector at a loopback address, or add the network it stands in to `server.on_prem_networks`."
        draft.problem(
            ("traces", "otlp"), "Traces stay on the premises, and this address is not known to be there.", remedy
        )
        return None
    return Traces(section.otlp, share=section.share)
