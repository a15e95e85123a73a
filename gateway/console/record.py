"""Shows the record and what was used: whether it can be written and is sound, budgets, agreements, emergency access.

What takes long is asked of the command in another process, which says the same as at a terminal and holds up nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.access.emergency import Emergencies
from gateway.config import Settings
from gateway.console.visit import Answer, Elsewhere, Page, Visit
from gateway.domain import Caller, Permission
from gateway.domain.quota import Per
from gateway.errors import InvalidRequest, Overloaded
from gateway.observability.trail import Trail
from gateway.pipeline.judge import today
from gateway.pipeline.watch import Watch
from gateway.ports import LedgerUnavailable
from gateway.state.readable import readable
from gateway.state.sqlite.usage import Used, usage

PATH: Final = "/console/record"
DAYS: Final = 30
LIMIT_S: Final = 300.0
KEPT_S: Final = 60.0
"""So long what was used is shown again of a record that is elsewhere: it is copied to be read, which takes seconds."""
_QUARTERS: Final = 4
_DAY_US: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Bar:
    """What one agent used, and how long its bars are, of 100."""

    used: Used
    cost: float
    energy: float

    @property
    def usd(self) -> float:
        return self.used.nano_usd / 1e9

    @property
    def wh(self) -> float:
        return self.used.nano_wh / 1e9


class Record:
    """The view of the record; one for a gateway."""

    def __init__(self, watch: Watch, trail: Trail, emergencies: Emergencies) -> None:
        self._watch = watch
        self._trail = trail
        self._emergencies = emergencies
        self._asking = asyncio.Lock()
        self._summing = asyncio.Lock()
        self._bars: tuple[float, str, list[Bar]] = (0.0, "", [])

    async def show(self, visit: Visit) -> Answer:
        """The page."""
        return Page("record.html", await self._shown(visit))

    async def report(self, visit: Visit) -> Answer:
        """The quarter's report, the record held against its checkpoints, as `gateway audit report` tells it."""
        named = (await visit.form()).get("quarter", "")
        if named not in quarters():
            raise InvalidRequest("This is none of the quarters of the form.")
        made = await self._asked(report_command(named, visit.settings))
        return Page("record.html", {**await self._shown(visit), "report": made, "quarter": named})

    async def open(self, visit: Visit) -> Answer:
        """Open emergency access for whoever asks, as `gateway emergency open` does. Raises `InvalidRequest`, `NotRecorded`."""
        visit.demand(Permission.OPERATE)
        visit.demand(Permission.EMERGENCY)
        fields = await visit.form()
        minutes = fields.get("minutes", "")
        if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 6):
            raise InvalidRequest("`minutes` must be a whole number.")
        reason, terms = fields.get("reason", ""), visit.settings.emergency
        self._emergencies.open(visit.visitor.caller, reason, terms, minutes=int(minutes))
        return Elsewhere(f"{PATH}#emergency")

    async def close(self, visit: Visit) -> Answer:
        """Close the emergency access of somebody, which only ever keeps more back."""
        visit.demand(Permission.OPERATE)
        self._emergencies.close(Caller((await visit.form()).get("caller", "")))
        return Elsewhere(f"{PATH}#emergency")

    async def _shown(self, visit: Visit) -> dict[str, object]:
        status, settings = self._watch.look(), visit.settings
        bars, problem = list[Bar](), ""
        try:
            bars = await self._used(settings)
        except LedgerUnavailable as unavailable:
            problem = str(unavailable)
        agreements = [(name, one.baa) for name, one in settings.providers.items() if one.baa is not None]
        may = visit.visitor.may
        return {
            "can_be_written": status.record,
            "checkpoint": self._trail.checkpoint,
            "witness": settings.witness,
            "bars": bars,
            "days": DAYS,
            "problem": problem,
            "left": status.left,
            "agreements": agreements,
            "baa_days": settings.baa_days(today()),
            "windows": self._emergencies.listed(),
            "terms": settings.emergency,
            "opens": may(Permission.OPERATE) and may(Permission.EMERGENCY),
            "operates": may(Permission.OPERATE),
            "quarters": quarters(),
            "quarter": "",
            "report": None,
        }

    async def _used(self, settings: Settings) -> list[Bar]:
        """What agents used, summed once for all who look. Raises `LedgerUnavailable`."""
        if not settings.ledger_url:
            return await asyncio.to_thread(used_lately, settings)
        async with self._summing:
            summed_s, url, bars = self._bars
            if time.monotonic() - summed_s >= KEPT_S or url != settings.ledger_url:
                bars = await asyncio.to_thread(used_lately, settings)
                self._bars = (time.monotonic(), settings.ledger_url, bars)
        return bars

    async def _asked(self, command: Sequence[str]) -> dict[str, object]:
        """What a command says as JSON; `problem` where it says none.

        Raises:
            Overloaded: somebody else asks already.
        """
        if self._asking.locked():
            raise Overloaded("A report is being made already. Wait for it, then ask again.")
        async with self._asking:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                async with asyncio.timeout(LIMIT_S):
                    said, wrong = await process.communicate()
            except TimeoutError:
                return {"problem": "It takes too long for a page: ask `gateway audit report` at a terminal."}
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
        try:
            made = json.loads(said)
        except ValueError:
            return {"problem": wrong.decode(errors="replace")[:500] or "The command said nothing."}
        return {"problem": "", **made}


def report_command(quarter: str, settings: Settings) -> list[str]:
    """The command that makes the report of this gateway's record."""
    command = [sys.executable, "-m", "gateway", "audit", "report", "--quarter", quarter, "--json"]
    command += ["--config", settings.file] if settings.ledger_url else ["--state-dir", settings.state_dir]
    kept = settings.witness.checkpoints
    return [*command, "--checkpoint", kept] if kept and Path(kept).is_file() else command


def quarters() -> list[str]:
    """The last quarters, the present one first, as the command names them."""
    day = today()
    last = day.year * 4 + (day.month - 1) // 3
    return [f"{one // 4}Q{one % 4 + 1}" for one in range(last, last - _QUARTERS, -1)]


def used_lately(settings: Settings) -> list[Bar]:
    """What agents used in the last days. Raises `LedgerUnavailable`."""
    since_us = time.time_ns() // 1000 - DAYS * _DAY_US
    networks = settings.on_prem_networks
    with readable(settings.state_dir, settings.ledger_url, lambda: networks, since_us=since_us) as path:
        found = usage(path, Per.AGENT, since_us=since_us, until_us=0)
    most_usd = max((one.nano_usd for one in found), default=0) or 1
    most_wh = max((one.nano_wh for one in found), default=0) or 1
    ordered = sorted(found, key=lambda one: (-one.nano_usd, -one.nano_wh, one.name))
    return [Bar(one, 100 * one.nano_usd / most_usd, 100 * one.nano_wh / most_wh) for one in ordered]
