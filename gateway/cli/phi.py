"""`gateway phi scan`: what the built-in detector finds in files; sends nothing anywhere, and shows a value only when asked to."""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from gateway.cli.readable import STDIN, Piece, Unreadable, pieces, read
from gateway.config import load
from gateway.document import DocumentInvalid
from gateway.domain import Detection, Finding, Passage, UnknownReason
from gateway.phi.find.engine import Engine, load_engine
from gateway.phi.find.own_words import OwnWords, joined, said

_EXAMPLE: Final = """examples:
  gateway phi scan note.txt                     where something was found, and of which kind
  gateway phi scan --show note.txt              the text itself, with what was found marked
  gateway phi scan --json *.csv *.hl7           the same for programs
  pdftotext letter.pdf - | gateway phi scan -   what cannot be read is turned into text first
  gateway phi scan --config config.yaml a.txt   with your own words of `scan:` in it
  gateway phi scan --jsonl notes.jsonl          one {"id", "text"} a line in, one {"id", "spans", "verdict"} a line out

Reads text, JSON, JSON lines, CSV and records (HL7 v2, FHIR, C-CDA, X12, dumps of DICOM) in UTF-8.

Exit status 0 if all is clear, 1 if something was found, 2 if nothing was found and something could not be checked or
read. With --jsonl every line says so itself, and the status is 0, or 2 if a line could not be read.
"""
_MARK: Final = "\x1b[7m"
_FAINT: Final = "\x1b[2m"
_PLAIN: Final = "\x1b[0m"
_CLEAR, _PHI, _UNKNOWN = "clear", "phi", "unknown"
_STATUS: Final = {_CLEAR: 0, _PHI: 1, _UNKNOWN: 2}
_LINE_END: Final = re.compile(r"\r\n?|\n")
_MOST: Final = 40
"""Findings of a file that are listed one by one."""
_PATIENCE_S: Final = 1.0
"""How long the work takes before progress is told."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `phi scan`."""
    parser = commands.add_parser(
        "phi",
        help="look for PHI in files",
        description="The built-in PHI detector.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    scan = actions.add_parser(
        "scan",
        help="what is found in files",
        description="Look for PHI in files. Nothing leaves this machine, and no value is shown unless you ask for it.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    scan.add_argument("files", metavar="FILE", nargs="*", help="what to read; `-` or nothing is standard input")
    scan.add_argument("--show", action="store_true", help="show the text with what was found marked")
    scan.add_argument("--json", action="store_true", help="JSON instead of sentences")
    scan.add_argument(
        "--jsonl", action="store_true", help='read {"id", "text"} lines and write {"id", "spans", "verdict"} lines'
    )
    scan.add_argument("--config", metavar="FILE", help="a configuration whose own words (`scan:`) count too")
    scan.add_argument("--no-color", action="store_true", help="mark findings with brackets only")
    scan.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        own = load(options.config, os.environ).own_words if options.config else OwnWords()
    except DocumentInvalid as invalid:
        print(invalid, file=sys.stderr)
        return _STATUS[_UNKNOWN]
    files = options.files or [STDIN]
    if options.jsonl:
        return max(run_lines(file) for file in files)
    color = not options.no_color and sys.stdout.isatty()
    return run(files, own=own, shown=options.show, as_json=options.json, color=color)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What one file came to: its text and detection, or why it could not be read."""

    file: str
    text: str = ""
    detection: Detection = field(default_factory=Detection)
    unreadable: str = ""

    @property
    def verdict(self) -> str:
        return _UNKNOWN if self.unreadable else verdict(self.detection)


def run(
    files: Sequence[str],
    *,
    own: OwnWords | None = None,
    shown: bool = False,
    as_json: bool = False,
    color: bool = False,
    out: TextIO | None = None,
) -> int:
    """Scan `files` and tell it; the exit status."""
    out = out or sys.stdout
    engine, verdicts, trees = load_engine(), set[str](), list[dict[str, object]]()
    for file in files:
        one = scanned(engine, file, own or OwnWords(), progress=_Progress(file))
        verdicts.add(one.verdict)
        if as_json:
            trees.append(_tree(one, shown=shown))
        else:
            _tell(one, out, shown=shown, color=color)
    worst = next((each for each in (_PHI, _UNKNOWN) if each in verdicts), _CLEAR)
    if as_json:
        out.write(json.dumps({"verdict": worst, "files": trees}, indent=2) + "\n")
    return _STATUS[worst]


def scanned(engine: Engine, file: str, own: OwnWords, *, progress: _Progress | None = None) -> Scanned:
    """Look at one file, piece by piece."""
    try:
        text = read(file)
    except Unreadable as why:
        return Scanned(file, unreadable=str(why))
    parts = list(pieces(text))
    passages = [Passage(part.text) for part in parts]
    words = []
    for part, passage in zip(parts, passages, strict=True):
        words.append(said(own, engine, passage, engine.look(passage)))
        if progress is not None:
            progress.at(part.start + len(part.text) - part.repeated, len(text))
    if progress is not None:
        progress.done()
    detections = engine.settled(passages, [one.look for one in words])
    findings, unknowns = list[Finding](), frozenset[UnknownReason]()
    for part, passage, one, detection in zip(parts, passages, words, detections, strict=True):
        whole = joined(passage.text, detection, one.also, one.spared)
        findings += _moved(part, whole.findings)
        unknowns |= whole.unknowns
    return Scanned(file, text, Detection(tuple(findings), unknowns))


def _moved(part: Piece, findings: Sequence[Finding]) -> Iterator[Finding]:
    """Findings of a piece where they stand in the whole text."""
    by = part.start - part.repeated
    for one in findings:
        if one.end > part.repeated:
            yield replace(one, start=max(one.start, part.repeated) + by, end=one.end + by)


class _Progress:
    """Tells on a terminal how far a long file is; elsewhere nothing."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._began = time.monotonic()
        self._told = False

    def at(self, done: int, size: int) -> None:
        if sys.stderr.isatty() and time.monotonic() - self._began > _PATIENCE_S:
            self._told = True
            print(f"\r{_printable(self._file)}: {100 * done // max(1, size)} %", end="", file=sys.stderr, flush=True)

    def done(self) -> None:
        if self._told:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


# --- telling ---------------------------------------------------------------------------------------------------------


def _tell(one: Scanned, out: TextIO, *, shown: bool, color: bool) -> None:
    name = "standard input" if one.file == STDIN else _printable(one.file)
    if one.unreadable:
        out.write(f"{name}: cannot be read: {one.unreadable}. What nobody read counts as PHI.\n")
        return
    if shown:
        show(one.text, one.detection, out=out, color=color)
        return
    out.write(f"{name}: {verdict(one.detection)}: {_summary(reported(one.detection), one.detection)}\n")
    for finding, (line, column) in islice(_placed(one), _MOST):
        by = f", by {finding.entry}" if finding.entry else ""
        out.write(
            f"  line {line}, column {column}: {finding.kind.value}, {finding.end - finding.start} characters{by}\n"
        )
    if (more := len(reported(one.detection)) - _MOST) > 0:
        out.write(f"  and {more} more: see them all with --json or --show\n")


def _placed(one: Scanned) -> Iterator[tuple[Finding, tuple[int, int]]]:
    """What was found, with line and column, both from 1."""
    starts = [0, *(end.end() for end in _LINE_END.finditer(one.text))]
    for finding in reported(one.detection):
        line = bisect_right(starts, finding.start)
        yield finding, (line, finding.start - starts[line - 1] + 1)


def _tree(one: Scanned, *, shown: bool) -> dict[str, object]:
    if one.unreadable:
        return {"file": one.file, "verdict": _UNKNOWN, "cannot_be_read": one.unreadable}
    found: list[dict[str, object]] = []
    for finding, (line, column) in _placed(one):
        told: dict[str, object] = {"kind": finding.kind.value, "line": line, "column": column}
        told |= {"start": finding.start, "end": finding.end, "confidence": round(finding.confidence, 3)}
        told |= {"entry": finding.entry} if finding.entry else {}
        told |= {"value": one.text[finding.start : finding.end]} if shown else {}
        found.append(told)
    unknown = sorted(one.detection.unknowns)
    return {"file": one.file, "verdict": one.verdict, "found": found, "could_not_be_checked": unknown}


def reported(detection: Detection) -> tuple[Finding, ...]:
    """All findings when one of them counts; none when none does."""
    return detection.findings if any(finding.counts for finding in detection.findings) else ()


def verdict(detection: Detection) -> str:
    """`phi` when a finding counts, `unknown` when the text could not be read, else `clear`."""
    if reported(detection):
        return _PHI
    return _UNKNOWN if detection.unknowns else _CLEAR


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


# --- line by line ----------------------------------------------------------------------------------------------------


def run_lines(file: str, *, out: TextIO | None = None) -> int:
    """Answer every line of `file`; 2 when it, or a line of it, could not be read."""
    try:
        with _opened(file) as lines:
            return _scan_lines(load_engine(), lines, out or sys.stdout)
    except BrokenPipeError:
        raise
    except OSError as failure:
        print(f"gateway: {file} cannot be read: {failure.strerror}", file=sys.stderr)
        return _STATUS[_UNKNOWN]


def _opened(file: str) -> io.BufferedIOBase | io.BytesIO:
    return io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False)) if file == STDIN else Path(file).open("rb")


def _scan_lines(engine: Engine, lines: io.BufferedIOBase | io.BytesIO, out: TextIO) -> int:
    status = _STATUS[_CLEAR]
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = _row(line)
        except ValueError as problem:
            print(f"gateway: line {number}: {problem}", file=sys.stderr)
            status = _STATUS[_UNKNOWN]
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


def answer(name: str | int, detection: Detection) -> dict[str, object]:
    """One line of output; `start` and `end` are characters of the text as it was handed in, `end` exclusive."""
    spans = [
        {"start": one.start, "end": one.end, "kind": one.kind.value, "confidence": round(one.confidence, 3)}
        for one in reported(detection)
    ]
    return {"id": name, "spans": spans, "verdict": verdict(detection)}
