"""Runs rows against systems, interleaved, and keeps what each took; every figure that is shown is a median over rounds."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.speed import texts
from bench.speed.rows import ROWS, Row
from bench.speed.systems import System, cores

WARM_S = 0.3
HELD = "[[c=20,d=250]]"
"""A stream that lasts five seconds."""


@dataclass(frozen=True)
class Taken:
    """One row at one system in one round: processor time of a request (of a chunk, in a stream) and times in milliseconds."""

    answered: int
    errors: int
    a_second: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    first_ms: float = 0.0
    way_ms: float = 0.0
    bad: str = ""


Results = Mapping[str, Mapping[str, Sequence[Taken]]]
"""By row and system."""


def taken(row: Row, system: System, folder: Path, *, seconds: float, seed: str) -> Taken:
    model = system.cloud if row.away else system.vectors if row.path.endswith("embeddings") else system.model
    bodies = folder / f"{system.name}.jsonl"
    with bodies.open("w") as file:
        file.writelines(
            texts.lines(lambda draw: row.make(model, draw), seed if row.new else "", row.bodies if row.new else 1)
        )
    command = [*cores()[1], str(folder / "load"), "-u", f"127.0.0.1:{system.port}", "-p", row.path, "-f", str(bodies)]
    command += ["-c", str(row.connections), "-w", str(WARM_S), "-t", str(seconds), "-x", row.has]
    command += [part for header in system.headers for part in ("-H", header)] + (["-S"] if row.chunks else [])
    before = system.cpu_ns()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    used = system.cpu_ns() - before
    said = json.loads(done.stdout)
    ways = said.get("transit_us", {})
    return Taken(
        said["all"],
        sum(said[kind] for kind in ("e_status", "e_conn", "e_body", "e_nodone")),
        said["rps"],
        used / 1000 / max(1, said["all"]) / (row.chunks or 1),
        said["lat_us"]["p50"] / 1000,
        said["lat_us"]["p99"] / 1000,
        said.get("ttft_us", {}).get("p50", 0.0) / 1000,
        ways.get("p50", 0.0) / 1000,
        said["bad"],
    )


def measured(
    names: Sequence[str], systems: Sequence[System], folder: Path, *, rounds: int, seconds: float
) -> dict[str, dict[str, list[Taken]]]:
    """All rows, all systems, in turn within every round, so that what else the machine does meets all of them."""
    results: dict[str, dict[str, list[Taken]]] = {name: {} for name in names}
    for count in range(rounds):
        for name in names:
            for system in systems:
                if system.name not in ROWS[name].who:
                    continue
                one = taken(
                    ROWS[name], system, folder, seconds=seconds, seed=f"{name} {system.name} {count} {time.time_ns()}"
                )
                results[name].setdefault(system.name, []).append(one)
                bad = f"  {one.errors} errors: {one.bad[:120]}" if one.errors else ""
                print(
                    f"  {count + 1}/{rounds} {name:11} {system.name:8} {one.cpu_us:9.1f} us {one.a_second:9.1f}/s{bad}",
                    file=sys.stderr,
                )
    return results


@dataclass(frozen=True)
class Held:
    """Streams that were open at once: how many ended well, and what each took of memory."""

    asked: int
    ended: int
    refused: int
    kib_each: float


def held(system: System, folder: Path, count: int) -> Held:
    """Hold streams open, and look at the memory while all of them are."""
    body = folder / "held.jsonl"
    body.write_text(json.dumps(texts.chat(system.model, texts.asked(f"How are you? {HELD}"), stream=True)) + "\n")
    command = [*cores()[1], str(folder / "load"), "-u", f"127.0.0.1:{system.port}", "-f", str(body), "-S"]
    command += ["-c", str(count), "-n", str(count), "-w", "0", "-t", "60"]
    before = most = system.mib()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as load:
        while True:
            try:
                said = json.loads(load.communicate(timeout=0.4)[0])
                break
            except subprocess.TimeoutExpired:
                most = max(most, system.mib())
    failed = sum(said[kind] for kind in ("e_status", "e_conn", "e_body", "e_nodone"))
    return Held(count, said["ok"], failed, (most - before) * 1024 / count)


def warmed(system: System, folder: Path) -> None:
    """Ask a system what it will be asked, so that what is made once is no part of a figure; and see what it takes idle."""
    system.idle_mib = system.mib()
    for name in ("repeated", "stream"):
        if system.name in ROWS[name].who:
            taken(ROWS[name], system, folder, seconds=1.0, seed="warm")


def middle(of: Sequence[Taken], what: str) -> float:
    return statistics.median(getattr(one, what) for one in of)


def ratios(results: Results, yardstick: str = "nginx") -> dict[str, float]:
    """By row: processor time of the gateway in multiples of the yardstick's in the same round."""
    found: dict[str, float] = {}
    for name, by in results.items():
        pairs = list(zip(by.get("gateway", ()), by.get(yardstick, ()), strict=False))
        told = [ours.cpu_us / theirs.cpu_us for ours, theirs in pairs if theirs.cpu_us and ours.answered]
        if told:
            found[name] = round(statistics.median(told), 1)
    return found
