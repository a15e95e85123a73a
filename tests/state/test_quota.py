"""What the counts in memory forget; the contract of the port is in tests/test_ports.py."""

from __future__ import annotations

import itertools

from gateway.ports import Charge, Counted
from gateway.state.quota import OLD_S, SWEEP, MemoryQuota

HOUR_US = 3_600_000_000


async def held(quota, lease, since_s, *, account="a/minute", now_us):
    return await quota.reserve(lease, [Charge(account, since_s, 10, 1)], now_us=now_us, until_us=now_us + HOUR_US)


async def test_spans_that_are_long_over_are_forgotten_and_others_are_not():
    quota = MemoryQuota()
    now_s = 2_000_000_000
    for number in range(SWEEP + 1):
        await held(quota, str(number), number * 60, now_us=now_s * 1_000_000)
        quota.settle(str(number), {"a/minute": 1}, now_us=now_s * 1_000_000)
    await held(quota, "month", now_s - OLD_S + 1, account="a/month", now_us=now_s * 1_000_000)
    quota.settle("month", {"a/month": 1}, now_us=now_s * 1_000_000)
    await held(quota, "now", now_s, now_us=now_s * 1_000_000)
    kept = quota.counted([Charge("a/minute", 60, 0, 0), Charge("a/month", now_s - OLD_S + 1, 0, 0)], now_us=0)
    assert kept == (Counted(), Counted(1, 0))


async def test_leases_that_were_settled_take_no_memory_until_their_time_would_be_up():
    quota = MemoryQuota()
    for number in itertools.islice(itertools.count(), 4 * SWEEP):
        await held(quota, str(number), 0, now_us=1)
        quota.refund(str(number), now_us=1)
    assert len(quota._ends) <= 2 * SWEEP
