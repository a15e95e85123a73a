"""What the record bears and what it notices: `python -m bench.ledger [speed] [verify] [tamper] [crash]`; all without words.

speed: intents a second with group commit, and what `intend` adds at 50 a second.  verify: rows a second.  tamper: each kind
of tampering in 100 random places.  crash: 100 times kill -9, and what was acknowledged is there and verifies.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.asked import asked
from gateway.audit.verify_ledger import verify
from gateway.state.checkpoints import Checkpoints
from gateway.state.sqlite.ledger import Ledger
from gateway.testing import RecordingSink
from tests.kit.records import SEED, TAMPERING, a_byte_of_the_file, copied, make_record, tampered
from tests.kit.rows import WORDS, make_intent

PLACES = 100
KILLS = 100
SECONDS = 8.0
WAITERS = 256
PACE, PACED_S = 50, 20.0
COMMIT, SPACE = 5 * 4096, 1000 * 4096
"""Bytes that the log of SQLite takes for one intent, and until it begins anew."""
CHILD = """
import asyncio, itertools, sys
from pathlib import Path
from gateway.state.checkpoints import Checkpoints
from gateway.state.sqlite.ledger import Ledger
from gateway.testing import RecordingSink
from tests.kit.rows import WORDS, make_intent, make_outcome
async def write(ledger, numbers):
    for number in numbers:
        await ledger.intend(make_intent(number))
        ledger.settle(make_outcome(number))
        sys.stdout.write(f"{number}\\n"); sys.stdout.flush()
async def main(folder, first):
    checkpoints = Checkpoints(folder / "elsewhere", seed=bytes(range(32)))
    ledger = Ledger(folder, words=WORDS, sink=RecordingSink(), checkpoints=checkpoints, witness_s=0.05)
    numbers = itertools.count(first)
    await asyncio.gather(*(write(ledger, numbers) for _ in range(16)))
asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


def opened(folder: Path) -> Ledger:
    checkpoints = Checkpoints(folder / "elsewhere", seed=SEED)
    return Ledger(folder, words=WORDS, sink=RecordingSink(), checkpoints=checkpoints)


async def speed(folder: Path) -> None:
    ledger = opened(folder)
    done, ends = 0, time.perf_counter() + SECONDS

    async def ask(worker: int) -> None:
        nonlocal done
        number = worker << 32
        while time.perf_counter() < ends:
            await ledger.intend(make_intent(number))
            number, done = number + 1, done + 1

    await asyncio.gather(*(ask(worker) for worker in range(WAITERS)))
    print(f"intents with group commit    {done / SECONDS:10,.0f} a second ({WAITERS} wait at a time)")
    took, bare = [], []
    disk = os.open(folder / "bare", os.O_RDWR | os.O_CREAT)
    os.pwrite(disk, bytes(SPACE), 0)
    os.fsync(disk)
    for number in range(int(PACE * PACED_S)):
        began = time.perf_counter()
        await ledger.intend(make_intent(number + (1 << 60)))
        took.append(time.perf_counter() - began)
        await asyncio.sleep(max(0.0, 0.5 / PACE - took[-1]))
        began = time.perf_counter()
        await asyncio.to_thread(write_bare, disk, number)
        bare.append(time.perf_counter() - began)
        await asyncio.sleep(max(0.0, 0.5 / PACE - bare[-1]))
    os.close(disk)
    print(f"an intent at {PACE} a second      {quantiles(took)}")
    print(f"its bytes and one fdatasync  {quantiles(bare)}   (what this disk takes at the least, in turn with them)")
    ledger.close()


def write_bare(disk: int, number: int) -> None:
    os.pwrite(disk, bytes(COMMIT), number * COMMIT % SPACE)
    os.fdatasync(disk)


def quantiles(took: list[float]) -> str:
    took.sort()
    half, most = took[len(took) // 2] * 1e3, took[len(took) * 99 // 100] * 1e3
    return f"p50 {half:5.2f} ms, p99 {most:5.2f} ms"


def how_fast_it_verifies(folder: Path) -> None:
    record = make_record(folder / "long", 100_000, every=500)
    text = record.checkpoints.read_text()
    for _ in range(2):
        began, used = time.perf_counter(), time.process_time()
        verdict = verify(record.ledger, checkpoints=text, keys=[record.key])
        took, cpu = time.perf_counter() - began, time.process_time() - used
    sound = verdict.problems or "sound"
    print(f"verified                     {verdict.size / took:10,.0f} rows a second, {sound}")
    print(f"                             {verdict.size / cpu:10,.0f} of processor time")


def tampering(folder: Path) -> None:
    record = make_record(folder / "record", 300)
    copy = folder / "copy"
    print(f"{'tampering':36}  found of {PLACES}, by (without checkpoints)")
    for how in (*TAMPERING, "a bit flipped in the file"):
        found, alone = 0, 0
        for place in range(PLACES):
            shutil.rmtree(copy, ignore_errors=True)
            one, chance = copied(record, copy), random.Random(f"{how}{place}")
            if how in TAMPERING:
                tampered(one, how, chance)
            else:
                a_byte_of_the_file(one, chance)
            found += bool(one.verdict().problems)
            alone += bool(one.verdict(given=False).problems)
        print(f"{how:36}  {found:5}                ({alone})")


def crashes(folder: Path) -> None:
    acknowledged: set[int] = set()
    chance = random.Random(7)
    unsound = 0
    for kill in range(KILLS):
        command = [sys.executable, "-c", CHILD, str(folder), str(kill << 32)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."})
        assert child.stdout is not None
        acknowledged.add(int(child.stdout.readline()))
        time.sleep(chance.uniform(0.0, 0.3))
        child.send_signal(signal.SIGKILL)
        rest, _ = child.communicate()
        acknowledged |= {int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")}
        unsound += bool(verify(folder / "ledger.db", checkpoints=(folder / "elsewhere").read_text()).problems)
    reader = sqlite3.connect(folder / "ledger.db")
    kept = {int(name[4:], 16) for (name,) in reader.execute("SELECT request_id FROM entry WHERE phase = 'intent'")}
    reader.close()
    lost = len(acknowledged - kept)
    print(
        f"kill -9, {KILLS} times           {len(acknowledged):,} acknowledged, {lost} lost, {unsound} times not sound"
    )


def main() -> None:
    wishes = asked(__doc__ or "", ("speed", "verify", "tamper", "crash"))
    with tempfile.TemporaryDirectory(prefix="ledger-") as name:
        folder = Path(name)
        (folder / "speed").mkdir()
        if "speed" in wishes:
            asyncio.run(speed(folder / "speed"))
        if "verify" in wishes:
            how_fast_it_verifies(folder)
        if "tamper" in wishes:
            tampering(folder)
        if "crash" in wishes:
            (folder / "crash").mkdir()
            crashes(folder / "crash")


if __name__ == "__main__":
    main()
