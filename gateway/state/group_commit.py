"""A record behind one writer thread with group commit; no intent is acknowledged before it is durable."""

from __future__ import annotations

import asyncio
import math
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from gateway.audit.verify_ledger import Tree
from gateway.domain import Settlement
from gateway.events import (
    EventSink,
    LedgerLoss,
    LedgerLost,
    LedgerResult,
    LedgerWritten,
    Noted,
    Record,
)
from gateway.ports import (
    AttemptRow,
    ConfigRow,
    EventRow,
    IntentRow,
    LedgerContradicted,
    LedgerUnavailable,
    Row,
    RowRefused,
)
from gateway.state.checkpoints import Checkpoints
from gateway.state.sqlite.losses import recovered
from gateway.state.store import Place, Store
from gateway.state.witness import Witness

MAX_BATCH = 512
Waiter = asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class _Intent:
    """An intent and who waits for it."""

    row: IntentRow
    loop: asyncio.AbstractEventLoop
    waiter: Waiter


_Item = _Intent | list[Row] | None  # rows that have lingered long enough, and None for the end
RECORDS = {
    IntentRow: Record.INTENT,
    AttemptRow: Record.ATTEMPT,
    Settlement: Record.OUTCOME,
    ConfigRow: Record.CONFIG,
    EventRow: Record.EVENT,
}


class GroupCommit:
    """An `AuditSink` that writes to the record at a place.

    Rows that nobody waits for are written with the next intent, or after `linger_s` seconds. When the file fails, every
    intent is refused at once, up to `max_waiting` of the other rows are kept, and the file is tried again every
    `retry_s` seconds; a failed commit closes the connection, since a failed fsync must not be tried again on it.

    The record is what is at its place: no intent is acknowledged once what was written is another one. Then
    the ledger is closed for good, and a new one is begun by whoever starts the gateway again, because a record that
    begins anew by itself hides that the old one is missing. Every `checkpoint_s` seconds, and once much was written, it
    moves from SQLite's log into the main file, when nobody waits: inside a commit, as SQLite would do it, it made one
    intent in two hundred wait for three more fsyncs.

    Every `witness_s` seconds, at the start and at the stop, what the rows come to is signed and written to `checkpoints`. A
    record that does not continue its last checkpoint is not opened. A checkpoint that cannot be written is told, and holds
    up nothing.
    """

    def __init__(  # noqa: PLR0913  (each is one of its clocks or limits)
        self,
        place: Place,
        *,
        words: Iterable[str],
        sink: EventSink,
        linger_s: float = 0.2,
        retry_s: float = 5.0,
        checkpoint_s: float = 120.0,
        max_waiting: int = 20_000,
        checkpoints: Checkpoints | None = None,
        witness_s: float = 60.0,
    ) -> None:
        """Open or make the ledger and start its thread. Raises `LedgerUnavailable` where that fails."""
        self._witness = Witness(checkpoints, every_s=witness_s, sink=sink)
        self._tree = Tree()
        self._place = place
        self._words = frozenset(words)
        self._sink = sink
        self._linger_s = linger_s
        self._retry_s = retry_s
        self._checkpoint_s = checkpoint_s
        self._checkpoint_at = time.monotonic() + checkpoint_s
        self._gone = False
        self._loss: LedgerLoss | None = None
        self._items: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._waiting: deque[Row] = deque()
        self._max_waiting = max_waiting
        self._lost = 0
        self._down_since_us = 0
        self._retry_at = 0.0
        self._held: list[Row] = []
        self._closing = threading.Lock()
        self._closed = False
        self._store: Store | None = None
        opened: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, args=(opened,), name="ledger", daemon=True)
        self._thread.start()
        error = opened.get()
        if error is not None:
            self._thread.join()
            if isinstance(error, LedgerContradicted):
                raise error
            raise LedgerUnavailable(f"{place.name} cannot be used: {type(error).__name__}.") from error

    @property
    def available(self) -> bool:
        return self._store is not None and not self._closed

    @property
    def loss(self) -> LedgerLoss | None:
        """Why it cannot be written now, None where it can."""
        return None if self.available else self._loss

    def learn(self, words: Iterable[str]) -> None:
        """Take the names of a reloaded configuration; rows put in later may use them."""
        self._words |= frozenset(words)

    async def intend(self, row: IntentRow) -> None:
        loop = asyncio.get_running_loop()
        waiter: Waiter = loop.create_future()
        self._hand_over()
        if not self.available or not self._put(_Intent(row, loop, waiter)):
            self._report([row], LedgerResult.REFUSED, 0.0)
            raise LedgerUnavailable("The record cannot be written: nothing may leave the premises.")
        await waiter

    def attempt(self, row: AttemptRow) -> None:
        self._hold(row)

    def settle(self, row: Settlement) -> None:
        self._hold(row)

    def configured(self, row: ConfigRow) -> None:
        self._put([row])

    def noted(self, row: EventRow) -> None:
        self._put([row])

    def close(self) -> None:
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._items.put(self._held)
            self._items.put(None)
        self._thread.join()

    def _report(self, rows: Sequence[Row], result: LedgerResult, duration_s: float) -> None:
        for record, count in Counter(RECORDS[type(row)] for row in rows).items():
            self._sink.emit(LedgerWritten(record=record, result=result, duration_s=duration_s, count=count))

    def _report_taken(self, rows: Sequence[Row], taken: Sequence[bool], duration_s: float) -> None:
        self._report([row for row, ok in zip(rows, taken, strict=True) if ok], LedgerResult.OK, duration_s)
        self._report([row for row, ok in zip(rows, taken, strict=True) if not ok], LedgerResult.REFUSED, duration_s)

    def _hold(self, row: Row) -> None:
        """Hand `row` over with others: whatever wakes the thread takes the interpreter's lock from the event loop."""
        self._held.append(row)
        if len(self._held) >= MAX_BATCH:
            self._hand_over()
        elif len(self._held) == 1:
            try:
                asyncio.get_running_loop().call_later(self._linger_s, self._hand_over)
            except RuntimeError:  # nobody would come back for it
                self._hand_over()

    def _hand_over(self) -> None:
        held, self._held = self._held, []
        if held:
            self._put(held)

    def _put(self, item: _Item) -> bool:
        with self._closing:
            if self._closed:
                return False
            self._items.put(item)
            return True

    # --- everything below runs in the writer thread ------------------------------------------------------------------

    def _run(self, opened: queue.SimpleQueue[Exception | None]) -> None:
        errors: tuple[type[Exception], ...] = (*self._place.errors, LedgerContradicted)
        try:
            store = self._place.begin(self._words, self._witness.checkpoints)
        except errors as error:
            opened.put(error)
            return
        self._store = store
        self._known = self._words
        self._identity = store.identity
        opened.put(None)
        stopping = False
        while not stopping:
            intents, stopping = self._collect()
            self._turn(intents, final=stopping)
        if self._store is not None:
            self._witness.sign(self._store, final=True)
            self._store.close()

    def _collect(self) -> tuple[list[_Intent], bool]:
        """Wait for work; the intents of one batch, and whether to stop after it. Other rows go to `_waiting`."""
        intents: list[_Intent] = []
        deadline = self._next_duty()
        while len(intents) < MAX_BATCH:
            try:
                item = self._items.get(timeout=self._patience(deadline, hurry=bool(intents)))
            except queue.Empty:
                return intents, False
            match item:
                case _Intent():
                    intents.append(item)
                case None:
                    return intents, True
                case rows:
                    for row in rows:
                        self._keep(row)
                    if self._store is not None:
                        deadline = 0.0  # all that is there is taken along, and nothing is waited for
                    if len(self._waiting) >= MAX_BATCH and self._store is not None:
                        return intents, False
        return intents, False

    def _next_duty(self) -> float:
        """When there is something to do although nothing comes: rows to write, a file to try again, a log to empty."""
        if self._gone:
            return math.inf
        if self._store is None:
            return self._retry_at
        lingering = time.monotonic() + self._linger_s if self._waiting else math.inf
        return min(lingering, self._checkpoint_at, self._witness.due_s(self._store))

    @staticmethod
    def _patience(deadline: float, *, hurry: bool) -> float | None:
        if hurry:
            return 0.0
        return None if deadline == math.inf else max(deadline - time.monotonic(), 0.0)

    def _keep(self, row: Row) -> None:
        if self._gone:
            self._report([row], LedgerResult.REFUSED, 0.0)
            return
        if len(self._waiting) >= self._max_waiting:
            self._waiting.popleft()
            self._lost += 1
        self._waiting.append(row)

    def _turn(self, intents: Sequence[_Intent], *, final: bool) -> None:
        if self._store is None and not self._gone and (final or time.monotonic() >= self._retry_at):
            self._reopen()
        if self._store is None:
            self._report([intent.row for intent in intents], LedgerResult.REFUSED, 0.0)
            self._answer(intents, [False] * len(intents), LedgerUnavailable)
            return
        rows = [*self._waiting, *(intent.row for intent in intents)]
        if not rows:
            self._checkpoint(self._store)
            return
        started = time.perf_counter()
        try:
            self._learn_new_words(self._store)
            taken = self._store.write(rows)
            loss = self._store.loss()
        except Exception as error:  # noqa: BLE001  # the thread's edge: whatever happened, nobody may wait for ever
            self._go_down(self._place.loss_of(error))
            self._report([intent.row for intent in intents], LedgerResult.FAILED, time.perf_counter() - started)
            self._answer(intents, [False] * len(intents), LedgerUnavailable)
            return
        if loss is not None:
            self._give_up(loss)
            self._report(rows, LedgerResult.FAILED, time.perf_counter() - started)
            self._answer(intents, [False] * len(intents), LedgerUnavailable)
            return
        self._waiting.clear()
        duration_s = time.perf_counter() - started
        self._report_taken(rows, taken, duration_s)
        self._answer(intents, taken[len(taken) - len(intents) :], RowRefused)
        self._checkpoint(self._store)

    def _checkpoint(self, store: Store) -> None:
        """Empty the log into the main file, now and then, and sign what it comes to."""
        self._witness.sign(store)
        if time.monotonic() < self._checkpoint_at and not store.is_log_long(idle=self._items.empty()):
            return
        self._checkpoint_at = time.monotonic() + self._checkpoint_s
        try:
            loss = store.loss()
            store.checkpoint()
        except self._place.errors as error:
            self._go_down(self._place.loss_of(error))
            return
        if loss is not None:
            self._give_up(loss)

    def _give_up(self, loss: LedgerLoss) -> None:
        """The file at the path is not ours: keep nothing, until somebody starts the gateway again."""
        self._gone = True
        self._go_down(loss)
        self._waiting.clear()

    def _learn_new_words(self, store: Store) -> None:
        words = self._words
        if words is not self._known:
            store.learn(words - self._known)
            self._known = words

    def _go_down(self, loss: LedgerLoss) -> None:
        """Write no more on this connection, and say why: each cause once, until it can be written again."""
        store, self._store = self._store, None
        if loss is not self._loss:
            self._loss = loss
            self._sink.emit(LedgerLost(loss=loss))
        self._down_since_us = self._down_since_us or time.time_ns() // 1000
        self._retry_at = time.monotonic() + self._retry_s
        if store is not None:
            self._tree = store.tree
            try:
                store.close()
            except self._place.errors:
                return  # it is lost already; the next connection recovers from the log

    def _reopen(self) -> None:
        now_us = time.time_ns() // 1000
        self._retry_at = time.monotonic() + self._retry_s
        try:
            found = self._place.identity()
            if found != self._identity:
                self._give_up(LedgerLoss.GONE if found is None else LedgerLoss.REPLACED)
                return
            store = self._place.open(self._words)
        except self._place.errors as error:
            self._go_down(self._place.loss_of(error))
            return
        if not store.continues(self._tree):
            store.close()
            self._give_up(LedgerLoss.ALTERED)
            return
        since_us = min(self._down_since_us, now_us)
        kept = list(islice(self._waiting, MAX_BATCH))
        started = time.perf_counter()
        try:  # which also proves that it can be written again: rows that wait are of the kind that could not be
            outage = EventRow(at_us=now_us, what=Noted.OUTAGE, since_us=since_us, number=self._lost)
            taken = store.write([outage, *kept])[1:]
        except self._place.errors as error:
            store.close()
            self._go_down(self._place.loss_of(error))
            return
        for _ in kept:
            self._waiting.popleft()
        self._report_taken(kept, taken, time.perf_counter() - started)
        self._known = self._words
        self._sink.emit(recovered(since_us, lost=self._lost))
        self._store, self._loss, self._down_since_us, self._lost = store, None, 0, 0

    @staticmethod
    def _answer(intents: Sequence[_Intent], taken: Sequence[bool], refusal: type[LedgerUnavailable]) -> None:
        for loop in {intent.loop for intent in intents}:
            answers = [(i.waiter, ok) for i, ok in zip(intents, taken, strict=False) if i.loop is loop]
            if not loop.is_closed():
                loop.call_soon_threadsafe(_resolve, answers, refusal)


def _resolve(answers: Sequence[tuple[Waiter, bool]], refusal: type[LedgerUnavailable]) -> None:
    for waiter, ok in answers:
        if waiter.done():  # whoever waited has gone
            continue
        if ok:
            waiter.set_result(None)
        else:
            waiter.set_exception(refusal("The record was not written: nothing may leave the premises."))
