"""Reads where state stands that replicas share: on the premises, or the configuration is refused; it looks no name up."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from gateway.config.addresses import Place, place
from gateway.config.draft import Draft
from gateway.config.settings import IPNetwork


def build_redis(draft: Draft, networks: Sequence[IPNetwork]) -> str:
    """The URL of what counts for all replicas; "": this process counts for itself."""
    form = "redis://HOST:PORT/0"
    return _on_premises(draft, ("shared", "redis"), draft.config.shared.redis, ("redis", "rediss"), form, networks)


def _on_premises(
    draft: Draft,
    where: tuple[str, str],
    url: str | None,
    schemes: Sequence[str],
    form: str,
    networks: Sequence[IPNetwork],
) -> str:
    """The URL. Who asked for how much, and when, is nobody's business elsewhere."""
    if url is None:
        return ""
    parts = _parts(url)
    if parts is None or parts.scheme not in schemes or not parts.hostname:
        draft.problem(
            where, "This is not an address of such a server.", f"Write `{form}`; its password as `${{NAME}}`."
        )
        return ""
    stands = place(parts.hostname, networks)
    if stands is Place.ELSEWHERE or (stands is Place.NAMED and not networks):
        remedy = "Use a server at a loopback address, or add the network it stands in to `server.on_prem_networks`."
        draft.problem(
            where, "What replicas share stays on the premises, and this address is not known to be there.", remedy
        )
        return ""
    return url


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises beyond 65535
    except ValueError:
        return None
    return parts
