"""Reads where state stands that replicas share: on the premises, or the configuration is refused; it looks no name up."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from gateway.config.addresses import Place, place
from gateway.config.draft import Draft
from gateway.config.settings import IPNetwork


def build_redis(draft: Draft, networks: Sequence[IPNetwork]) -> str:
    """The URL of what counts for all replicas; "": this process counts for itself."""
    form = "redis://HOST:PORT/0"
    return _on_premises(draft, ("shared", "redis"), draft.config.shared.redis, ("redis", "rediss"), form, networks)


def build_ledger_url(draft: Draft, networks: Sequence[IPNetwork]) -> str:
    """The URL of the database that the record is in; "": it is in `state_dir`."""
    form = "postgresql://USER@HOST:PORT/DATABASE"
    schemes = ("postgresql", "postgres")
    return _on_premises(draft, ("ledger", "url"), draft.config.ledger.url, schemes, form, networks)


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
    hosts = _hosts(url, schemes)
    if not hosts:
        draft.problem(
            where, "This is not an address of such a server.", f"Write `{form}`; its password as `${{NAME}}`."
        )
        return ""
    stand = {place(host, networks) for host in hosts}
    if Place.ELSEWHERE in stand or (Place.NAMED in stand and not networks):
        remedy = "Use a server at a loopback address, or add the network it stands in to `server.on_prem_networks`."
        draft.problem(
            where, "What replicas share stays on the premises, and this address is not known to be there.", remedy
        )
        return ""
    return url


def _hosts(url: str, schemes: Sequence[str]) -> list[str]:
    """The hosts that are named: several where one takes over from another. None where anything else could name one."""
    try:
        parts = urlsplit(url)
        names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))]
        each = [urlsplit(f"//{one}") for one in parts.netloc.rpartition("@")[2].split(",")]
        _ = [one.port for one in each]  # raises beyond 65535
    except ValueError:
        return []
    hosts = [one.hostname or "" for one in each]
    sound = (
        parts.scheme in schemes and not parts.fragment and all(hosts) and all(name.startswith("ssl") for name in names)
    )
    return hosts if sound else []
