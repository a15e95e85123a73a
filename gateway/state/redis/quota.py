"""Counts for all replicas in one Redis; what cannot be counted there now is said, and what was used is counted later.

Everything that is asked or told goes through one queue and one connection, in order: what is there when the last answer came
is sent together. What was told (`settle`, `refund`) is told again until Redis has it, and is counted once however often it
comes; what was asked is not asked again, since whoever asked has gone on.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from gateway.events import EventSink, SharedLoss, SharedSeen
from gateway.ports import Charge, Counted, Exceeded, QuotaUnavailable
from gateway.state.premises import Networks
from gateway.state.quota import Span
from gateway.state.redis.scripts import COUNT, REFUND, RESERVE, RESTORE, SCRIPTS, SETTLE
from gateway.state.redis.server import Argument, Away, RedisServer, Reply, Untaken

LIMIT_S: Final = 0.5
"""Redis has not answered by then: whoever waits is told so."""
AGAIN_S: Final = 0.5
"""So long it is left alone then."""
TOGETHER: Final = 128
MAX_WAITING: Final = 200_000
"""So many settlements wait for Redis; of more the oldest are lost, and counted."""
MAX_HEARD: Final = 65_536
STALE_S: Final = 1.0
"""What was heard so long ago is asked again, once somebody looks."""
CLOSING_S: Final = 2.0


@dataclass(slots=True)
class _Message:
    """A script and its arguments; `answer` is for whoever waits, None where nobody does and it is told until it is heard."""

    script: str
    arguments: list[Argument]
    answer: asyncio.Future[Reply] | None = None


class _Live(NamedTuple):
    """A lease of this process, and whether Redis may never have heard of it."""

    charges: Sequence[Charge]
    unheld: bool


class RedisQuota:
    """A `Quota` that all gateways share which name the same Redis and the same `prefix`."""

    def __init__(
        self,
        url: str,
        *,
        sink: EventSink,
        prefix: str = "gateway",
        limit_s: float = LIMIT_S,
        again_s: float = AGAIN_S,
        networks: Networks = tuple,
    ) -> None:
        self._base: Final = f"{{{prefix}:quota}}"
        self._server: Final = RedisServer(url, SCRIPTS, limit_s=limit_s, networks=networks)
        self._sink: Final = sink
        self._loss: SharedLoss | None = None
        self._again_s: Final = again_s
        self._ready = False
        self._down = ""
        self._lost = 0
        self._waiting: deque[_Message] = deque()
        self._live: dict[str, _Live] = {}
        self._heard: dict[Span, Counted] = {}
        self._asked_s = 0.0
        self._worker: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None

    @property
    def available(self) -> bool:
        return not self._down

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever runs the gateway should know now."""
        told = (f"{self._down} Until it answers, targets off the premises that have a budget are refused.",)
        lost = (
            f"{self._lost} settlements were lost, since Redis did not answer or take them: budgets have more left than is so.",
        )
        return (*(told if self._down else ()), *(lost if self._lost else ()))

    # --- the port -------------------------------------------------------------------------------------------------------

    async def reserve(
        self, lease: str, charges: Sequence[Charge], *, now_us: int, until_us: int
    ) -> Exceeded | tuple[Counted, ...]:
        if self._down:
            self._live[lease] = _Live(charges, unheld=True)
            raise QuotaUnavailable(self._down)
        arguments: list[Argument] = [now_us, lease, until_us]
        for charge in charges:
            arguments += [_name(charge), charge.limit, charge.amount]
        try:
            reply = await self._ask(RESERVE, arguments)
            if self._is_forgotten(charges, _pairs(reply[2 if reply[0] == 0 else 1 :])):
                self._tell(REFUND, [now_us, lease, 0])
                reply = await self._ask(RESERVE, arguments)
        except QuotaUnavailable:  # it may have heard us, and we not it
            self._live[lease] = _Live(charges, unheld=True)
            raise
        except asyncio.CancelledError:
            self._tell(REFUND, [now_us, lease, 1])
            raise
        if reply[0] == 0:
            charge, counts = charges[reply[1]], _pairs(reply[2:])
            self._hear(charges, counts)
            return Exceeded(charge, counts[reply[1]].left(charge.limit))
        counts = _pairs(reply[1:])
        self._hear(charges, counts)
        self._live[lease] = _Live(charges, unheld=False)
        return tuple(counts)

    def settle(self, lease: str, used: Mapping[str, int], *, now_us: int) -> None:
        live = self._live.pop(lease, None)
        if live is None:
            return
        arguments: list[Argument] = [now_us, lease, int(live.unheld)]
        for account, since_s in dict.fromkeys((charge.account, charge.since_s) for charge in live.charges):
            arguments += [f"{account}|{since_s}", used.get(account, 0)]
        self._tell(SETTLE, arguments)

    def refund(self, lease: str, *, now_us: int) -> None:
        live = self._live.pop(lease, None)
        if live is not None:
            self._tell(REFUND, [now_us, lease, int(live.unheld)])

    def counted(self, charges: Sequence[Charge], *, now_us: int) -> tuple[Counted, ...]:
        if time.monotonic() - self._asked_s > STALE_S and not self._down:
            self._asked_s = time.monotonic()
            self._looking = asyncio.get_running_loop().create_task(self._refresh(charges, now_us))
        return tuple(self._heard.get((charge.account, charge.since_s), Counted()) for charge in charges)

    async def recount(self, charges: Sequence[Charge], *, now_us: int) -> tuple[Counted, ...]:
        asked: list[Argument] = [now_us, *map(_name, charges)]
        counts = _pairs(await self._ask(COUNT, asked))
        if self._is_forgotten(charges, counts):
            counts = _pairs(await self._ask(COUNT, asked))
        self._hear(charges, counts)
        return tuple(counts)

    async def aclose(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        worker = self._worker
        if worker is not None:
            await asyncio.wait([worker], timeout=CLOSING_S)
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await worker
        await self._server.aclose()

    # --- within ---------------------------------------------------------------------------------------------------------

    async def _refresh(self, charges: Sequence[Charge], now_us: int) -> None:
        with contextlib.suppress(QuotaUnavailable):
            await self.recount(charges, now_us=now_us)

    def _is_forgotten(self, charges: Sequence[Charge], counts: Sequence[Counted]) -> bool:
        """Whether Redis says less than it said: somebody emptied it, and it is told all again before it is asked again."""
        nothing = Counted()
        heard = (self._heard.get((charge.account, charge.since_s), nothing).used for charge in charges)
        if all(count.used >= used for count, used in zip(counts, heard, strict=True)):
            return False
        self._ready = False
        self._see(SharedLoss.FORGOT)
        return True

    def _hear(self, charges: Sequence[Charge], counts: Sequence[Counted]) -> None:
        if len(self._heard) > MAX_HEARD:
            self._heard.clear()
        self._heard.update(
            ((charge.account, charge.since_s), count) for charge, count in zip(charges, counts, strict=True)
        )

    async def _ask(self, script: str, arguments: list[Argument]) -> Reply:
        """What the script says. Raises `QuotaUnavailable`."""
        if self._down:
            raise QuotaUnavailable(self._down)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._put(_Message(script, arguments, answer))
        return await answer

    def _tell(self, script: str, arguments: list[Argument]) -> None:
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.popleft()
            self._lost += 1
        self._put(_Message(script, arguments))

    def _put(self, message: _Message) -> None:
        self._waiting.append(message)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        """Send what waits, until nothing does; while Redis is away, also to find out when it is back."""
        while self._waiting or self._down:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), TOGETHER))]
            try:
                if not self._ready:
                    await self._greet()
                replies = await self._server.run([(one.script, [self._base, *one.arguments]) for one in batch])
            except Away as away:
                self._fail(batch, away)
                await asyncio.sleep(self._again_s)
                continue
            except asyncio.CancelledError:
                self._refuse(batch, "The gateway stops.")
                raise
            self._down = ""
            self._see(None)
            for message, reply in zip(batch, replies, strict=True):
                if isinstance(reply, Untaken):
                    self._set_aside(message)
                elif message.answer is not None and not message.answer.done():
                    message.answer.set_result(reply)

    async def _greet(self) -> None:
        """Begin with a server that was away, or is another one by now: tell it what it may have forgotten. Raises `Away`."""
        await self._server.greet()
        self._live = {name: _Live(live.charges, unheld=True) for name, live in self._live.items()}
        arguments: list[Argument] = [self._base, time.time_ns() // 1000]
        for (account, since_s), count in self._heard.items():
            if count.used:
                arguments += [f"{account}|{since_s}", count.used]
        if len(arguments) > 2:
            await self._server.run([(RESTORE, arguments)])
        self._ready = True

    def _fail(self, batch: Sequence[_Message], away: Away) -> None:
        """Refuse whoever waits; keep what was told."""
        self._ready = False
        self._down = f"The server that `shared.redis` names {away}"
        self._see(away.loss)
        waiting = [*batch, *self._waiting]
        self._refuse(waiting, self._down)
        self._waiting = deque(message for message in waiting if message.answer is None)

    def _set_aside(self, message: _Message) -> None:
        """Refuse, or count as lost, what Redis would not take another time either: it holds up nothing."""
        if message.answer is not None:
            self._refuse([message], "The server that `shared.redis` names does not take it.")
            return
        self._lost += 1
        self._sink.emit(SharedSeen(loss=None, lost=self._lost))

    def _see(self, loss: SharedLoss | None) -> None:
        """Tell what changed, once."""
        if loss is not self._loss:
            self._loss = loss
            self._sink.emit(SharedSeen(loss=loss, lost=self._lost))

    @staticmethod
    def _refuse(messages: Sequence[_Message], why: str) -> None:
        for message in messages:
            if message.answer is not None and not message.answer.done():
                message.answer.set_exception(QuotaUnavailable(why))


def _name(charge: Charge) -> str:
    return f"{charge.account}|{charge.since_s}"


def _pairs(numbers: Sequence[int]) -> list[Counted]:
    return [Counted(used, held) for used, held in zip(numbers[::2], numbers[1::2], strict=True)]
