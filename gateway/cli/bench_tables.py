"""What `gateway bench agents` measured, as text, Markdown, JSON and a picture of the pipeline's bars; measures nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape

from gateway.cli.tables import Table, picture

MONTHLY: Final = 1000
"""Analyses a month, as the founding documents reckon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One answer: of which task, by which target, when it began and ended (seconds from the beginning of its run)."""

    task: str
    target: str
    began_s: float
    ended_s: float
    input_tokens: int = 0
    output_tokens: int = 0
    usd: Decimal | None = None
    error: str = ""

    @property
    def seconds(self) -> float:
        return self.ended_s - self.began_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Calls that belong together, one pipeline for instance."""

    name: str
    calls: tuple[Call, ...]

    @property
    def total_s(self) -> float:
        return max((call.ended_s for call in self.calls), default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything: each task alone, the pipelines, the operations, and what one analysis would cost in three ways."""

    alone: Run
    sequence: Run
    parallel: Run
    operations: Run
    costs: Mapping[str, Decimal | None] = field(default_factory=dict)

    @property
    def runs(self) -> tuple[Run, ...]:
        return tuple(run for run in (self.alone, self.sequence, self.parallel, self.operations) if run.calls)

    @property
    def failed(self) -> int:
        return sum(bool(call.error) for run in self.runs for call in run.calls)

    def tree(self) -> dict[str, object]:
        """For programs."""
        return {
            "runs": {
                run.name: {"total_s": round(run.total_s, 3), "calls": [_call_tree(call) for call in run.calls]}
                for run in self.runs
            },
            "usd_per_analysis": {name: None if usd is None else float(usd) for name, usd in self.costs.items()},
        }


def tables(measured: Measured) -> Iterator[Table]:
    """The tables of the founding documents: a title, the head, the rows."""
    stages = {call.task: call for call in measured.sequence.calls}
    beside = {call.task: call for call in measured.parallel.calls}
    rows = [
        (
            call.task,
            call.target or "none",
            _seconds(call),
            str(call.output_tokens),
            _seconds(stages.get(call.task)),
            _seconds(beside.get(call.task)),
        )
        for call in measured.alone.calls
    ]
    if rows:
        head = ("task", "target", "latency", "tokens", "stage in sequence", "stage in parallel")
        yield "Tasks", head, rows
    totals = [(run.name, f"{run.total_s:.1f} s") for run in (measured.sequence, measured.parallel) if run.calls]
    if totals:
        if len(totals) > 1 and measured.sequence.total_s:
            saved = 1 - measured.parallel.total_s / measured.sequence.total_s
            totals.append(("saved by working in parallel", f"{saved:.0%}"))
        yield "Pipeline", ("run", "total"), totals
    operations = [
        (call.task, call.target or "none", _seconds(call), str(call.output_tokens))
        for call in measured.operations.calls
    ]
    if operations:
        operations.append(("all four", "", f"{measured.operations.total_s:.1f} s", ""))
        yield "Operations", ("operation", "target", "latency", "tokens"), operations
    costs = [(name, _usd(usd, 4), _usd(usd and usd * MONTHLY, 2)) for name, usd in measured.costs.items()]
    if costs:
        yield "Cost, by the tokens and times above", ("way", "one analysis", f"{MONTHLY:,} a month"), costs


_LEFT, _WIDTH, _BAR, _GAP = 150, 620, 22, 8
_COLOURS: Final = ("#3b6ea5", "#4f9d69", "#c2803a", "#8a5a9e", "#b0484f")


def svg(measured: Measured) -> str:
    """The pipeline's stages as bars over time, in sequence and in parallel, one scale for both."""
    runs = [run for run in (measured.sequence, measured.parallel) if run.calls]
    longest_s = max((run.total_s for run in runs), default=0.0) or 1.0
    parts: list[str] = []
    top = 10
    for run in runs:
        parts.append(f'<text x="10" y="{top + 14}" font-weight="bold">{escape(run.name)}: {run.total_s:.1f} s</text>')
        top += _BAR + _GAP
        for number, call in enumerate(run.calls):
            x = _LEFT + call.began_s / longest_s * _WIDTH
            width = max(call.seconds / longest_s * _WIDTH, 1.0)
            colour = "#999999" if call.error else _COLOURS[number % len(_COLOURS)]
            parts += [
                f'<text x="10" y="{top + 16}">{escape(call.task)}</text>',
                f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{_BAR}" fill="{colour}" rx="3"/>',
                f'<text x="{x + width + 4:.1f}" y="{top + 16}">{call.seconds:.1f} s</text>',
            ]
            top += _BAR + _GAP
        top += _GAP
    return picture("Stages of the pipeline", parts, width=_LEFT + _WIDTH + 80, height=top)


def _call_tree(call: Call) -> dict[str, object]:
    return {
        "task": call.task,
        "target": call.target,
        "began_s": round(call.began_s, 3),
        "seconds": round(call.seconds, 3),
        "input_tokens": call.input_tokens,
        "output_tokens": call.output_tokens,
        "usd": None if call.usd is None else float(call.usd),
        "error": call.error,
    }


def _seconds(call: Call | None) -> str:
    if call is None:
        return ""
    return call.error or f"{call.seconds:.1f} s"


def _usd(usd: Decimal | None, places: int) -> str:
    return "unknown" if usd is None else f"${usd:.{places}f}"
