"""`gateway phi scan`: what the built-in detector finds in a text, as JSON lines or shown to people; sends nothing anywhere."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

from gateway.domain import Detection, Finding, Passage
from gateway.phi.find.engine import Engine, load_engine

_EXAMPLE: Final = """examples:
  gateway phi scan note.txt                     show what was found, highlighted
  gateway phi scan --jsonl notes.jsonl          one {"id", "text"} a line in, one {"id", "spans", "verdict"} a line out
  cat notes.jsonl | gateway phi scan --jsonl -
"""
_MARK: Final = "\x1b[7m"
_FAINT: Final = "\x1b[2m"
_PLAIN: Final = "\x1b[0m"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `phi scan`."""
    parser = commands.add_parser("phi", help="look for PHI in a text", description="The built-in PHI detector.")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    scan = actions.add_parser(
        "scan",
        help="what is found in a file",
        description="Look for PHI in a file. Nothing leaves this machine.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    scan.add_argument(
        "file", metavar="FILE", nargs="?", default="-", help="the text; `-` or nothing reads standard input"
    )
    scan.add_argument(
        "--jsonl", action="store_true", help='read {"id", "text"} lines and write {"id", "spans", "verdict"} lines'
    )
    scan.add_argument("--no-color", action="store_true", help="mark findings with brackets only")
    scan.set_defaults(run=lambda options: run(options.file, jsonl=options.jsonl, color=not options.no_color))


def run(file: str, *, jsonl: bool = False, color: bool = True, out: TextIO | None = None) -> int:
    """Scan `file`; the exit status: 1 when it, or a line of it, could not be read."""
    out = out or sys.stdout
    engine = load_engine()
    try:
        with _opened(file) as lines:
            if jsonl:
                return _scan_lines(engine, lines, out)
            text = lines.read().decode("utf-8", "surrogateescape")
    except BrokenPipeError:
        raise
    except OSError as failure:
        print(f"gateway: {file} cannot be read: {failure.strerror}", file=sys.stderr)
        return 1
    show(text, engine.detect([Passage(text)])[0], out=out, color=color and out.isatty())
    return 0


def _opened(file: str) -> io.BufferedIOBase | io.BytesIO:
    return io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False)) if file == "-" else Path(file).open("rb")


def _scan_lines(engine: Engine, lines: io.BufferedIOBase | io.BytesIO, out: TextIO) -> int:
    status = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = _row(line)
        except ValueError as problem:
            print(f"gateway: line {number}: {problem}", file=sys.stderr)
            status = 1
            continue
        detection = engine.detect([Passage(row[1])])[0]
        out.write(json.dumps(answer(row[0], detection)) + "\n")
        out.flush()
    return status


def _row(line: bytes) -> tuple[str | int, str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("this is not JSON") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ValueError('a line is an object with "id" and "text", and "text" is a string')  # noqa: TRY004  the value of a line, not an argument
    name = row.get("id")
    if not isinstance(name, str | int) or isinstance(name, bool):
        raise ValueError('"id" is a string or an integer')  # noqa: TRY004  as above
    return name, row["text"]


def reported(detection: Detection) -> tuple[Finding, ...]:
    """All findings when one of them counts; none when none does."""
    return detection.findings if any(finding.counts for finding in detection.findings) else ()


def verdict(detection: Detection) -> str:
    """`phi` when a finding counts, `unknown` when the text could not be read, else `clear`."""
    if reported(detection):
        return "phi"
    return "unknown" if detection.unknowns else "clear"


def answer(name: str | int, detection: Detection) -> dict[str, object]:
    """One line of output; `start` and `end` are characters of the text as it was handed in, `end` exclusive."""
    spans = [
        {"start": one.start, "end": one.end, "kind": one.kind.value, "confidence": round(one.confidence, 3)}
        for one in reported(detection)
    ]
    return {"id": name, "spans": spans, "verdict": verdict(detection)}


def show(text: str, detection: Detection, *, out: TextIO, color: bool) -> None:
    """The text with findings marked, and what they are."""
    at = 0
    found = reported(detection)
    for one in found:
        value = _printable(text[one.start : one.end])
        mark = f"{_MARK}{value}{_PLAIN}{_FAINT}[{one.kind.value}]{_PLAIN}" if color else f"[{one.kind.value}: {value}]"
        out.write(_printable(text[at : one.start]) + mark)
        at = one.end
    out.write(_printable(text[at:]) + ("" if text.endswith("\n") else "\n"))
    out.write(f"\n{verdict(detection)}: {_summary(found, detection)}\n")


def _summary(found: Sequence[Finding], detection: Detection) -> str:
    if found:
        kinds = sorted({one.kind.value for one in found})
        return f"{len(found)} found ({', '.join(kinds)})"
    if detection.unknowns:
        return f"could not be checked ({', '.join(sorted(detection.unknowns))}), so it is treated as PHI"
    return "nothing found"


def _printable(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)
