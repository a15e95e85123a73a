"""Looks at the servers that replicas share: whether they answer, and keep what they are told. Counts nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.ports import ExtraMissing, LedgerUnavailable
from gateway.state.premises import Networks
from gateway.state.readable import demand_psycopg
from gateway.state.redis.scripts import SCRIPTS
from gateway.state.redis.server import Away, RedisServer

LIMIT_S: Final = 3.0
"""Longer than a request waits for them: one that is slow today is told from one that is away."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Whether a server can be used, what it is like, and what to do about it, "" where nothing is."""

    works: bool
    says: str
    remedy: str = ""


async def look_at_redis(url: str, networks: Networks) -> Looked:
    """Whether it counts, by our clock, and forgets nothing."""
    try:
        server = RedisServer(url, SCRIPTS, limit_s=LIMIT_S, networks=networks)
    except ExtraMissing as missing:
        return Looked(works=False, says=str(missing), remedy="Install it where the gateway runs.")
    try:
        await server.greet()
        keeps = await server.keeps()
    except Away as away:
        return Looked(
            works=False,
            says=f"the server of `shared.redis` {away}",
            remedy="Clouds with a budget are closed until it counts.",
        )
    finally:
        await server.aclose()
    if not keeps:
        remedy = "Run it with `appendonly yes` and `maxmemory-policy noeviction`."
        return Looked(works=True, says="Redis answers, and may forget what it counted", remedy=remedy)
    return Looked(works=True, says="Redis answers, and keeps what it counts")


def look_at_postgres(url: str, networks: Networks) -> Looked:
    """Whether rows can be added, and what a failover can lose."""
    try:
        demand_psycopg()
    except LedgerUnavailable as missing:
        return Looked(works=False, says=str(missing), remedy="Install it where the gateway runs.")
    from gateway.state.postgres.ledger import REMEDIES, Database  # noqa: PLC0415  only those who share have it
    from gateway.state.postgres.store import examined  # noqa: PLC0415

    place = Database(url, networks=networks)
    try:
        found = examined(url, limit_s=LIMIT_S, networks=networks)
    except place.errors as error:
        says = f"{place.name} {REMEDIES[place.loss_of(error)]}"
        return Looked(works=False, says=says, remedy="Nothing leaves until it can be written.")
    if not found.may_add:
        remedy = "Run deploy/postgres/ledger.sql as the owner, with this user as its `writer`."
        says = f"{place.name} has no tables, or one that this user may not read or add rows to"
        return Looked(works=False, says=says, remedy=remedy)
    if found.lacking:
        lacking = ", ".join(f"{table}.{column}" for table, column in sorted(found.lacking))
        remedy = (
            "Its tables are of an older version: the owner adds these columns as deploy/postgres/ledger.sql has them."
        )
        return Looked(works=False, says=f"{place.name} lacks {lacking}", remedy=remedy)
    if not found.has_standby:
        remedy = "With `synchronous_standby_names` a failover loses no intent that was acknowledged."
        return Looked(works=True, says=f"{place.name} answers, and has no synchronous standby", remedy=remedy)
    return Looked(works=True, says=f"{place.name} answers, and has a synchronous standby")
