"""The page of a run: tables in Markdown and two pictures (SVG), with everything that is needed to judge them."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.speed.measure import Held, Results, middle, ratios
from bench.speed.rows import ROWS
from bench.speed.systems import System

COLOURS = {"direct": "#9aa0a6", "nginx": "#5f6368", "gateway": "#1a73e8", "ferrogw": "#e37400", "litellm": "#d93025"}


def machine() -> str:
    """What the processor is called, and how many of it there are."""
    said = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    name = next((line.partition(":")[2].strip() for line in said if line.startswith("model name")), platform.machine())
    return f"{name}, {len(os.sched_getaffinity(0))} processors"


def page(
    day: str,
    results: Results,
    systems: Sequence[System],
    holding: Mapping[str, Sequence[Held]],
    missing: Sequence[str],
    *,
    command: str,
    rounds: int,
    seconds: float,
) -> str:
    lines = [
        f"# Speed on {day}",
        "",
        f"`{command}` on {machine()}, {platform.system()} {platform.release()}.",
        f"Load average {os.getloadavg()[0]:.1f} at the end. Each system alone on one processor, upstream and load on another;",
        f"{rounds} rounds of {seconds:g} s a row, all systems in turn within a round; medians. Processor time is that of all",
        "threads and processes of a system. Everything is on at the gateway: scan with tagger and encoder, policies, budgets,",
        "record, metrics, log.",
        "",
        "| system | version | ready after | memory idle |",
        "|---|---|---|---|",
        *(
            f"| {one.name} | {one.version or '–'} | {one.ready_s:.2f} s | {one.idle_mib:.0f} MiB |"
            for one in systems
            if one.name != "direct"
        ),
        "",
        *(f"Missing: {reason}." for reason in missing),
        *_rows(results),
        *_held(holding),
    ]
    return "\n".join(lines) + "\n"


def _rows(results: Results) -> list[str]:
    lines: list[str] = []
    against = ratios(results)
    for name, by in results.items():
        row = ROWS[name]
        unit = "chunk" if row.chunks else "request"
        told = f" The gateway takes **{against[name]:g} times** the processor time of nginx." if name in against else ""
        lines += [
            "",
            f"## {name}: {row.title}",
            "",
            f"{row.connections} connection{'s' * (row.connections > 1)}.{told}",
            "",
        ]
        first = "first token p50 | way of a chunk p50 | " if row.chunks else ""
        lines.append(f"| system | a second | processor time a {unit} | p50 | p99 | {first}errors |")
        lines.append("|---" * (6 + 2 * bool(row.chunks)) + "|")
        for system, took in by.items():
            cells = [
                system,
                f"{middle(took, 'a_second'):,.0f}",
                "–" if system == "direct" else f"{middle(took, 'cpu_us'):,.0f} µs",
                f"{middle(took, 'p50_ms'):.2f} ms",
                f"{middle(took, 'p99_ms'):.2f} ms",
                *([f"{middle(took, 'first_ms'):.2f} ms", f"{middle(took, 'way_ms'):.2f} ms"] if row.chunks else []),
                str(sum(one.errors for one in took)),
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return lines


def _held(holding: Mapping[str, Sequence[Held]]) -> list[str]:
    if not holding:
        return []
    lines = [
        "",
        "## Streams held open at once",
        "",
        "| system | streams | ended well | refused or broken | memory each |",
        "|---|---|---|---|---|",
    ]
    for name, all_held in holding.items():
        lines += [
            f"| {name} | {one.asked} | {one.ended} | {one.refused} | {one.kib_each:.0f} KiB |" for one in all_held
        ]
    return lines


def picture(title: str, unit: str, values: Mapping[str, float]) -> str:
    """Bars on a scale of powers of ten, since the systems lie that far apart."""
    values = {name: value for name, value in values.items() if value > 0}
    low = math.floor(math.log10(min(values.values(), default=1)))
    high = math.ceil(math.log10(max(values.values(), default=10)) + 0.01)
    left, width, step = 90, 560, 34
    height = 60 + step * len(values) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 110}" height="{height}">',
        "<style>text {font: 13px sans-serif}</style>",
        f'<text x="10" y="24">{title}</text>',
    ]
    for power in range(low, high + 1):
        x = left + width * (power - low) / max(1, high - low)
        parts.append(f'<line x1="{x:.0f}" y1="40" x2="{x:.0f}" y2="{height - 26}" stroke="#dadce0"/>')
        parts.append(
            f'<text x="{x:.0f}" y="{height - 8}" text-anchor="middle" fill="#5f6368">{10.0**power:g} {unit}</text>'
        )
    for at, (name, value) in enumerate(sorted(values.items(), key=lambda one: one[1])):
        y, long = 48 + step * at, width * (math.log10(value) - low) / max(1, high - low)
        parts.append(f'<text x="{left - 8}" y="{y + 17}" text-anchor="end">{name}</text>')
        parts.append(
            f'<rect x="{left}" y="{y}" width="{max(2, long):.0f}" height="24" fill="{COLOURS.get(name, "#1a73e8")}"/>'
        )
        parts.append(f'<text x="{left + max(2, long) + 6:.0f}" y="{y + 17}">{value:,.3g} {unit}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def pictures(results: Results) -> dict[str, str]:
    """The added latency of one connection, and what 64 get through, of the same small chat."""
    drawn: dict[str, str] = {}
    if "direct" in results.get("alone", {}):
        none = middle(results["alone"]["direct"], "p50_ms")
        added = {name: middle(took, "p50_ms") - none for name, took in results["alone"].items() if name != "direct"}
        drawn["latency"] = picture("Added to a small chat, one connection, median", "ms", added)
    if "repeated" in results:
        rates = {name: middle(took, "a_second") for name, took in results["repeated"].items() if name != "direct"}
        drawn["throughput"] = picture("Small chats a second, 64 connections, one processor", "/s", rates)
    return drawn
