"""How much of the processor and of the caller's time a gateway takes, beside nginx and others, in one interleaved run.

python -m bench.speed                   all rows and everybody who is installed; writes bench/results/DAY.md and two pictures
python -m bench.speed --quick           two minutes: gateway and nginx, four rows; says what got slower since earlier commits
python -m bench.speed --quick --keep    the same, and keeps the ratios for later runs (bench/speed/ratios.json)
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.speed import guard, measure, page, systems
from bench.speed.rows import QUICK, ROWS

RESULTS = systems.ROOT / "bench" / "results"
HOLD = (500, 2_000)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.speed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="two minutes: gateway and nginx, four rows, no page")
    parser.add_argument("--keep", action="store_true", help="keep the ratios of this commit in the repository")
    parser.add_argument("--rows", default="", help=f"of {', '.join(ROWS)}")
    parser.add_argument("--systems", default="", help=f"of {', '.join(systems.PEERS)}")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0.0, help="of one row of one system in one round")
    asked = parser.parse_args()
    rows = asked.rows.split(",") if asked.rows else list(QUICK if asked.quick else ROWS)
    wanted = asked.systems.split(",") if asked.systems else ["nginx", "gateway"] if asked.quick else list(systems.PEERS)
    rounds, seconds = asked.rounds or (5 if asked.quick else 3), asked.seconds or (1.0 if asked.quick else 3.0)
    missing: list[str] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-speed-")))
        try:
            systems.built(folder)
        except systems.Missing as absent:
            print(f"Nothing can be measured: {absent}.")
            return 0
        running = [systems.direct(folder)]
        stack.callback(running[0].end)
        for name in wanted:
            try:
                one = systems.started(name, running[0].port, folder)
            except systems.Missing as absent:
                missing.append(str(absent))
                print(f"missing: {absent}", file=sys.stderr)
                continue
            stack.callback(one.end)
            running.append(one)
            measure.warmed(one, folder)
        results = measure.measured(rows, running, folder, rounds=rounds, seconds=seconds)
        holding = (
            {}
            if asked.quick
            else {
                one.name: [measure.held(one, folder, count) for count in HOLD]
                for one in running
                if one.name in {"nginx", "gateway"}
            }
        )
    day = dt.datetime.now(dt.UTC).date().isoformat()
    command = " ".join(["python -m bench.speed", *sys.argv[1:]])
    told = page.page(day, results, running, holding, missing, command=command, rounds=rounds, seconds=seconds)
    print(told)
    if not asked.quick:
        _write(day, told, page.pictures(results))
    _hold(day, measure.ratios(results), keep=asked.keep)
    return 0


def _write(day: str, told: str, pictures: dict[str, str]) -> None:
    RESULTS.mkdir(exist_ok=True)
    for name, drawn in pictures.items():
        (RESULTS / f"{day}-{name}.svg").write_text(drawn)
    shown = "".join(f"\n![{name}]({day}-{name}.svg)\n" for name in pictures)
    (RESULTS / f"{day}.md").write_text(told + shown)
    print(f"written: {RESULTS.relative_to(systems.ROOT)}/{day}.md", file=sys.stderr)


def _hold(day: str, ratios: dict[str, float], *, keep: bool) -> None:
    """Say what got slower than it was, and keep what is now."""
    if not ratios:
        print("Without nginx and the gateway in one run there is nothing to hold earlier commits against.")
        return
    now = guard.Entry(systems.commit(), day, f"{page.machine()}, Python {platform.python_version()}", ratios)
    for line in guard.slower(now, guard.kept()) or ["Nothing got slower by more than 15 % than what was kept."]:
        print(line)
    if keep:
        guard.keep(now)


if __name__ == "__main__":
    sys.exit(main())
