"""Shows requests as they are settled, and the story of one of them; no text of a request is known here at all."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import orjson

from gateway.audit.story import story
from gateway.config import Settings
from gateway.console import pages
from gateway.console.visit import Answer, Page, Visit
from gateway.errors import NotFound, Overloaded
from gateway.observability.trail import Batch, Trail
from gateway.policy.rules import Policy
from gateway.ports import LedgerUnavailable
from gateway.state.readable import readable
from gateway.state.sqlite.reader import Asked, select

TICK_S: Final = 0.25
AT_ONCE: Final = 5
"""So many rows a tick at most: more than twenty a second nobody reads, and of more a sample is shown."""
SHOWN: Final = 100
"""How many of the last ones a page begins with."""
WATCHERS: Final = 32
_BEAT_TICKS: Final = 40
_REQUEST_ID: Final = re.compile(r"req_[0-9a-z]{16,40}")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")


class Live:
    """The view of what happens now; one for a gateway."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._watching = 0

    async def show(self, visit: Visit) -> Answer:
        """The page, with the last requests."""
        del visit
        batch = self._trail.since(0, most=SHOWN)
        return Page(
            "live.html",
            {
                "rows": [filled(row) for row in batch.rows[::-1]],
                "number": batch.number,
                "a_second": round(AT_ONCE / TICK_S),
            },
        )

    async def stream(self, visit: Visit) -> Answer:
        """Rows as they come, as server-sent events, for as long as somebody watches who may.

        Raises:
            Overloaded: too many watch.
        """
        exchange = visit.exchange
        with self._seat():
            number = self._begins(exchange.header("last-event-id"), exchange.query().get("after", []))
            headers = {"content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"}
            await exchange.begin(200, {**headers, **pages.HEADERS})
            await exchange.write(b"retry: 2000\n\n")
            try:
                await self._follow(visit, number)
            finally:
                if not exchange.gone:
                    await exchange.end()
        return None

    async def story(self, visit: Visit) -> Answer:
        """What became of one request, in the sentences of `gateway audit show`, and what its rules are for.

        Raises:
            NotFound: nobody could have such an id.
        """
        if not _REQUEST_ID.fullmatch(visit.rest):
            raise NotFound("This is not the id of a request.")
        problem, rows = "", list[Mapping[str, object]]()
        try:
            rows = await asyncio.to_thread(_rows, visit.settings, visit.rest)
        except LedgerUnavailable as unavailable:
            problem = str(unavailable)
        told = story(rows)
        shown = {"request_id": visit.rest, "sentences": told, "problem": problem}
        return Page("story.html", {**shown, "rules": rules_of(rows, visit.settings.policy)})

    async def _follow(self, visit: Visit, number: int) -> None:
        exchange, quiet = visit.exchange, 0
        async with exchange.while_connected():
            while not exchange.ends_soon and visit.access.still(visit.visitor, visit.settings_now(), visit.listener):
                batch = self._trail.since(number, most=AT_ONCE)
                quiet = 0 if batch.came else quiet + 1
                if batch.came:
                    number = batch.number
                    await exchange.write(_event(batch))
                elif quiet % _BEAT_TICKS == 0:
                    await exchange.write(b": nothing new\n\n")
                await asyncio.sleep(TICK_S)

    def _begins(self, last: str, after: Sequence[str]) -> int:
        """The number after which rows are wanted: a page that was cut off goes on where it was."""
        said = last or (after[0] if after else "")
        number = int(said) if _NUMBER.fullmatch(said) else 0
        return min(number, self._trail.number)

    @contextlib.contextmanager
    def _seat(self) -> Iterator[None]:
        if self._watching >= WATCHERS:
            raise Overloaded("Too many pages watch. Close some of them.")
        self._watching += 1
        try:
            yield
        finally:
            self._watching -= 1


def rules_of(rows: Sequence[Mapping[str, object]], policy: Policy) -> list[tuple[str, str]]:
    """The rules that the rows name, each with its `why`: "" where it is none of the rules in force."""
    named: dict[str, None] = {}
    for row in rows:
        listed = row.get("rule")
        named |= dict.fromkeys(map(str, listed)) if isinstance(listed, list | tuple) else {}
    why = {rule.id: rule.why for rule in policy.rules}
    return [(name, why.get(name, "")) for name in named]


def filled(row: Mapping[str, object]) -> Mapping[str, object]:
    """The row, with nothing in the place of what it does not say."""
    return defaultdict(str, row)


def _rows(settings: Settings, request_id: str) -> list[Mapping[str, object]]:
    networks = settings.on_prem_networks
    with readable(settings.state_dir, settings.ledger_url, lambda: networks, request_id=request_id) as path:
        return [entry.as_json() for entry in select(path, Asked(request_id=request_id))]


def _event(batch: Batch) -> bytes:
    rows = "".join(pages.part("row.html", {"row": filled(row), "fresh": True}) for row in batch.rows[::-1])
    data = orjson.dumps({"rows": rows, "came": batch.came, "shown": len(batch.rows)})
    return b"id: %d\ndata: %b\n\n" % (batch.number, data)
