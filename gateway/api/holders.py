"""Requests that run on keys of the key store, and what becomes of them when a key ends; tells the record who changed keys."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Final

from gateway.access.emergency import Emergencies
from gateway.access.stored import StoredKeys
from gateway.config import Listener
from gateway.domain import Caller
from gateway.errors import GatewayError, KeyEnded, KeysUnavailable
from gateway.events import Noted
from gateway.ports import AuditSink, EventRow, KeysUnreadable

LOOK_S: Final = 0.25
"""How soon a running request hears that its key ended."""
DURABLE_S: Final = 2.0
"""So long after a row was given to the record it is taken to be there: one that was lost by a crash before is given again."""
USED_EVERY_S: Final = 60.0


@dataclass(slots=True, eq=False)
class Held:
    """One request by a caller; `emergency` is the reason of its emergency access, `error` why it was ended, if its key was."""

    caller: Caller
    emergency: str = ""
    task: asyncio.Task[object] | None = None
    error: GatewayError | None = None


class Holders:
    """The keys of the store, and the requests that run on them. `keep` watches both until it is cancelled."""

    def __init__(self, keys: StoredKeys, *, ledger: AuditSink, emergencies: Emergencies) -> None:
        self.keys: Final = keys
        self.emergencies: Final = emergencies
        self._ledger = ledger
        self._running: set[Held] = set()
        self._noted = 0  # the last change that the record was given
        self._noted_at_s = 0.0
        self._durable = 0  # the last one that the store knows to be there
        self._version: int | None = None
        self._used_at_s = time.monotonic()

    def anonymous(self, listener: Listener) -> Caller | None:
        """Who calls `listener` without a key, now that there may be keys elsewhere than in its configuration.

        Raises:
            KeysUnavailable: nobody can tell, and only the store would make a key necessary.
        """
        caller = listener.anonymous
        if caller is None or (listener.keyless and not caller.may):
            return caller
        try:
            if not self.keys.any:
                return caller
        except KeysUnavailable:
            if not listener.keyless:
                raise
        return replace(caller, may=frozenset()) if listener.keyless else None

    def held(self, caller: Caller) -> Held:
        """A request by `caller` begins."""
        return Held(caller, emergency=self.emergencies.reason(caller))

    async def run(self, held: Held, work: Awaitable[None]) -> None:
        """Await `work`, for as long as the key of its caller holds.

        Raises:
            KeyEnded: it was ended because the key was; an answer that had begun has its error already.
        """
        if not held.caller.prefix:
            await work
            return
        held.task = asyncio.current_task()
        self._running.add(held)
        try:
            await work
        except asyncio.CancelledError:
            if held.error is None or held.task is None:
                raise
            held.task.uncancel()
            raise held.error from None
        except Exception:
            self._running.discard(held)
            await _absorb(held)
            raise
        finally:
            self._running.discard(held)
        await _absorb(held)

    async def keep(self) -> None:
        """Look again and again: end requests whose key ended, tell the record, write down when keys were used."""
        while True:
            await asyncio.sleep(LOOK_S)
            with contextlib.suppress(KeysUnavailable, KeysUnreadable):
                self.look()
                now_s = time.monotonic()
                told = self._noted > self._durable and now_s - self._noted_at_s >= DURABLE_S
                if told or (self.keys.used and now_s - self._used_at_s >= USED_EVERY_S):
                    await asyncio.to_thread(self._write, self._used(), told=told)

    def look(self) -> None:
        """End requests whose key does not hold any more, and tell the record of changes. Raises `KeysUnavailable`."""
        for held in tuple(self._running):
            if held.error is None and held.task is not None and not self.keys.holds(held.caller):
                held.error = KeyEnded()
                held.task.cancel()
        if not self.keys.any or not self._ledger.available:
            return
        version = self.keys.store.version()
        if version != self._version:
            for change in self.keys.store.changes():
                if change.number > self._noted:
                    self._ledger.noted(
                        EventRow(
                            at_us=change.at_us,
                            what=Noted(change.what),
                            subject=change.name,
                            since_us=change.ends_us,
                            number=change.number,
                        )
                    )
                    self._noted, self._noted_at_s = change.number, time.monotonic()
            self._version = version

    def close(self) -> None:
        """Write down what is left. Blocks; call it from a thread, before the record is closed."""
        with contextlib.suppress(KeysUnavailable, KeysUnreadable):
            self.look()
        with contextlib.suppress(KeysUnreadable):
            self._write(self._used(), told=self._noted > self._durable)

    def _used(self) -> dict[str, int]:
        used, self.keys.used = self.keys.used, {}
        self._used_at_s = time.monotonic()
        return used

    def _write(self, used: dict[str, int], *, told: bool) -> None:
        self.keys.store.use(used)
        if told:
            noted = self._noted
            self.keys.store.told(noted)
            self._durable = noted


async def _absorb(held: Held) -> None:
    """Take the cancellation that came too late to end anything: it belongs here, and not to what comes next."""
    if held.error is not None and held.task is not None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(0)
        if held.task.cancelling():
            held.task.uncancel()
