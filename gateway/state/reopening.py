"""A record that cannot be opened yet: told, tried again, and what it missed is written once it can be; never an intent."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from gateway.domain import Settlement
from gateway.events import EventSink, LedgerLoss, LedgerLost, LedgerResult, LedgerWritten, Noted, Record
from gateway.ports import (
    AttemptRow,
    AuditSink,
    ConfigRow,
    EventRow,
    IntentRow,
    LedgerContradicted,
    LedgerUnavailable,
    Row,
)
from gateway.state.sqlite.losses import loss_of, recovered

RETRY_S = 5.0
MAX_WAITING: Final = 20_000
"""So many rows wait for the record; of more the oldest are lost, and counted."""


class ReopeningLedger:
    """An `AuditSink` in front of one that `open_` makes as soon as it can; until then every intent is refused.

    `open_` is called at once, and then every `retry_s` seconds from a thread of its own. `loss` is why it failed last,
    or why the open one fails now, None where it can be written. A record that contradicts its last signature is not tried again.
    """

    def __init__(
        self,
        open_: Callable[[], AuditSink],
        *,
        sink: EventSink,
        retry_s: float | None = None,
        cause: Callable[[BaseException], LedgerLoss] = loss_of,
    ) -> None:
        self._open = open_
        self._cause = cause
        self._sink = sink
        self._retry_s = RETRY_S if retry_s is None else retry_s
        self._inner: AuditSink | None = None
        self._lock = threading.Lock()
        self._waiting: deque[Row] = deque()
        self._words: set[str] = set()
        self._lost = 0
        self._down_since_us = time.time_ns() // 1000
        self._stop = threading.Event()
        self._loss: LedgerLoss | None = None
        self.contradicted = ""
        self._thread: threading.Thread | None = None
        if not self._tried() and self._loss is not LedgerLoss.CONTRADICTED:
            self._thread = threading.Thread(target=self._keep_trying, name="ledger-reopening", daemon=True)
            self._thread.start()

    @property
    def available(self) -> bool:
        return self._inner is not None and self._inner.available

    @property
    def loss(self) -> LedgerLoss | None:
        return self._loss if self._inner is None else self._inner.loss

    def learn(self, words: Iterable[str]) -> None:
        new = set(words)
        with self._lock:
            self._words |= new
            if self._inner is not None:
                self._inner.learn(new)

    async def intend(self, row: IntentRow) -> None:
        inner = self._inner
        if inner is None:
            self._sink.emit(LedgerWritten(record=Record.INTENT, result=LedgerResult.REFUSED, duration_s=0.0))
            raise LedgerUnavailable("The record cannot be opened: nothing may leave the premises.")
        await inner.intend(row)

    def attempt(self, row: AttemptRow) -> None:
        self._take(row)

    def settle(self, row: Settlement) -> None:
        self._take(row)

    def configured(self, row: ConfigRow) -> None:
        self._take(row)

    def noted(self, row: EventRow) -> None:
        self._take(row)

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        if self._inner is None and self._loss is not LedgerLoss.CONTRADICTED:
            self._tried()
        if self._inner is not None:
            self._inner.close()

    def _take(self, row: Row) -> None:
        with self._lock:
            if self._inner is not None:
                _hand_on(self._inner, row)
                return
            if len(self._waiting) >= MAX_WAITING:
                self._waiting.popleft()
                self._lost += 1
            self._waiting.append(row)

    def _keep_trying(self) -> None:
        while not self._stop.wait(self._retry_s):
            if self._tried() or self._loss is LedgerLoss.CONTRADICTED:
                return

    def _tried(self) -> bool:
        """Whether it is open now. A cause is told once, until there is another one."""
        try:
            inner = self._open()
        except (OSError, sqlite3.Error, LedgerUnavailable) as error:
            loss = self._cause(error)
            if isinstance(error, LedgerContradicted):
                self.contradicted = str(error)
            if loss is not self._loss:
                self._loss = loss
                self._sink.emit(LedgerLost(loss=loss))
            return False
        with self._lock:
            inner.learn(self._words)
            if self._loss is not None:
                since_us = self._down_since_us
                inner.noted(
                    EventRow(at_us=time.time_ns() // 1000, what=Noted.OUTAGE, since_us=since_us, number=self._lost)
                )
                self._sink.emit(recovered(since_us, lost=self._lost))
            for row in self._waiting:
                _hand_on(inner, row)
            self._waiting.clear()
            self._inner, self._loss = inner, None
        return True


def _hand_on(inner: AuditSink, row: Row) -> None:
    match row:
        case AttemptRow():
            inner.attempt(row)
        case ConfigRow():
            inner.configured(row)
        case EventRow():
            inner.noted(row)
        case Settlement():
            inner.settle(row)
        case IntentRow():
            raise TypeError("an intent is never kept for later: nobody may leave on the strength of it")
