"""What keys, budgets and limits cost a request, in microseconds of processor time: `python -m bench.access [keys] [quota]`.

keys: telling whose a key of the key store is.  quota: all that `Holdings` does for one request under a limit of requests and
budgets of tokens and dollars. Both are the thread's own time, so that a busy machine matters little.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from pathlib import Path

import aiohttp

from bench.asked import asked
from gateway.access.callers import Keyring, authenticate
from gateway.access.keys import new_key
from gateway.access.stored import StoredKeys
from gateway.events import Noted
from gateway.pipeline import holding
from gateway.ports import KeyChange
from gateway.state.sqlite.keys import SqliteKeys
from tests.contract.test_budgets import POLICY, answers, config
from tests.kit.running import running
from tests.kit.servers import UpstreamServer

CALLERS, TIMES, ROUNDS = 50, 20_000, 5
BUDGET_US = 15
MORE = """
limits:
  - {per: caller, of: requests, amount: 1000000, every: minute}
budgets:
  - {per: caller, of: tokens, amount: 1000000000, every: month}
  - {per: agent, of: dollars, amount: 1000000, every: month}
"""


def least_us(work: Callable[[], object]) -> float:
    """Processor time of one call: the least of some rounds, since whatever disturbs only adds."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        for _ in range(TIMES):
            work()
        rounds.append((time.thread_time() - began) / TIMES * 1e6)
    return min(rounds)


def of_keys(folder: Path) -> None:
    store = SqliteKeys(folder)
    made = [new_key() for _ in range(CALLERS)]
    for number, key in enumerate(made):
        kept = key.stored(f"caller{number}", agents=("*",), routes=("*",), may=(), made_us=1)
        store.put([kept], KeyChange(at_us=1, what=Noted.KEY_MADE, name=kept.name))
    stored = StoredKeys(store, now_us=lambda: time.time_ns() // 1000)
    ring = Keyring()

    def one() -> None:
        authenticate(f"Bearer {made[7].key}", "", keys=(ring, stored), anonymous=lambda: None)

    print(f"a key of the store           {least_us(one):6.1f} us of {BUDGET_US} ({CALLERS} keys)")
    store.close()


async def of_quota(folder: Path) -> None:
    """What is done for one request of a gateway that listens, done again and again."""
    said: dict[str, tuple[object, ...]] = {}

    def heard(owner: type, name: str) -> None:
        inner = vars(owner)[name]

        def outer(*args: object, **kwargs: object) -> object:
            said[name] = (inner, args, kwargs)
            return inner(*args, **kwargs)

        setattr(owner, name, outer)

    lease = holding._Lease  # noqa: SLF001
    for owner, name in ((holding.Holdings, "admit"), (holding.Holdings, "hold"), (lease, "settle")):
        heard(owner, name)
    local, cloud = UpstreamServer(answers(10, 5)), UpstreamServer(answers(10, 5))
    await asyncio.gather(local.start(), cloud.start())
    async with running(folder, config(local, cloud, MORE), POLICY) as gateway, aiohttp.ClientSession() as client:
        body = {"messages": [{"role": "user", "content": "Hello."}], "max_tokens": 9}
        headers = {"authorization": "Bearer a-key-of-soma"}
        async with client.post(f"{gateway.url}/v1/chat/completions", json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        each = cost_of(**said)
    print(f"three budgets and limits     {sum(each.values()):6.1f} us of {BUDGET_US} ", end="")
    print(f"({', '.join(f'{name} {took:.1f}' for name, took in each.items())})")
    await asyncio.gather(local.stop(), cloud.stop())


def cost_of(*, admit: tuple, hold: tuple, settle: tuple) -> dict[str, float]:  # type: ignore[type-arg]
    """The processor time of each step, in the order in which a request takes them: the least of some rounds."""
    rounds = []
    for _ in range(ROUNDS):
        spent: dict[str, float] = defaultdict(float)
        for _ in range(TIMES // 5):
            marks = [time.thread_time()]
            at_once(admit[0](*admit[1], **admit[2]))
            marks.append(time.thread_time())
            at_once(hold[0](*hold[1], **hold[2]))
            marks.append(time.thread_time())
            run = hold[1][1]
            settle[0](run.trace._lease, *settle[1][1:], **settle[2])  # noqa: SLF001
            marks.append(time.thread_time())
            for name, began, ended in zip(("admit", "hold", "settle"), marks, marks[1:], strict=False):
                spent[name] += (ended - began) / (TIMES // 5) * 1e6
        rounds.append(spent)
    return min(rounds, key=lambda one: sum(one.values()))


def at_once(work: Coroutine[None, None, object]) -> None:
    """Run what has nothing to wait for, without a loop."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise RuntimeError("it waited")


def main() -> None:
    wishes = asked(__doc__ or "", ("keys", "quota"))
    with tempfile.TemporaryDirectory(prefix="access-") as name:
        if "keys" in wishes:
            of_keys(Path(name) / "keys")
        if "quota" in wishes:
            asyncio.run(of_quota(Path(name)))


if __name__ == "__main__":
    main()
